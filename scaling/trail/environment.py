"""Settings live in the environment, where no table tells who changed them: each start notes what differs from the last one."""

import hmac
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from scaling.common import environment_file
from scaling.trail.events import note
from scaling.trail.models import EventKind, TrailEvent

#: In the detail of an event: the settings' marks as they were then.
MARKS = "marks"
#: Which host and how many processes answer says nothing about what people may do.
_OF_THE_PROCESS = {"PORT", "WEB_WORKERS", "WEB_THREADS", environment_file.FILE}


def note_settings() -> None:
    """Note which variables were set, changed or left out since the last start, by name and never with a value.

    Told apart by marks under SECRET_KEY (``Env.marked``), after a change of that by its fallbacks. Where none of them made the
    last ones, no other variable can be compared, and only the change of the key is noted. Two queries.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    now = _marks(keys[0])
    last = TrailEvent.objects.filter(kind=EventKind.SETTINGS).order_by("-pk").values_list("detail", flat=True).first()
    if last is None:
        note(EventKind.SETTINGS, changed=[], added=[name for name in now if name], removed=[], marks=now)
        return
    before = last[MARKS]
    compared = next((marks for marks in map(_marks, keys) if marks[""] == before[""]), None)
    if compared is None:
        note(EventKind.SETTINGS, changed=["SECRET_KEY"], added=[], removed=[], marks=now)
        return
    found = {
        "changed": [name for name in compared if name and name in before and compared[name] != before[name]],
        "added": [name for name in compared if name not in before],
        "removed": [name for name in before if name not in compared],
    }
    if any(found.values()):
        note(EventKind.SETTINGS, **found, marks=now)


def _marks(key: str) -> dict[str, str]:
    """By name; under "" the key's own."""
    marked: dict[str, str] = settings.VARIABLES_MARKED(key)
    own = {"": hmac.digest(key.encode(), b"", "sha256").hex()[:16]}
    return own | {name: mark for name, mark in marked.items() if name not in _OF_THE_PROCESS}


def settings_in_words(detail: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and what was done, of an event of settings; of any other nothing."""
    if MARKS not in detail:
        return
    for name in detail["changed"]:
        yield name, _("geändert")
    for name in detail["added"]:
        yield name, _("gesetzt")
    for name in detail["removed"]:
        yield name, _("nicht mehr gesetzt")
