"""What all editions share: the phases and the workstreams. Only ``services.phases_and_workstreams`` changes them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

CROSS_PHASE = "durchgehend"
#: The phases a project goes through, in order.
PROJECT_PHASES = ("p1", "p2", "p3", "p4", "p5")


class Phase(models.Model):
    """A stage on the road from idea to transfer, or the cross-phase set. The same six rows serve every edition.

    ``order`` 1–5 are the phases P1–P5, 6 is the cross-phase set, whose criteria always count.
    """

    key = models.SlugField(_("Schlüssel"), max_length=20, unique=True)
    code = models.CharField(_("Kürzel"), max_length=4)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), unique=True)
    name = models.CharField(_("Name"), max_length=80)
    official_name = models.CharField(_("Name in der Roadmap"), max_length=120)
    meaning = models.TextField(_("Bedeutung"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("Phase")
        verbose_name_plural = _("Phasen")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_cross_phase(self) -> bool:
        return self.key == CROSS_PHASE

    @property
    def label(self) -> str:
        return self.name if self.is_cross_phase else f"{self.code} {self.name}"


class Workstream(models.Model):
    """One of the four fields of work. The same four rows serve every edition."""

    key = models.SlugField(_("Schlüssel"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), unique=True)
    name = models.CharField(_("Name"), max_length=80)
    meaning = models.TextField(_("Bedeutung"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("Workstream")
        verbose_name_plural = _("Workstreams")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name
