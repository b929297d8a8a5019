"""Where somebody who is invited shall work.

Accounts know nothing of projects: whoever has some registers how to offer them, to keep them with an invitation, to name them
and to let the person in.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from scaling.accounts.models import Invitation, Membership, Municipality


@dataclass(frozen=True)
class Workplaces:
    """``offered(municipality)`` gives pairs of id and name; ``keep(invitation, ids)`` remembers those chosen,
    ``names(invitation)`` says them; ``join(invitation, membership, by)`` lets the person in and returns the address to
    begin at, or "".
    """

    offered: Callable[[Municipality], list[tuple[str, str]]]
    keep: Callable[[Invitation, Collection[str]], None]
    names: Callable[[Invitation], list[str]]
    join: Callable[[Invitation, Membership, Any], str]


_KINDS: list[Workplaces] = []


def register_workplaces(kind: Workplaces) -> None:
    _KINDS.append(kind)


def offered_workplaces(municipality: Municipality) -> list[tuple[str, str]]:
    """One query per kind."""
    return [place for kind in _KINDS for place in kind.offered(municipality)]


def keep_workplaces(invitation: Invitation, ids: Collection[str]) -> None:
    for kind in _KINDS:
        kind.keep(invitation, ids)


def names_of_workplaces(invitation: Invitation) -> list[str]:
    return [name for kind in _KINDS for name in kind.names(invitation)]


def join_workplaces(invitation: Invitation, membership: Membership, by: Any) -> str:
    """Where to begin, "" for the start page."""
    begin = [kind.join(invitation, membership, by) for kind in _KINDS]
    return next(filter(None, begin), "")
