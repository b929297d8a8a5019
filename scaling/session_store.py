"""Sessions in the database, as Django keeps them; to look one up is the first thing every page does, so it is prepared."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from scaling.common.prepared import Prepared

_session = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    """``SESSION_ENGINE`` finds it by its name."""

    def load(self) -> dict[str, Any]:
        """What the session holds, {} for one that is over or never was. One query."""
        for session in _session.rows(key=str(self.session_key), now=timezone.now()):
            held: dict[str, Any] = self.decode(session.session_data)
            return held
        self._session_key = None
        return {}
