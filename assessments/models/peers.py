"""The comparison of municipalities: what is given, what stands together, and what is shown. Written by ``reports.peers``."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.accounts.models import Municipality


class PeerBasis(models.TextChoices):
    """Whose answers: the municipality's own, or those of its projects. Never mixed."""

    WHOLE = "kommune", _("Kommune insgesamt")
    PROJECTS = "projekte", _("Projekte")


class PeerContribution(models.Model):
    """What one municipality gives, from the ``records`` that spoke when it was taken. The latest is the current one.

    ``values``: by metric (``reports.peers.values``) the mean of the levels, and the number of the contribution that first said
    so, 0 for this one: a value that stays the same stays the same item. ``group`` is the path of the narrowest it belongs
    to. A row goes with its municipality, when that leaves, and when no figure holds it any more.
    """

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="peer_contributions", verbose_name=_("Kommune"))
    basis = models.CharField(max_length=8, choices=PeerBasis.choices)
    group = models.CharField(max_length=40)
    records = ArrayField(models.BigIntegerField())
    values = models.JSONField()
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Beitrag zum Vergleich")
        verbose_name_plural = _("Beiträge zum Vergleich")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.municipality_id}, {self.get_basis_display()}, {self.taken_at}"


class PeerPart(models.Model):
    """Values that stand together in every figure of one metric there ever was: never fewer than ``MINIMUM`` of them.

    ``members`` are the numbers of the contributions that first said them, of such as are gone as well: what was shown once is
    known for ever. ``group`` is the path of the narrowest group whose figures hold the part, "" once none may any more.
    """

    basis = models.CharField(max_length=8, choices=PeerBasis.choices)
    metric = models.CharField(max_length=80)
    group = models.CharField(max_length=40, blank=True)
    members = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("Teil einer Vergleichsgruppe")
        verbose_name_plural = _("Teile von Vergleichsgruppen")
        ordering = ["pk"]
        indexes = [models.Index(fields=["basis", "metric"], name="peer_part_metric")]

    def __str__(self) -> str:
        return f"{self.metric}, {self.group}: {len(self.members)}"


class PeerFigure(models.Model):
    """What is shown of one metric in one group: quartiles in half levels, and from how many on its size counts.

    It changes only where the parts do that it is made of.
    """

    group = models.CharField(max_length=40)
    basis = models.CharField(max_length=8, choices=PeerBasis.choices)
    metric = models.CharField(max_length=80)
    lower = models.FloatField()
    median = models.FloatField()
    upper = models.FloatField()
    size = models.PositiveIntegerField(help_text="the lower end of the range that the number of contributions lies in")
    published_on = models.DateField()

    class Meta:
        verbose_name = _("Zahl des Vergleichs")
        verbose_name_plural = _("Zahlen des Vergleichs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "basis", "metric"], name="peer_figure_unique"),
            models.CheckConstraint(
                condition=Q(lower__lte=models.F("median"), median__lte=models.F("upper"), lower__gte=0, upper__lte=4),
                name="peer_figure_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.metric}: {self.lower}, {self.median}, {self.upper}"


class PeerQuarter(models.Model):
    """A quarter in which contributions were taken; there is no other time for it."""

    begins_on = models.DateField(unique=True)
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Quartal des Vergleichs")
        verbose_name_plural = _("Quartale des Vergleichs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.begins_on)
