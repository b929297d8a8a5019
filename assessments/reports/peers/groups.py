"""Whom a municipality is compared with: three groups, each within the next, so that none cuts another. Pure.

The narrowest are those of the same kind and size in the same state, then the same kind and size, then all. Kind and state come
from the AGS, the size from the number of inhabitants that the municipality gave.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scaling.accounts.ags import STATES
from scaling.accounts.models import Municipality

#: The widest groups. What is invented is never mixed with what is not.
EVERYBODY, INVENTED = "alle", "erfunden"
DISTRICT, CITY = "kreis", "kreisfrei"
#: Of municipalities within a district, by inhabitants: up to, exclusively. As the Federal Statistical Office tells them apart.
SIZES = (("klein", 5_000), ("mittel", 20_000), ("gross", None))
_DISTRICT = re.compile(r"kreis\b|region", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """``path`` names it and those it lies in, from the widest: „alle/mittel/09“."""

    path: str

    @property
    def wider(self) -> "PeerGroup | None":
        above, _slash, _own = self.path.rpartition("/")
        return PeerGroup(above) if above else None

    @property
    def label(self) -> str:
        """„Kreisangehörig, 5.000 bis unter 20.000, in Bayern“."""
        root, *narrowed = self.path.split("/")
        if not narrowed:
            return _("Alle erfundenen Kommunen") if root == INVENTED else _("Alle Kommunen")
        kind = kind_label(narrowed[0])
        return kind if len(narrowed) == 1 else _("%(kind)s, %(state)s") % {"kind": kind, "state": STATES[narrowed[1]]}


def kind_label(kind: str) -> str:
    return {
        DISTRICT: _("Landkreise"),
        CITY: _("Kreisfreie Städte"),
        "klein": _("Kreisangehörige unter 5.000"),
        "mittel": _("Kreisangehörige von 5.000 bis unter 20.000"),
        "gross": _("Kreisangehörige ab 20.000"),
    }[kind]


def kind_of(municipality: Municipality) -> str:
    """Empty while the number of inhabitants is needed and missing.

    Districts and cities that are none's part both have an AGS that ends with 000; which of the two, the name says.
    """
    if municipality.ags.endswith("000"):
        return DISTRICT if _DISTRICT.search(municipality.name) else CITY
    if municipality.population is None:
        return ""
    return next(name for name, below in SIZES if below is None or municipality.population < below)


def groups_of(municipality: Municipality) -> tuple[PeerGroup, ...]:
    """The narrowest first; only the widest while nothing tells the size."""
    root = INVENTED if municipality.is_fictional else EVERYBODY
    kind = kind_of(municipality)
    paths = [f"{root}/{kind}/{municipality.ags[:2]}", f"{root}/{kind}"] if kind else []
    return tuple(PeerGroup(path) for path in [*paths, root])


def with_wider(path: str) -> tuple[str, ...]:
    """A group's path and those of the groups it lies in, the narrowest first."""
    words = path.split("/")
    return tuple("/".join(words[:number]) for number in range(len(words), 0, -1))
