"""The two wordings of a criterion: about one solution, and about the municipality as a whole.

Whoever shows what a round asks takes the texts from here, so that no page can mix the two.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalogue.levels import LOWEST, Level
from catalogue.models import Criterion
from catalogue.said import said

_FIRST, _SECOND = "", "municipality_"


def example(level: int, description: str) -> str:
    """A level's text as it is shown: level 0 is what is left over, so its text is an example („etwa: …“) and no finding."""
    return _("etwa: %s") % description if level == LOWEST and description else description


def ladder_rule() -> str:
    """How the levels hang together, in two sentences: on every page where one is chosen, and in every report."""
    return _(
        "Eine Stufe ist erreicht, wenn ihre Beschreibung ganz zutrifft. Sie setzt die Stufen darunter voraus; was dort nur"
        " Vorbereitung war, muss nicht mehr bestehen."
    )


@dataclass(frozen=True)
class LevelText:
    """One level in one wording. ``next_step`` is empty on the highest."""

    level: int
    description: str
    next_step: str

    @property
    def name(self) -> str:
        """„geplant“, „in Umsetzung“ …: the same for every criterion."""
        return str(Level(self.level).label)

    @property
    def shown(self) -> str:
        return example(self.level, self.description)


@dataclass(frozen=True)
class Wording:
    """What a round asks about a criterion, in the active language."""

    summary: str
    questions: tuple[str, ...]
    evidence_examples: tuple[str, ...]
    levels: tuple[LevelText, ...]


def wording_of(criterion: Criterion, *, municipality_wide: bool) -> Wording:
    """The second wording for the municipality as a whole, where there is one; else the first. No query with levels at hand."""
    prefix = _SECOND if municipality_wide and criterion.has_municipality_wording else _FIRST
    rows = criterion.levels.all()
    return Wording(
        summary=said(criterion, f"{prefix}summary"),
        questions=tuple(said(criterion, f"{prefix}questions")),
        evidence_examples=tuple(said(criterion, f"{prefix}evidence_examples")),
        levels=tuple(LevelText(row.level, said(row, f"{prefix}description"), said(row, f"{prefix}next_step")) for row in rows),
    )
