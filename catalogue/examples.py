"""Examples from municipalities beside a criterion. Who gives them stands above the catalogue, so it registers here."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A text as it was typed, and who it comes from: "" for a municipality that is not to be named."""

    text: str
    municipality: str


_givers: list[Callable[[str], list[Example]]] = []


def register_examples(giver: Callable[[str], list[Example]]) -> None:
    """Show what ``giver`` finds for the key of a criterion. For an app's ``ready``."""
    if giver not in _givers:
        _givers.append(giver)


def examples_of(key: str) -> list[Example]:
    """One query per giver."""
    return [example for giver in _givers for example in giver(key)]
