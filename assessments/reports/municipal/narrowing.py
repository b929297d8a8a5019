"""Which criteria the profile of a municipality shows: the words of its address. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from assessments.reports.municipal.model import CriterionEvidence

#: What can be shown; without a word, all that anybody was asked.
SHOWN: dict[str, tuple[Any, Callable[[CriterionEvidence], bool]]] = {
    "widerspruch": (_("wo sich Kommune und Projekte widersprechen"), lambda one: bool(one.disagreements)),
    "haelt-auf": (_("was Projekte aufhält"), lambda one: bool(one.holds_up)),
    "niedrig": (_("wo Projekte auf Stufe 0 oder 1 stehen"), lambda one: one.low > 0),
    "eigene": (_("was die Kommune selbst beantwortet hat"), lambda one: one.own is not None),
    "niemand": (_("was noch niemand gefragt wurde"), lambda one: not one.is_asked),
}


@dataclass(frozen=True, slots=True)
class CriteriaNarrowing:
    """Words that mean nothing are no error: an old bookmark shows everything."""

    shown: str = ""
    workstream: str = ""
    phase: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, streams: Iterable[str]) -> "CriteriaNarrowing":
        shown, workstream = query.get("zeigen", ""), query.get("workstream", "")
        return cls(
            shown=shown if shown in SHOWN else "",
            workstream=workstream if workstream in set(streams) else "",
            phase=query.get("phase", "")[:20],
        )

    def __bool__(self) -> bool:
        return bool(self.shown or self.workstream or self.phase)

    @property
    def query(self) -> str:
        """As an address has it; "" where nothing is narrowed."""
        words = {"zeigen": self.shown, "workstream": self.workstream, "phase": self.phase}
        return urlencode({name: value for name, value in words.items() if value})

    def apply(self, criteria: Iterable[CriterionEvidence]) -> tuple[CriterionEvidence, ...]:
        return tuple(filter(self._matches, criteria))

    def _matches(self, one: CriterionEvidence) -> bool:
        matches = SHOWN[self.shown][1](one) if self.shown else one.is_asked
        return (
            matches
            and (not self.workstream or self.workstream in one.workstreams)
            and (not self.phase or self.phase == one.phase)
        )
