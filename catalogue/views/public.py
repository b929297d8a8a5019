"""The catalogue for everyone: no sign-in, no drafts (save for curators), the current edition unless another is named."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.edition_cache import cached_edition
from catalogue.examples import examples_of
from catalogue.models import Criterion, Edition, EditionState, GoodPractice, OperatingModel, Phase, Workstream
from catalogue.search import MAX_QUERY_LENGTH
from catalogue.views.breadcrumbs import start_crumb
from catalogue.views.search import found_in
from catalogue.wording import wording_of


def requested_edition(request: HttpRequest) -> Edition | None:
    """The edition named by ``?ausgabe=``, else the current one, else None. Raises Http404 for a number nobody may read."""
    number = request.GET.get("ausgabe")
    edition: Edition | None
    if not number:
        edition = Edition.objects.current()
        return edition
    edition = Edition.objects.visible_to(request.user).numbered(number)
    if edition is None:
        raise Http404
    return edition


def _page_context(request: HttpRequest, edition: Edition | None, *crumbs: tuple[str, str]) -> dict[str, Any]:
    """What every catalogue page needs: the edition, how links stay in it, the way back."""
    query = f"?{urlencode({'ausgabe': edition.number})}" if edition and request.GET.get("ausgabe") else ""
    return {
        "edition": edition,
        "edition_query": query,
        "crumbs": [start_crumb(), (_("Katalog"), reverse("catalogue:index") + query), *crumbs],
    }


def _criteria_of(edition: Edition) -> Sequence[Criterion]:
    """For a list. No query for an edition that is kept in memory, two for a draft."""
    if edition.state != EditionState.DRAFT:
        return cached_edition(edition).criteria
    return list(Criterion.objects.for_listing().titles_only().filter(edition=edition).order_by("order"))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The road through the phases; with ``?q=`` what was found instead. Five queries, seven with a search or of a draft."""
    edition = requested_edition(request)
    editions = list(Edition.objects.visible_to(request.user))
    workstreams = list(Workstream.objects.all())
    chosen = next((w for w in workstreams if w.key == request.GET.get("workstream")), None)
    search = request.GET.get("q", "").strip()[:MAX_QUERY_LENGTH]
    found = found_in(edition, search, chosen) if search and edition else None
    listed = _criteria_of(edition) if edition and not search else ()
    shown = [c for c in listed if chosen is None or chosen in c.own_workstreams]
    phases: list[dict[str, Any]] = []
    for phase in Phase.objects.all():
        mine = [c for c in shown if c.phase_id == phase.pk]
        milestones = sum(c.is_milestone for c in mine)
        phases.append({"phase": phase, "criteria": mine, "milestones": milestones})
    opened = request.GET.get("phase", "")
    keys = [item["phase"].key for item in phases]
    wanted = opened if opened in keys else next((item["phase"].key for item in phases if item["criteria"]), "")
    kept = {name: request.GET[name] for name in ("ausgabe", "workstream") if request.GET.get(name)}
    for item in phases:
        # All of them are many screens of a phone: one is open, the others open with their link or a click.
        item["is_open"] = item["phase"].key == wanted
        item["query"] = urlencode({**kept, "phase": item["phase"].key})
    context: dict[str, Any] = {
        "editions": editions,
        "workstreams": workstreams,
        "chosen": chosen,
        "phases": phases,
        "search": search,
        "found": found,
        "total": len(listed),
        "shown": len(shown),
    }
    if edition and not search:
        context["references"] = edition.references.filter(criterion=None, good_practice=None).order_by("order")
    return render(request, "catalogue/index.html", _page_context(request, edition) | context)


def neighbours(found: Criterion) -> tuple[Criterion | None, Criterion | None]:
    """The criteria before and after it in its edition. No query for an edition that is kept in memory, two for a draft."""
    beside = _criteria_of(found.edition)
    before = next((one for one in reversed(beside) if one.order < found.order), None)
    return before, next((one for one in beside if one.order > found.order), None)


@require_safe
def criterion(request: HttpRequest, key: str) -> HttpResponse:
    """One criterion. Its address stays valid when newer editions drop it: then the newest edition that has it answers.

    Ten queries, twelve of a draft.
    """
    edition = requested_edition(request)
    readable = Criterion.objects.for_reading().select_related("edition").filter(key=key)
    found = readable.filter(edition=edition).first()
    if found is None and not request.GET.get("ausgabe"):
        readable = readable.filter(edition__in=Edition.objects.readable())
        found = readable.order_by("-edition__major", "-edition__minor").first()
    if found is None:
        raise Http404
    previous, following = neighbours(found)
    context = {
        "criterion": found,
        "wording": wording_of(found, municipality_wide=False),
        "municipality_wording": wording_of(found, municipality_wide=True) if found.has_municipality_wording else None,
        "outdated": edition is not None and found.edition_id != edition.pk,
        "examples": examples_of(found.key),
        "previous": previous,
        "next": following,
    }
    page = _page_context(request, found.edition, (found.title, ""))
    return render(request, "catalogue/criterion.html", page | context)


@require_safe
def practices(request: HttpRequest) -> HttpResponse:
    """The good practices of an edition. Four queries."""
    edition = requested_edition(request)
    found = GoodPractice.objects.for_reading().filter(edition=edition).order_by("order") if edition else []
    page = _page_context(request, edition, (_("Praxisbeispiele"), ""))
    return render(request, "catalogue/practices.html", page | {"practices": found})


@require_safe
def operating_models(request: HttpRequest) -> HttpResponse:
    """The operating models of an edition, in groups. Three queries."""
    edition = requested_edition(request)
    groups: dict[str, list[OperatingModel]] = {}
    for model in edition.operating_models.prefetch_related("criteria") if edition else []:
        groups.setdefault(model.group, []).append(model)
    page = _page_context(request, edition, (_("Betreibermodelle"), ""))
    return render(request, "catalogue/operating_models.html", page | {"groups": groups})


@require_safe
def printable(request: HttpRequest) -> HttpResponse:
    """The whole edition on one page, for paper. Sixteen queries, whatever the number of criteria."""
    edition = requested_edition(request)
    if edition is None:
        raise Http404
    criteria: dict[int, list[Criterion]] = {}
    for found in Criterion.objects.for_reading().filter(edition=edition).order_by("order"):
        found.municipality_wording = wording_of(found, municipality_wide=True) if found.has_municipality_wording else None
        criteria.setdefault(found.phase_id, []).append(found)
    context = {
        "phases": [(phase, criteria.get(phase.pk, [])) for phase in Phase.objects.all()],
        "practices": GoodPractice.objects.for_reading().filter(edition=edition).order_by("order"),
        "models": edition.operating_models.order_by("order"),
        "references": edition.references.filter(criterion=None, good_practice=None).order_by("order"),
    }
    return render(request, "catalogue/printable.html", _page_context(request, edition, (_("Druckfassung"), "")) | context)
