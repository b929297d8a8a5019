from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from scaling.accounts.models import Municipality

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs. Costs one query on pages that show the navigation to a signed-in person."""
    theme = request.COOKIES.get("theme", "")
    return {
        "operator": settings.OPERATOR,
        "show_national_header": settings.SHOW_NATIONAL_HEADER,
        "theme": theme if theme in THEMES else "",
        "nav_municipalities": SimpleLazyObject(lambda: list(Municipality.objects.visible_to(request.user))),
    }
