"""Which criteria stand behind the columns of the level chart: for each workstream and for all, those on each level."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.profile.model import CriterionResult, Figure, MaturityProfile

#: What stands for all criteria, whose figure has no key, in an anchor.
ALL = "alle"


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """The criteria of one figure on one level, or without one (``level`` None), in catalogue order; perhaps none.

    ``anchor`` is the id of their list on the page.
    """

    anchor: str
    level: int | None
    label: str
    figure: str
    criteria: tuple[CriterionResult, ...]

    @property
    def href(self) -> str:
        """Where its column leads: to the one criterion, or to the list of several; "" where there is none."""
        if len(self.criteria) == 1:
            return f"#k-{self.criteria[0].key}"
        return f"#{self.anchor}" if self.criteria else ""

    @property
    def words(self) -> str:
        """What its column is called: „Finanziell, Stufe 2: 3 Kriterien“, or the criterion's title where it is one."""
        if len(self.criteria) == 1:
            what = self.criteria[0].title
        else:
            what = ngettext("%(number)s Kriterium", "%(number)s Kriterien", len(self.criteria)) % {"number": len(self.criteria)}
        return f"{self.figure}, {self.label}: {what}"


@dataclass(frozen=True, slots=True)
class FigureLevels:
    """One figure with its six groups: the levels 0–4, and what has no level."""

    anchor: str
    name: str
    groups: tuple[LevelGroup, ...]


def by_level(profile: MaturityProfile) -> tuple[FigureLevels, ...]:
    """The workstreams, then all criteria: the rows of the level chart."""
    rows = [(figure, figure.name) for figure in profile.workstreams]
    return tuple(_levels(profile, figure, name) for figure, name in [*rows, (profile.overall, _("Alle Kriterien"))])


def _levels(profile: MaturityProfile, figure: Figure, name: str) -> FigureLevels:
    key = figure.key or ALL
    own = [result for result in profile.criteria if not figure.key or figure.key in result.workstreams]
    return FigureLevels(f"w-{key}", name, tuple(_groups(own, key, name)))


def _groups(own: list[CriterionResult], key: str, name: str) -> Iterator[LevelGroup]:
    for level in range(5):
        on_it = tuple(result for result in own if result.level == level)
        yield LevelGroup(f"w-{key}-{level}", level, _("Stufe %(level)s") % {"level": level}, name, on_it)
    without = tuple(result for result in own if result.level is None)
    yield LevelGroup(f"w-{key}-ohne", None, _("ohne Stufe"), name, without)
