"""The way of a municipality that has just begun: what its manager does first, and what of it is done."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Project
from scaling.accounts.models import Municipality


@dataclass(frozen=True)
class FirstStep:
    """``url`` is "" while the step before it is missing. ``is_next`` marks the one to do now; what is optional never is."""

    title: str
    text: str
    action: str
    url: str
    is_done: bool
    is_next: bool = False
    is_optional: bool = False


def first_steps(municipality: Municipality, project: Project | None) -> list[FirstStep]:
    """For a municipality without any assessment; ``project`` is its first, if it has one. Two queries."""
    others = municipality.memberships.count() > 1 or municipality.invitations.open().exists()
    place: Any = municipality.public_id
    steps: list[dict[str, Any]] = [
        {
            "title": _("Kommune einrichten"),
            "text": _("Mit einem Wappen sehen die Berichte aus wie Ihre."),
            "action": _("Einstellungen öffnen"),
            "url": reverse("assessments:municipality_settings", args=[place]),
            "is_done": bool(municipality.coat_of_arms),
            "is_optional": True,
        },
        {
            "title": _("Mitwirkende einladen"),
            "text": _("Das Projektteam bewertet; wer nur mitlesen soll, bekommt die Rolle „Lesen“."),
            "action": _("Personen einladen"),
            "url": reverse("people", args=[place]),
            "is_done": others,
        },
        {
            "title": _("Erstes Projekt anlegen"),
            "text": _("Eine Lösung, die Sie auf Dauer betreiben oder an andere weitergeben möchten."),
            "action": _("Projekt anlegen"),
            "url": reverse("assessments:project_create", args=[place]),
            "is_done": project is not None,
        },
        {
            "title": _("Erste Bewertung beginnen"),
            "text": _("Am besten gemeinsam, mit fünf Minuten je Kriterium. Unterbrechen können Sie jederzeit."),
            "action": _("Bewertung beginnen"),
            "url": reverse("assessments:start", args=[project.public_id]) if project else "",
            "is_done": False,
        },
    ]
    following = next(index for index, step in enumerate(steps) if not step["is_done"] and not step.get("is_optional"))
    return [FirstStep(**step, is_next=index == following) for index, step in enumerate(steps)]
