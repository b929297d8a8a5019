from typing import Any
from urllib.parse import urlsplit

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
        "here": _here(request),
        "session_seconds": SimpleLazyObject(lambda: seconds_left(request)),
        "nav_municipalities": SimpleLazyObject(lambda: _municipalities(request.user)),
    }


def _here(request: HttpRequest) -> str:
    """The address that shows this page; of an answer to a form, that of the form's page: many a form's own takes no GET."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.get_host() or not before.path:
        return "/"
    return before.path + (f"?{before.query}" if before.query else "")


def _municipalities(user: Any) -> list[Municipality]:
    return [membership.municipality for membership in user.places] if user.is_authenticated else []
