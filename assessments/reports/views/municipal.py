"""The profile of a municipality by address: its own answers beside what its projects show, on screen and as files."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.reports.counted import counted_note
from assessments.reports.development.build import development_of
from assessments.reports.export.municipal_book import municipal_book
from assessments.reports.export.municipal_json import render_municipal_json
from assessments.reports.export.xlsx_file import MEDIA_TYPE as XLSX
from assessments.reports.export.xlsx_file import write_xlsx
from assessments.reports.municipal.build import municipal_profile_of
from assessments.reports.municipal.criterion import WITHOUT_LEVEL, answers_to, fetch_reasons, numbers_of
from assessments.reports.municipal.model import MunicipalProfile
from assessments.reports.municipal.narrowing import SHOWN
from assessments.reports.rendering.orders import PdfOrder, municipal_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf import requested_variant
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.views.access import get_municipality
from catalogue.levels import LEVELS
from scaling.accounts.models import Municipality
from scaling.common.text import german_slug

#: On a phone a criterion takes a third of a screen, an answer with its reason two thirds; no page is higher than ten.
CRITERIA_PER_PAGE, ANSWERS_PER_PAGE = 12, 10
#: What a criterion's page can be narrowed to: the words of its address.
WITH_LEVEL = (*map(str, LEVELS), WITHOUT_LEVEL)


@login_required
@require_safe
def municipal_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Five queries and those of the request."""
    municipality = get_municipality(request.user, public_id)
    profile, narrowing = municipal_profile_of(request.user, municipality, request.GET)
    phases = {one.phase: one.phase_label for one in profile.criteria}
    context = {
        "municipality": municipality,
        "profile": profile,
        "narrowing": narrowing,
        "rows": Paginator(profile.shown, CRITERIA_PER_PAGE).get_page(request.GET.get("seite")),
        "choices": [(word, label) for word, (label, _matches) in SHOWN.items()],
        "streams": [(one.key, one.name) for one in profile.streams if one.key],
        "phases": list(phases.items()),
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Kommune insgesamt"), "")],
    }
    return render(request, "report/municipal/municipal.html", context)


@login_required
@require_safe
def municipal_criterion(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """One criterion: what the municipality says and what each project does, with the reasons. Six queries and the request's."""
    municipality = get_municipality(request.user, public_id)
    profile, _narrowing = municipal_profile_of(request.user, municipality, {})
    evidence = next((one for one in profile.asked if one.key == key), None)
    if evidence is None:
        raise Http404
    level = request.GET.get("stufe")
    level = level if level in WITH_LEVEL else None
    answers = [answer for answer in answers_to(evidence) if level in (None, answer.word)]
    page = Paginator(answers, ANSWERS_PER_PAGE).get_page(request.GET.get("seite"))
    context = {
        "municipality": municipality,
        "profile": profile,
        "evidence": evidence,
        "counted_note": counted_note(profile.counted),
        "answers": page,
        "level": level,
        "query": f"stufe={level}" if level else "",
        "reasons": fetch_reasons(key, numbers_of(profile, page)),
        "crumbs": [
            (municipality.name, municipality.get_absolute_url()),
            (_("Kommune insgesamt"), reverse("reports:municipal", args=[municipality.public_id])),
            (evidence.title, ""),
        ],
    }
    return render(request, "report/municipal/criterion.html", context)


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def municipal_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The profile as XLSX or JSON, of all criteria; ``?sprache=``."""
    municipality = get_municipality(request.user, public_id)
    with translation.override(requested_language(request)):
        profile, _narrowing = municipal_profile_of(request.user, municipality, {})
        content, media_type = _content(kind, profile)
        name = file_name(municipality, profile, kind)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def municipal_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?umfang=``, ``?sprache=``. 404 while nothing is approved. 202 with a page that waits, 503 with one that says why."""
    municipality = get_municipality(request.user, public_id)
    variant, language = requested_variant(request), requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            profile, _narrowing = municipal_profile_of(request.user, municipality, {})
            if profile.own is None and not profile.projects:
                raise Http404
            name = file_name(municipality, profile, "pdf").removesuffix(".pdf") + f"-{variant}fassung.pdf"
            development = development_of(request.user, municipality)
            person = request.user.pk or 0
            return municipal_order(profile, development, variant=variant, person=person, municipality=public_id), name

    back = (_("Zurück zu „Kommune insgesamt“"), reverse("reports:municipal", args=[public_id]))
    return pdf_answer(request, wanted, back=back)


def _content(kind: str, profile: MunicipalProfile) -> tuple[bytes, str]:
    if kind == "xlsx":
        return write_xlsx(municipal_book(profile)), XLSX
    return render_municipal_json(profile), "application/json"


def file_name(municipality: Municipality, profile: MunicipalProfile, ending: str) -> str:
    """„kommune-stadt-auenfurt-2026-11-28.xlsx“."""
    word = _("Kommune")  # not inside the f-string, where gettext does not look
    return f"{german_slug(word)}-{german_slug(municipality.name)}-{profile.as_of.isoformat()}.{ending}"
