"""What leaves no row of its own otherwise: who signed in, and who fetched what."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

from assessments.models import Project, ShareLink
from scaling.accounts.models import Municipality
from scaling.trail.models import EventKind, TrailEvent


def note(kind: str, /, *, by: Any = None, municipality: Any = None, project: Any = None, **detail: Any) -> TrailEvent:
    """One row. ``detail`` holds names of the code, ids and counts, and nothing that anybody wrote. One query."""
    return TrailEvent.objects.create(kind=kind, by=by, municipality=municipality, project=project, detail=detail)


@receiver(user_logged_in)
def note_sign_in(user: Any, **kwargs: Any) -> None:
    note(EventKind.SIGNED_IN, by=user)


@receiver(user_logged_out)
def note_sign_out(user: Any, **kwargs: Any) -> None:
    """None where a session had ended before."""
    if user is not None and user.is_authenticated:
        note(EventKind.SIGNED_OUT, by=user)


class DownloadMiddleware:
    """Notes each file that a signed-in person or a shared link was given: evidence, profiles, sheets, exports. Whatever is
    handed out as a file passes here, so no view can forget it. One query, and one more where it belongs to a project.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if (
            response.status_code == 200
            and request.method == "GET"
            and match is not None
            and response.headers.get("Content-Disposition", "").startswith("attachment")
        ):
            self._note(request, match.view_name, match.kwargs)
        return response

    def _note(self, request: HttpRequest, name: str, words: dict[str, Any]) -> None:
        by = request.user if request.user.is_authenticated else None
        place, shown = _place(name, words)
        if by is None and "link" not in shown:
            return  # what everybody may read: the catalogue, the example
        note(EventKind.DOWNLOADED, by=by, address=name, **place, **shown)


def _place(name: str, words: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Municipality and project that an address belongs to, and what of its words may be kept: never a token."""
    public_id = words.get("public_id")
    if "token" in words:
        link = ShareLink.objects.select_related("assessment__project").filter(token=words["token"]).first()
        if link is None:
            return {}, {}
        project = link.assessment.project
        place = {"project": project, "municipality": project.municipality}
        return place, {"link": link.pk, "public_id": link.assessment.public_id}
    shown = {key: str(value) for key, value in words.items() if key in ("public_id", "key", "pk", "kind")}
    if public_id is None:
        return {}, shown
    if name.startswith(("assessments:", "reports:")):
        found = Project.objects.filter(assessments__public_id=public_id).select_related("municipality").first()
        if found is not None:
            return {"project": found, "municipality": found.municipality}, shown
    municipality = Municipality.objects.filter(public_id=public_id).first()
    return ({"municipality": municipality} if municipality else {}), shown
