"""Which projects the figures of a municipality count. That depends on the role of whoever asks, so every total says it."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from scaling.accounts.models import Municipality, Role


class Counted(StrEnum):
    """All projects, those that the person works on, or those with an approved assessment; never those in the archive."""

    ALL = "all"
    OWN = "own"
    APPROVED = "approved"


def counted_for(user: Any, municipality: Municipality) -> Counted:
    """As ``Project.objects.visible_to`` filters. No query."""
    role = user.roles.get(municipality.pk)
    return Counted.ALL if role == Role.MANAGER else Counted.OWN if role == Role.TEAM else Counted.APPROVED


def counted_note(counted: Counted) -> str:
    """A sentence to stand behind a total, also where others read it than the one who asked; "" where all are counted."""
    if counted == Counted.OWN:
        return _(
            "Gezählt sind von den Projekten der Kommune nur die eigenen; mehr sehen Personen mit der Rolle „Projektteam“ nicht."
        )
    if counted == Counted.APPROVED:
        return _(
            "Gezählt sind von den Projekten der Kommune nur die mit einer freigegebenen Bewertung; mehr sehen Personen mit der "
            "Rolle „Lesen“ nicht."
        )
    return ""


def with_note(said: str, counted: Counted) -> str:
    return " ".join(filter(None, (said, counted_note(counted))))


def no_project() -> str:
    """Where none is counted; whether there are some that are not, the note tells."""
    return _("Gerade steht hier kein Projekt; archivierte sind nicht mitgezählt.")
