"""Pages for everyone: glossary, and the obligations whose texts the operator fills in."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scaling.common.glossary import glossary


def not_here(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Takes the place of a page that a library would offer and we do not."""
    raise Http404


@require_safe
def glossary_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/glossary.html", {"terms": glossary(get_language() or "de")})


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/imprint.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    kept = {
        "histories": settings.HISTORY_KEEP_DAYS,
        "sign_ins": settings.SIGN_INS_KEEP_DAYS,
        "downloads": settings.DOWNLOADS_KEEP_DAYS,
    }
    return render(request, "pages/privacy.html", {"kept": {name: _period(days) for name, days in kept.items()}})


def _period(days: int) -> str:
    return ngettext("%(number)s Tag", "%(number)s Tage", days) % {"number": days} if days else _("ohne Frist")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@require_safe
def feedback(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/feedback.html")
