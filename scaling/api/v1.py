"""Version 1 of the API: read only. A key that goes or changes its meaning needs a new version; a new one does not.

Each address costs the two queries of its key and those it names, however many rows there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Path, Query
from ninja.errors import AuthenticationError, AuthorizationError, ValidationError

from assessments.models import Assessment, AssessmentRecord, Measure, Project
from assessments.models.measure import MeasureStatus, is_overdue
from assessments.models.record import AssessmentRecordQuerySet
from assessments.reports.development.build import development_of
from assessments.reports.development.reasons import fetch_moves
from assessments.reports.export.development_json import TOLD, development_document
from assessments.reports.export.json_file import document
from assessments.reports.export.municipal_json import municipal_document
from assessments.reports.export.portfolio_json import portfolio_document
from assessments.reports.municipal.build import municipal_profile_of
from assessments.reports.peers.page import peer_page
from assessments.reports.plan.build import plan_of
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.profile.load import load_profile
from assessments.reports.records.keeping import record_profile, speaking
from catalogue.documents.export import edition_document
from catalogue.models import Edition
from scaling import __version__
from scaling.api import problems, shapes
from scaling.api.access import BearerKey, KeyHolder, TooOften, conditional, holder, require_manager
from scaling.api.openapi import described
from scaling.api.pages import USUAL, After, HowMany, listed
from scaling.api.peers import BASES, Basis, of_nobody, peer_facts

api = NinjaAPI(
    title="Skalierungscheck",
    version="1",
    description=(
        "What a municipality's own dashboards read: projects, what was approved, measures, portfolio, and the catalogue. "
        "Read only: another method than GET or HEAD is refused with 405. Levels are whole numbers 0 to 4 on an ordinal scale; "
        f"null is no value, never 0. Texts are in the language of Accept-Language (de, en). Skalierungscheck {__version__}."
    ),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=BearerKey(),
)
api.add_decorator(conditional, mode="view")

READ = ["GET", "HEAD"]
Id = Annotated[str, Path(min_length=1, max_length=40, pattern="^[A-Za-z0-9._-]+$")]
GroupId = Annotated[
    str, Query(max_length=40, pattern="^[a-z0-9/]*$", description="A wider group than the narrowest: its id, of `groups`.")
]
OfProject = Annotated[str, Query(max_length=40, pattern="^[A-Za-z0-9_-]*$", description="Of one project: its id.")]


# --- Refusals ---------------------------------------------------------------------------------------------------------------


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problems.problem(401)
    response["WWW-Authenticate"] = 'Bearer realm="Skalierungscheck"'
    return response


@api.exception_handler(AuthorizationError)
def _not_allowed(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
    return problems.problem(403)


@api.exception_handler(TooOften)
def _too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    response = problems.problem(429)
    response["Retry-After"] = str(error.seconds)
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.problem(404)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [{"parameter": str(one["loc"][-1]), "message": str(one["msg"])} for one in error.errors]
    return problems.problem(422, errors=wrong)


# --- The municipality and the catalogue -------------------------------------------------------------------------------------


@api.api_operation(READ, "/municipality", response=shapes.MunicipalityFacts, openapi_extra=described(), url_name="municipality")
def municipality(request: HttpRequest) -> dict[str, Any]:
    """Whose key this is, and until when it opens. No query more."""
    token = holder(request).token
    one = token.municipality
    return {
        "id": one.public_id,
        "name": one.name,
        "ags": one.ags,
        "state": str(one.state),
        "is_fictional": one.is_fictional,
        "key": {"purpose": token.purpose, "role": token.role, "expires_on": token.expires_on},
    }


@api.api_operation(
    READ, "/editions", response=shapes.Page[shapes.EditionFacts], openapi_extra=described(422), url_name="editions"
)
def editions(request: HttpRequest, limit: HowMany = USUAL, after: After = 0) -> dict[str, Any]:
    """The published editions of the catalogue, the oldest first, and retired ones, which rounds may be pinned to. One query."""
    rows = Edition.objects.readable().annotate(number_of_criteria=Count("criteria"))
    return listed(request, rows, limit, after, lambda found: [_edition(one) for one in found])


def _edition(one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "state": one.state,
        "published_on": timezone.localdate(one.published_at) if one.published_at else None,
        "criteria": one.number_of_criteria,
        "checksum": one.checksum,
    }


@api.api_operation(READ, "/editions/{number}", openapi_extra=described(404, 422, document="catalogue-1"), url_name="edition")
def edition(request: HttpRequest, number: Id) -> dict[str, Any]:
    """All that an edition says, in both languages, as in the catalogue's own files. Fifteen queries."""
    found = Edition.objects.readable().numbered(number)
    if found is None:
        raise Http404
    return edition_document(found)


# --- Projects ---------------------------------------------------------------------------------------------------------------


def _visible(who: KeyHolder) -> QuerySet[Project]:
    return Project.objects.visible_to(who).filter(municipality=who.municipality).select_related("phase")


def _project_or_404(who: KeyHolder, public_id: str) -> Project:
    found = _visible(who).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@api.api_operation(
    READ, "/projects", response=shapes.Page[shapes.ProjectFacts], openapi_extra=described(422), url_name="projects"
)
def projects(
    request: HttpRequest,
    limit: HowMany = USUAL,
    after: After = 0,
    archived: Annotated[bool, Query(description="Those in the archive instead of those in lists.")] = False,
) -> dict[str, Any]:
    """The projects in the order in which they were made, with what speaks for each. Three queries."""
    who = holder(request)
    rows = _visible(who).filter(archived_at__isnull=not archived)
    return listed(request, rows, limit, after, lambda found: _projects(who, found))


@api.api_operation(
    READ, "/projects/{project_id}", response=shapes.ProjectFacts, openapi_extra=described(404, 422), url_name="project"
)
def project(request: HttpRequest, project_id: Id) -> dict[str, Any]:
    """One project, also from the archive. Three queries."""
    who = holder(request)
    return _projects(who, [_project_or_404(who, project_id)])[0]


def _projects(who: KeyHolder, found: Sequence[Project]) -> list[dict[str, Any]]:
    records = {
        row["project"]: row
        for row in speaking(who, who.municipality)
        .filter(assessment__project__in=found)
        .annotate(project=F("assessment__project"), of=F("assessment__public_id"), round=F("assessment__round"))
        .values("project", "number", "of", "round", "approved_at")
    }
    running: dict[int, Assessment] = {}
    if who.manages:
        rounds = Assessment.objects.visible_to(who).filter(project__in=found).open().with_progress()
        running = {one.project_id: one for one in rounds}
    return [_project(one, records.get(one.pk), running.get(one.pk)) for one in found]


def _project(one: Project, record: Mapping[str, Any] | None, running: Assessment | None) -> dict[str, Any]:
    has_phase = not one.is_municipality_wide
    return {
        "id": one.public_id,
        "name": one.name,
        "summary": one.summary,
        "phase": one.phase.key if has_phase else None,
        "phase_label": one.phase.label if has_phase else None,
        "is_municipality_wide": one.is_municipality_wide,
        "archived_on": timezone.localdate(one.archived_at) if one.archived_at else None,
        "record": {
            "number": record["number"],
            "assessment": record["of"],
            "round": record["round"],
            "approved_on": timezone.localdate(record["approved_at"]),
        }
        if record
        else None,
        "running": {
            "assessment": running.public_id,
            "round": running.round,
            "state": running.state,
            "counts": {
                name: getattr(running.counts, name)
                for name in ("total", "rated", "unknown", "not_applicable", "open", "unconfirmed")
            },
        }
        if running
        else None,
    }


@api.api_operation(
    READ,
    "/projects/{project_id}/running",
    openapi_extra=described(403, 404, 422, document="profile-2"),
    url_name="running",
)
def running(request: HttpRequest, project_id: Id) -> dict[str, Any]:
    """The profile of the round under way, as it is at this moment: a draft. For keys of the role „manager“. Eight queries."""
    require_manager(request)
    who = holder(request)
    rounds = Assessment.objects.visible_to(who).open().with_context().with_papers()
    found = rounds.filter(project__municipality=who.municipality, project__public_id=project_id).first()
    if found is None:
        raise Http404
    return document(load_profile(found))


# --- What was approved ------------------------------------------------------------------------------------------------------


def _records(who: KeyHolder) -> AssessmentRecordQuerySet:
    rounds = Assessment.objects.visible_to(who).filter(project__municipality=who.municipality)
    return AssessmentRecord.objects.filter(municipality=who.municipality, assessment__in=rounds)


@api.api_operation(
    READ, "/records", response=shapes.Page[shapes.RecordFacts], openapi_extra=described(404, 422), url_name="records"
)
def records(
    request: HttpRequest,
    limit: HowMany = USUAL,
    after: After = 0,
    project: OfProject = "",
    current: Annotated[bool, Query(description="Only those that were not superseded.")] = False,
) -> dict[str, Any]:
    """What was approved, the oldest first. One query; one more with a project."""
    who = holder(request)
    rows = _records(who).select_related("assessment__project", "phase").without_document()
    if project:
        rows = rows.filter(assessment__project=_project_or_404(who, project))
    if current:
        rows = rows.current()
    return listed(request, rows, limit, after, lambda found: [_record(one) for one in found])


def _record(one: AssessmentRecord) -> dict[str, Any]:
    return {
        "number": one.number,
        "project": one.assessment.project.public_id,
        "assessment": one.assessment.public_id,
        "round": one.assessment.round,
        "version": one.version,
        "approved_at": one.approved_at,
        "phase": one.phase.key if one.phase else None,
        "checksum": one.checksum,
        "superseded_at": one.superseded_at,
    }


@api.api_operation(READ, "/records/{number}", openapi_extra=described(404, 422, document="profile-2"), url_name="record")
def record(request: HttpRequest, number: Id) -> dict[str, Any]:
    """The profile as it was approved, which never changes but for a name that went. One query."""
    found = _records(holder(request)).with_parts().filter(number=number.upper()).first()
    if found is None:
        raise Http404
    return document(record_profile(found))


# --- Measures and the municipality as one -----------------------------------------------------------------------------------


@api.api_operation(
    READ, "/measures", response=shapes.Page[shapes.MeasureFacts], openapi_extra=described(404, 422), url_name="measures"
)
def measures(
    request: HttpRequest,
    limit: HowMany = USUAL,
    after: After = 0,
    project: OfProject = "",
    status: Annotated[MeasureStatus | None, Query(description="Of one status.")] = None,
) -> dict[str, Any]:
    """The measures of all projects that the key sees, as they are today. One query; one more with a project."""
    who = holder(request)
    rows = Measure.objects.with_owner_there().filter(project__in=_visible(who)).select_related("project", "owner")
    if project:
        rows = rows.filter(project=_project_or_404(who, project))
    if status:
        rows = rows.filter(status=status)
    today = timezone.localdate()
    return listed(request, rows, limit, after, lambda found: [_measure(one, today) for one in found])


def _measure(one: Measure, today: Any) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "project": one.project.public_id,
        "criterion": one.criterion_key or None,
        "text": one.text,
        "who": one.who,
        "due_on": one.due_on,
        "status": one.status,
        "is_overdue": is_overdue(one.status, one.due_on, today),
    }


@api.api_operation(READ, "/portfolio", openapi_extra=described(document="portfolio-1"), url_name="portfolio")
def portfolio(request: HttpRequest) -> dict[str, Any]:
    """All projects at a glance: figures, gates, obstacles, overdue measures. Eight queries."""
    who = holder(request)
    return portfolio_document(*portfolio_of(who, who.municipality, {}))


@api.api_operation(READ, "/municipality/profile", openapi_extra=described(document="municipal-1"), url_name="municipal_profile")
def municipal_profile(request: HttpRequest) -> dict[str, Any]:
    """What the municipality answers for itself, beside what its projects show, criterion by criterion. Five queries."""
    who = holder(request)
    profile, _narrowing = municipal_profile_of(who, who.municipality, {})
    return municipal_document(profile)


@api.api_operation(READ, "/development", openapi_extra=described(document="development-1"), url_name="development")
def development(request: HttpRequest) -> dict[str, Any]:
    """Quarters, approved rounds, and what moved; the latest hundred moves with their reasons. Six queries."""
    who = holder(request)
    found = development_of(who, who.municipality)
    latest = found.moved[:TOLD]
    return development_document(found, fetch_moves(latest) if latest else {})


@api.api_operation(READ, "/plan", response=shapes.PlanFacts, openapi_extra=described(), url_name="plan")
def plan(request: HttpRequest) -> dict[str, Any]:
    """What is to be done in the projects the key sees, the gate each measure serves, what is one level short. Five queries."""
    who = holder(request)
    found = plan_of(who, who.municipality)
    return {
        "as_of": found.as_of,
        "projects_counted": found.counted.value,
        "measures": map(asdict, found.measures),
        "small_steps": map(asdict, found.small_steps),
    }


@api.api_operation(READ, "/peers", response=shapes.PeerFacts, openapi_extra=described(403, 404, 422), url_name="peers")
def peers(
    request: HttpRequest,
    basis: Annotated[Basis | None, Query(description="What is compared: projects, or the municipality as a whole.")] = None,
    group: GroupId = "",
) -> dict[str, Any]:
    """Own values beside the quartiles of similar municipalities: no names, no rank, no group of fewer than seven.

    For keys of the role „manager“. Who takes no part sees no figure. Five queries.
    """
    require_manager(request)
    municipality = holder(request).municipality
    if municipality.compared_since is None:
        return of_nobody()
    page = peer_page(municipality, basis=BASES[basis] if basis else "", group=group)
    if group and page.chosen.path != group:
        raise Http404
    return peer_facts(page, timezone.localdate(municipality.compared_since))
