"""How curator pages find their edition: not signed in → sign-in page; hidden → 404; visible but no curator → 403."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from catalogue.models import Criterion, Edition
from scaling.common.permissions import allows

__all__ = ["curated_edition", "curator_only", "draft_criterion", "login_required"]


def curator_only(request: HttpRequest) -> None:
    if not allows(request.user, "catalogue.curate"):
        raise PermissionDenied


def curated_edition(request: HttpRequest, number: str, permission: str = "catalogue.curate") -> Edition:
    """The edition, for somebody who may do this with it. Raises Http404 or PermissionDenied."""
    edition: Edition | None = Edition.objects.visible_to(request.user).numbered(number)
    if edition is None:
        raise Http404
    if not allows(request.user, "catalogue.curate") or not allows(request.user, permission, edition):
        raise PermissionDenied
    return edition


def draft_criterion(request: HttpRequest, number: str, key: str) -> Criterion:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    criterion = Criterion.objects.select_related("edition", "phase", "milestone").filter(edition=edition, key=key).first()
    if criterion is None:
        raise Http404
    return criterion
