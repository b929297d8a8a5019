"""Files people bring: stored whole or not at all, and deleted only here, once nothing has pointed to them for a while.

A file never goes with a row. Rows come back (a move that is undone, a restored backup); a deleted file does not.
"""

import contextlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

#: How long a file waits without anything that points to it, before it may go.
UNUSED_FOR = timedelta(days=30)


class StorageAway(OSError):
    """A storage on another machine does not answer, or refuses; pages that need a file of it answer 503."""


class StorageUnavailable(Exception):
    """The file could not be stored: no space, no permission, no connection. The message says so to who brought it."""

    def __init__(self) -> None:
        super().__init__(
            _("Die Datei ließ sich gerade nicht ablegen: Auf dem Server fehlt Platz oder ein Recht. Gespeichert ist nichts.")
        )


def save_file(name: str, content: Any) -> str:
    """Store ``content`` under ``name``, which no file has yet, and return its name. Raises StorageUnavailable.

    What was written before the disk was full is removed again.
    """
    try:
        return default_storage.save(name, content)
    except OSError as error:
        with contextlib.suppress(OSError):  # what cannot be written may not be deletable either; delete_unused finds it later
            default_storage.delete(name)
        raise StorageUnavailable from error


def delete_unused(
    folder: str, *, used: Collection[str], unused_since: Mapping[str, datetime], unused_for: timedelta = UNUSED_FOR
) -> list[str]:
    """Delete the files of ``folder`` that are not ``used`` and have not been for ``unused_for``; return their names.

    ``unused_since`` tells when the last thing that pointed to a file went. A file written later than that counts from then, so
    one that is just being brought is safe. No query.
    """
    before = timezone.now() - unused_for
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nobody has brought one yet
        return []
    deleted = []
    for name in sorted(f"{folder}/{name}" for name in names):
        if name in used or unused_since.get(name, before) > before:
            continue
        if default_storage.get_modified_time(name) <= before:
            default_storage.delete(name)
            deleted.append(name)
    return deleted
