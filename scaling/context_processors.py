from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from scaling.accounts.models import Municipality
from scaling.session import seconds_left

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page needs around its content. The navigation costs no query where a rule has asked for the person's roles."""
    theme = request.COOKIES.get("theme", "")
    return {
        "operator": settings.OPERATOR,
        "show_national_header": settings.SHOW_NATIONAL_HEADER,
        "theme": theme if theme in THEMES else "",
        "session_seconds": SimpleLazyObject(lambda: seconds_left(request)),
        "nav_municipalities": SimpleLazyObject(lambda: _municipalities(request.user)),
    }


def _municipalities(user: Any) -> list[Municipality]:
    return [membership.municipality for membership in user.places] if user.is_authenticated else []
