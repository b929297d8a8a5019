"""Links as a town hall has them: the web's, the intranet's, those of its document system, and folders, which are copied.

What a browser would run or could not open from a web page never becomes a link, whatever is stored.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from scaling.common.environment import FORBIDDEN_SCHEMES

MAX_LENGTH = 500
WEB = ("http", "https")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
_BARE = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?", re.DOTALL)
#: \\server\share, P:\Akten, file://server/share: pages of the web may not open these.
_PLACE = re.compile(r"\\\\[^\\/\s]+[\\/].*|[A-Za-z]:[\\/].*|file:/.*", re.DOTALL | re.IGNORECASE)


class LinkRejected(ValueError):
    """The message says what to do instead."""


class LinkField(forms.CharField):
    """A link as it is to be kept (``read_link``); empty for none."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"})
        )
        super().__init__(required=False, max_length=MAX_LENGTH, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return read_link(super().clean(value))
        except LinkRejected as error:
            raise forms.ValidationError(str(error)) from error


def read_link(text: str) -> str:
    """The link or place that was typed, as it is to be kept; an address without https:// gets it. Raises LinkRejected."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > MAX_LENGTH:
        raise LinkRejected(_("Höchstens %(most)s Zeichen; das sind %(length)s.") % {"most": MAX_LENGTH, "length": len(text)})
    if not text.isprintable():
        raise LinkRejected(_what_to_do(text))
    if _PLACE.fullmatch(text):
        return text
    if _BARE.fullmatch(text):
        text = f"https://{text}"
    found = _SCHEME.fullmatch(text)
    if found is None:
        raise LinkRejected(_what_to_do(text))
    scheme, rest = found[1].lower(), found[2]
    if scheme in WEB and _is_web_address(text):
        return f"{scheme}:{rest.replace(' ', '%20')}"
    if scheme in WEB:
        raise LinkRejected(_what_to_do(text))
    if scheme not in _own_schemes() or not rest.strip("/"):
        raise LinkRejected(_not_opened(scheme, rest, text))
    return f"{scheme}:{rest.replace(' ', '%20')}"


def opens(link: str) -> bool:
    """Whether a page may offer the link to be followed. What is stored and does not pass is shown as text to copy."""
    found = _SCHEME.fullmatch(link)
    return bool(found) and link.isprintable() and found[1].lower() in {*WEB, *_own_schemes()}  # type: ignore[index]


def _own_schemes() -> set[str]:
    return set(settings.EVIDENCE_SCHEMES) - FORBIDDEN_SCHEMES


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return text.lower().startswith(f"{parts.scheme}://") and parts.port != 0 and bool(_HOST.fullmatch(parts.hostname or ""))
    except ValueError:  # brackets that do not close, a port that is none
        return False


def _what_to_do(text: str) -> str:
    return _(
        "„%(text)s“ ist keine Adresse. Bitte schreiben Sie sie ganz, etwa https://example.org/beschluss oder "
        "http://intranet/akte/12. Was keine Adresse hat, nennen Sie als Nachweis in Worten."
    ) % {"text": text[:60]}


def _not_opened(scheme: str, rest: str, text: str) -> str:
    if not rest.startswith("/") or scheme in FORBIDDEN_SCHEMES:
        return _what_to_do(text)
    return _(
        "Adressen, die mit „%(scheme)s:“ beginnen, sind hier nicht freigeschaltet; das kann Ihre Betreiberin tun "
        "(EVIDENCE_SCHEMES). Nennen Sie bis dahin die Fundstelle als Nachweis in Worten."
    ) % {"scheme": scheme}
