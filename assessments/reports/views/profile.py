"""The profile on screen and as files. All of them show the same ``MaturityProfile``."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.queries.since_approval import since_approval
from assessments.reports.charts import CARD, HALF, for_screen
from assessments.reports.charts.profile_charts import (
    figures_radar,
    figures_strips,
    gates_road,
    history_grid,
    named_overall,
    trend_chart,
)
from assessments.reports.profile.ageing import ageing_on
from assessments.reports.profile.by_level import by_level
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.views.records import earlier_files
from assessments.reports.views.requested import requested_profile
from assessments.views.access import get_assessment
from assessments.views.breadcrumbs import crumbs_to
from scaling.common.permissions import allows


def sections_of(profile: MaturityProfile, *, round_id: str = "", may_edit: bool = False) -> Mapping[str, SafeString]:
    """What the page says of the profile and of nothing else, by name. They are kept, since they follow from what is given.

    ``round_id`` is the round's public id, "" on a page that leads to nothing else.
    """
    draw = _sections.__wrapped__ if settings.DEBUG else _sections  # with DEBUG a template may change while the process runs
    return draw(profile, round_id, bool(may_edit), get_language())


# Of 21 criteria half a megabyte, of 62 more than one.
@lru_cache(maxsize=16)
def _sections(profile: MaturityProfile, round_id: str, may_edit: bool, language: str | None) -> Mapping[str, SafeString]:
    context = {
        "profile": profile,
        "charts": charts_of(profile),
        "own_language": profile.meta.own_language,
        "round_id": round_id,
        "may_edit": may_edit,
    }
    return {name: render_to_string(f"report/sections/{name}.html", context) for name in ("answers", "details")}


@lru_cache(maxsize=16)
def charts_of(profile: MaturityProfile) -> Mapping[str, SafeString]:
    """The drawings of the page and the lists behind them, by name: the same for the same profile, so they are kept. Read only.

    Their marks lead to ids of ``report/sections/details.html``, which every page with these drawings has.
    """
    streams = profile.workstreams
    overall = named_overall(profile)
    levels = by_level(profile)
    compared = profile.meta.compared.label if profile.meta.compared else ""
    return {
        "levels": for_screen(
            lambda width: figures_strips((*streams, overall), compared=compared, width=width, levels=levels), CARD
        ),
        "radar": for_screen(lambda width: figures_radar(profile, streams, width=width, levels=levels[: len(streams)]), HALF),
        "road": for_screen(lambda width: gates_road(profile, width=width, linked=True)),
        "trend": for_screen(lambda width: trend_chart(profile, width=width, linked=True), HALF),
        "history": for_screen(lambda width: history_grid(profile, profile.history, width=width, linked=True)),
        "lists": render_to_string("report/sections/by_level.html", {"levels": levels}),
    }


@login_required
@require_safe
def profile_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Eight queries with session, person and navigation, however many criteria and rounds; nine from a record."""
    assessment = get_assessment(request.user, public_id, papers=True)
    requested = requested_profile(request, assessment)
    profile, record = requested.profile, requested.record
    may_work = bool(record and request.user.has_perm("assessments.work_on_assessment", assessment))
    chosen = {name: request.GET[name] for name in ("vergleich", "dokument") if request.GET.get(name)}
    context: dict[str, Any] = {
        "assessment": assessment,
        "profile": profile,
        "sections": sections_of(
            profile,
            round_id=assessment.public_id,
            may_edit=allows(request.user, "assessments.edit_assessment", assessment),
        ),
        "own_language": profile.meta.own_language,
        "record": record,
        "records": list(assessment.records.without_document()) if assessment.approval else [],
        "earlier_files": earlier_files(record, public_id=public_id, with_comments=may_work) if record else [],
        "ageing": ageing_on(timezone.localdate(), profile.criteria) if record is None or record.is_current else (),
        "since": since_approval(record, assessment.project) if record is not None and record.is_current else (),
        "compared_query": f"&{urlencode(chosen)}" if chosen else "",
        "crumbs": crumbs_to(
            assessment.project, (str(assessment.round_label), assessment.get_absolute_url()), (_("Reifeprofil"), "")
        ),
    }
    return render(request, "report/profile.html", context)
