"""The profile as files: who may have which round is asked as on screen, language and comparison come from the address."""

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.reports.export import render_csv, render_json, render_ods, render_xlsx
from assessments.reports.export.blocks import blocks_of, plain_text
from assessments.reports.export.docx_file import CONTENT_TYPE as DOCX
from assessments.reports.export.docx_file import render_docx
from assessments.reports.export.ods_file import MIMETYPE as ODS
from assessments.reports.export.xlsx_file import MEDIA_TYPE as XLSX
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.views.damaged import tells_damage
from assessments.reports.views.requested import requested_profile
from assessments.views.access import get_assessment
from assessments.views.breadcrumbs import crumbs_to

LANGUAGES = ("de", "en")
#: By its ending, how each kind of file is made and what it is. The last is the Kurzfassung, for a council paper.
FILES: dict[str, tuple[Callable[[MaturityProfile], bytes], str]] = {
    "json": (render_json, "application/json"),
    "csv": (render_csv, "text/csv; charset=utf-8"),
    "xlsx": (render_xlsx, XLSX),
    "ods": (render_ods, ODS),
    "docx": (render_docx, DOCX),
}
SCHEMAS = Path(__file__).resolve().parent.parent / "export" / "schema"


def requested_language(request: HttpRequest) -> str:
    """``?sprache=``, else the page's language. 404 for one we do not speak."""
    language = request.GET.get("sprache") or translation.get_language() or LANGUAGES[0]
    if language not in LANGUAGES:
        raise Http404
    return language


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
@tells_damage(lambda public_id, kind: reverse("reports:profile", args=[public_id]))
def profile_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """``kind`` is one of ``FILES``."""
    render, content_type = FILES[kind]
    assessment = get_assessment(request.user, public_id, papers=True)
    with translation.override(requested_language(request)):
        requested = requested_profile(request, assessment)
        content = requested.file(kind, render)
    name = f"{requested.file_name}.{kind}"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def profile_text(request: HttpRequest, public_id: str) -> HttpResponse:
    """A page with the Kurzfassung as text, to be copied."""
    assessment = get_assessment(request.user, public_id, papers=True)
    language = requested_language(request)
    with translation.override(language):
        requested = requested_profile(request, assessment)
        profile = requested.profile
        text = plain_text(blocks_of(profile))
    place = reverse("reports:profile", args=[public_id])
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    context = {
        "profile": profile,
        "record": requested.record,
        "assessment": assessment,
        "text": text,
        "docx_url": reverse("reports:docx", args=[public_id]) + query,
        "crumbs": crumbs_to(assessment.project, (_("Reifeprofil"), f"{place}{query}"), (_("Text zum Kopieren"), "")),
    }
    return render(request, "report/text.html", context)


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """The published shapes of the JSON and of the document an approval keeps, for anyone."""
    return HttpResponse((SCHEMAS / f"{name}.json").read_bytes(), content_type="application/schema+json")
