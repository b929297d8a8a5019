"""The comparison among peers, in the words of the API."""

from datetime import date
from typing import Any, Literal

from assessments.models import PeerBasis
from assessments.reports.peers.page import PeerPage, PeerRow

Basis = Literal["projects", "municipality"]
BASES: dict[Basis, PeerBasis] = {"projects": PeerBasis.PROJECTS, "municipality": PeerBasis.WHOLE}


def of_nobody() -> dict[str, Any]:
    """What a municipality that takes no part reads: that it takes none."""
    nothing = dict.fromkeys(("since", "basis", "next_on", "overall"))
    return {"takes_part": False, **nothing, "groups": [], "records": [], "workstreams": [], "criteria": []}


def peer_facts(page: PeerPage, since: date) -> dict[str, Any]:
    overall, *streams = page.streams  # all criteria come first
    return {
        "takes_part": True,
        "since": since,
        "basis": next(word for word, basis in BASES.items() if basis == page.basis),
        "groups": [{"id": one.path, "label": one.label} for one in page.groups],
        "records": [{"project": one.project, "round": one.round, "approved_on": one.on} for one in page.records],
        "next_on": page.next_on,
        "overall": _row(overall),
        "workstreams": [_row(one) for one in streams],
        "criteria": [_row(one) for _label, rows in page.phases for one in rows],
    }


def _row(row: PeerRow) -> dict[str, Any]:
    own, figure = row.own, row.figure
    return {
        "key": row.key,
        "title": row.title,
        "own": {"value": own.mean, "rated": own.n, "of": own.m} if own else None,
        "peers": {
            "group": figure.group.path,
            "lower_quartile": figure.lower,
            "median": figure.median,
            "upper_quartile": figure.upper,
            "at_least": figure.size,
            "published_on": figure.published_on,
        }
        if figure
        else None,
        "place": row.place,
    }
