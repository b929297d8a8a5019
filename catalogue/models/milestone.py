from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from catalogue.levels import DEFAULT_REQUIRED_LEVEL, HIGHEST, Level
from catalogue.models.criterion import Criterion
from catalogue.models.phase import PROJECT_PHASES


class MilestoneKind(models.TextChoices):
    ROADMAP = "roadmap", _("Meilenstein der Roadmap")
    MUNICIPAL = "municipal", _("kommunaler Meilenstein")
    ADDITIONAL = "additional", _("zusätzlicher Meilenstein")


class Milestone(models.Model):
    """Makes a criterion part of its phase's gate: passed at ``required_level`` or above.

    A cross-phase milestone is asked for at every gate, and names a level for each: ``required_levels`` holds them in the order
    of PROJECT_PHASES, and ``required_level`` is the highest of them. Elsewhere ``required_levels`` is empty.
    """

    criterion = models.OneToOneField(Criterion, models.CASCADE, related_name="milestone", verbose_name=_("Kriterium"))
    kind = models.CharField(_("Art"), max_length=10, choices=MilestoneKind.choices)
    required_level = models.PositiveSmallIntegerField(
        _("erforderliche Stufe"), default=DEFAULT_REQUIRED_LEVEL, choices=[c for c in Level.choices if c[0] > 0]
    )
    required_levels = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("erforderliche Stufe je Phase"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("Meilenstein")
        verbose_name_plural = _("Meilensteine")
        constraints = [
            models.CheckConstraint(condition=Q(required_level__range=(1, HIGHEST)), name="milestone_level_in_range"),
            models.CheckConstraint(
                condition=Q(required_levels__len=0) | Q(required_levels__len=len(PROJECT_PHASES)),
                name="milestone_levels_for_all_phases",
            ),
            models.CheckConstraint(
                condition=Q(required_levels__contained_by=list(range(1, HIGHEST + 1))), name="milestone_levels_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} ({self.required_level})"

    @property
    def requirement(self) -> str:
        """In words: „Stufe 3“, or „Stufe 1 in P1, Stufe 2 in P2 und P3, Stufe 3 in P4 und P5“."""
        if not self.required_levels:
            return _level_in_words(self.required_level)
        phases: dict[int, list[str]] = {}
        for phase, level in zip(PROJECT_PHASES, self.required_levels, strict=True):
            phases.setdefault(level, []).append(phase.upper())
        return ", ".join(
            gettext("%(level)s in %(phases)s")
            % {
                "level": _level_in_words(level),
                "phases": gettext(" und ").join(filter(None, (", ".join(names[:-1]), names[-1]))),
            }
            for level, names in phases.items()
        )


def _level_in_words(level: int) -> str:
    return pgettext("Meilenstein", "Stufe %s") % level
