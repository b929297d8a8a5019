"""Pages for everyone: glossary, and the obligations whose texts the operator fills in."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scaling.common.addresses import absolute_url
from scaling.common.glossary import glossary

#: How long what security.txt says may be believed; it is reckoned anew each day.
SECURITY_TXT_DAYS = 90


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


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116): ``SECURITY_CONTACT``, or the operator's address; 404 where neither is set."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=SECURITY_TXT_DAYS)
    lines = {
        "Contact": contact,
        "Expires": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Preferred-Languages": "de, en",
        "Canonical": absolute_url(request.path),
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
