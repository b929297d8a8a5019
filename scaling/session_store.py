"""Sessions in the database, as Django keeps them, in fewer statements.

To look one up is the first thing every page does, so it is prepared. A sign-in gives its session another key: Django asks
whether that is free, makes a row, and looks for the old one to remove it; these five of a sign-in's queries are one here.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.crypto import get_random_string

from scaling.common.locks import sweep
from scaling.common.prepared import Prepared

_session = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))

#: What lies with a session goes with it (``SignIn``); whether each has its session is asked after the whole statement.
_DELETE = """
    WITH gone AS (DELETE FROM accounts_signin WHERE session_id = %(key)s)
    DELETE FROM django_session WHERE session_key = %(key)s
"""
_RENAME = """
    WITH gone AS (DELETE FROM accounts_signin WHERE session_id = %(key)s)
    UPDATE django_session SET session_key = %(new)s WHERE session_key = %(key)s
"""


class SessionStore(db.SessionStore):
    """``SESSION_ENGINE`` finds it by its name."""

    def load(self) -> dict[str, Any]:
        """What the session holds, {} for one that is over or never was. One query."""
        for session in _session.rows(key=str(self.session_key), now=timezone.now()):
            held: dict[str, Any] = self.decode(session.session_data)
            return held
        self._session_key = None
        return {}

    def create(self) -> None:
        """A row with a new key: whether somebody has that already, the row itself tells. One query."""
        while True:
            self._session_key = _new_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def cycle_key(self) -> None:
        """The same session under a key that nobody knew before; the old one opens nothing any more. One query."""
        old, new = self.session_key, _new_key()
        if old and _execute(_RENAME, key=old, new=new):
            self._session_key = new
            self.modified = True  # what is held is stored with the answer
        else:
            super().cycle_key()

    @classmethod
    def clear_expired(cls) -> None:
        """Every night, while people sign out and are signed out."""
        sweep(Session.objects.filter(expire_date__lt=timezone.now()))

    def delete(self, session_key: str | None = None) -> None:
        """One query."""
        key = session_key or self.session_key
        if key:
            _execute(_DELETE, key=key)


def _new_key() -> str:
    return get_random_string(32, VALID_KEY_CHARS)


def _execute(statement: str, **values: str) -> bool:
    """Whether there was such a session."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)
