"""How curator pages find their edition: not signed in → sign-in page; hidden → 404; visible but no curator → 403."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Criterion, Edition

__all__ = ["curated_edition", "curator_only", "curator_page", "draft_criterion", "login_required"]


def curator_only(request: HttpRequest) -> None:
    if not request.user.has_perm("catalogue.curate"):
        raise PermissionDenied


def curated_edition(request: HttpRequest, number: str, permission: str = "catalogue.curate") -> Edition:
    """The edition, for somebody who may do this with it. Raises Http404 or PermissionDenied."""
    edition = Edition.objects.visible_to(request.user).numbered(number)
    if edition is None:
        raise Http404
    if not request.user.has_perm("catalogue.curate") or not request.user.has_perm(permission, edition):
        raise PermissionDenied
    return edition


def draft_criterion(request: HttpRequest, number: str, key: str) -> Criterion:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    criterion = Criterion.objects.select_related("edition", "phase", "milestone").filter(edition=edition, key=key).first()
    if criterion is None:
        raise Http404
    return criterion


def curator_page(*crumbs: tuple[str, str], edition: Edition | None = None) -> dict[str, Any]:
    """The way back of a curator page."""
    way = [(_("Start"), reverse("home")), (_("Redaktion"), reverse("catalogue:editions"))]
    if edition:
        name = _("Ausgabe %s") % edition.number
        way.append((name, reverse("catalogue:edition", args=[edition.number])))
    return {"crumbs": [*way, *crumbs], "edition": edition}
