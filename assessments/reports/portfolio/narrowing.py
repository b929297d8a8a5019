"""Which projects a portfolio shows, and in which order: the words of its address. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from assessments.models.project import FieldOfAction
from assessments.reports.portfolio.model import PortfolioRow
from assessments.scoring import BLOCKED, NOT_EXAMINED, REACHED
from scaling.common.sorting import sort_key

#: What a portfolio can be narrowed to by state. The words are those of the address.
STATES: dict[str, tuple[Any, Callable[[PortfolioRow], bool]]] = {
    "noch-nicht": (_("Phasentor noch nicht erreicht"), lambda row: bool(row.gate and row.gate.state == BLOCKED)),
    "erreicht": (_("Phasentor erreicht"), lambda row: bool(row.gate and row.gate.state == REACHED)),
    "nicht-geprueft": (_("Phasentor nicht geprüft"), lambda row: bool(row.gate and row.gate.state == NOT_EXAMINED)),
    "wartet": (_("wartet auf Freigabe"), lambda row: bool(row.running and row.running.is_waiting)),
    "laeuft": (_("Runde läuft"), lambda row: row.running is not None),
    "ueberfaellig": (_("mit überfälliger Maßnahme"), lambda row: row.measures_overdue > 0),
    "nachweise": (_("mit Nachweisen, die ablaufen"), lambda row: row.evidence_ageing > 0),
    "gesunken": (_("etwas ist gesunken"), lambda row: row.fallen > 0),
    "ruht": (_("lange nichts geschehen"), lambda row: bool(row.stale)),
    "ohne": (_("nichts freigegeben"), lambda row: row.record is None),
}
#: By the day of the approval that speaks for a project, and how long ago that is at most or at least.
APPROVED: dict[str, tuple[Any, Callable[[date, date], bool]]] = {
    "3-monate": (_("in den letzten 3 Monaten"), lambda on, today: on > today - timedelta(days=91)),
    "12-monate": (_("in den letzten 12 Monaten"), lambda on, today: on > today - timedelta(days=365)),
    "aelter": (_("vor mehr als 12 Monaten"), lambda on, today: on <= today - timedelta(days=365)),
}
#: What tells of rounds under way, which readers do not see.
OF_RUNNING = ("wartet", "laeuft", "ruht")

_LAST = (1, 0.0)


def _mean(value: float | None) -> tuple[int, float]:
    """The lowest first: what is weakest wants to be seen. Without a value at the end."""
    return _LAST if value is None else (0, value)


def _day(row: PortfolioRow) -> tuple[int, date]:
    return (0, row.record.on) if row.record else (1, date.max)


def _first_of_the_team(row: PortfolioRow) -> tuple[int, Any]:
    return (0, min(sort_key(name) for _pk, name in row.people)) if row.people else (1, sort_key(""))


#: What asks for something comes first.
_GATES = {BLOCKED: 0, NOT_EXAMINED: 1, REACHED: 2}

#: Orders, the first of which is the usual one. Within equal rows names decide.
ORDERS: dict[str, tuple[Any, Callable[[PortfolioRow], Any]]] = {
    "": (_("nach Namen"), lambda row: 0),
    "phase": (_("nach Phase"), lambda row: row.phase_order),
    "stand": (_("nach Stand des Phasentors"), lambda row: _GATES.get(row.gate.state, 3) if row.gate else 4),
    "feld": (_("nach Handlungsfeld"), lambda row: (not row.field_label, sort_key(row.field_label))),
    "person": (_("nach Person im Team"), _first_of_the_team),
    "mittel": (_("niedrigstes Mittel zuerst"), lambda row: _mean(row.overall.mean if row.overall else None)),
    "meilensteine": (
        _("meiste offene Meilensteine zuerst"),
        lambda row: -len(row.gate.obstacles) if row.gate else 1,
    ),
    "ueberfaellig": (_("meiste überfällige Maßnahmen zuerst"), lambda row: -row.measures_overdue),
    "datum": (_("älteste Freigabe zuerst"), _day),
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Words that mean nothing are no error: an old bookmark shows everything. ``workstream`` keeps those whose gate waits for
    one of its criteria; an order of its key sorts by its mean. ``person`` is the id of somebody who works on the project, 0 for
    all. ``approved`` is a word of ``APPROVED``, as of ``today``.
    """

    phase: str = ""
    state: str = ""
    field: str = ""
    approved: str = ""
    workstream: str = ""
    person: int = 0
    order: str = ""
    today: date = date.max

    @classmethod
    def from_query(
        cls,
        query: Mapping[str, str],
        *,
        streams: Iterable[str],
        phases: Iterable[str],
        today: date,
        sees_running: bool = True,
    ) -> "Narrowing":
        state, order, person = query.get("stand", ""), query.get("sortierung", ""), query.get("person", "")
        streams = set(streams)
        known = state in STATES and (sees_running or state not in OF_RUNNING)
        return cls(
            phase=query.get("phase", "") if query.get("phase", "") in set(phases) else "",
            state=state if known else "",
            field=query.get("feld", "") if query.get("feld", "") in FieldOfAction.values else "",
            approved=query.get("freigegeben", "") if query.get("freigegeben", "") in APPROVED else "",
            workstream=query.get("workstream", "") if query.get("workstream", "") in streams else "",
            person=int(person) if person.isascii() and person.isdigit() and len(person) < 10 else 0,
            order=order if order in ORDERS or order in streams else "",
            today=today,
        )

    def __bool__(self) -> bool:
        return bool(self.phase or self.field or self.state or self.approved or self.workstream or self.person)

    @property
    def query(self) -> str:
        """As an address has it; "" where nothing is narrowed and the order is the usual one."""
        words = {
            "phase": self.phase,
            "stand": self.state,
            "feld": self.field,
            "freigegeben": self.approved,
            "workstream": self.workstream,
            "person": self.person or "",
            "sortierung": self.order,
        }
        return urlencode({name: value for name, value in words.items() if value})

    def apply(self, rows: Iterable[PortfolioRow]) -> list[PortfolioRow]:
        return sorted(filter(self._matches, rows), key=lambda row: (self._place(row), sort_key(row.name)))

    def _matches(self, row: PortfolioRow) -> bool:
        waits_for = {key for one in (row.gate.obstacles if row.gate else ()) for key in one.workstreams}
        return bool(
            (not self.phase or row.phase == self.phase)
            and (not self.state or STATES[self.state][1](row))
            and (not self.field or row.field == self.field)
            and (not self.approved or (row.record and APPROVED[self.approved][1](row.record.on, self.today)))
            and (not self.workstream or self.workstream in waits_for)
            and (not self.person or any(self.person == pk for pk, _name in row.people))
        )

    def _place(self, row: PortfolioRow) -> Any:
        if self.order in ORDERS:
            return ORDERS[self.order][1](row)
        figure = row.figure(self.order)
        return _mean(figure.mean if figure else None)
