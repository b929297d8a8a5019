"""The way back from a page of the catalogue: pairs of a name and an address, which is "" for the page itself."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Edition
from scaling.common.addresses import start_page

Crumb = tuple[str, str]


def start_crumb() -> Crumb:
    return _("Start"), start_page()


def curator_page(*crumbs: Crumb, edition: Edition | None = None) -> dict[str, Any]:
    """The context every curator page has: its breadcrumb and its edition."""
    start = [start_crumb(), (_("Redaktion"), reverse("catalogue:editions"))]
    if edition:
        name = _("Ausgabe %s") % edition.number
        start.append((name, reverse("catalogue:edition", args=[edition.number])))
    return {"crumbs": [*start, *crumbs], "edition": edition}
