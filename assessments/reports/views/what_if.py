"""„Was wäre, wenn“ of a project by address: assume measures and targets, see what would follow, keep it under a name."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.forms.plan_variant import VariantForm
from assessments.models import PlanVariant, Project
from assessments.reports.plan.what_if import Assumed, project_what_if
from assessments.services.plan_variants import delete_variant, save_variant
from assessments.views.access import get_project, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.levels import LEVELS
from scaling.common.dates import date_problem
from scaling.common.permissions import allows

#: What one request may assume: more than any edition has criteria and any project open measures.
MAX_ASSUMED = 500


@login_required
@require_safe
def what_if(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?massnahme=`` (public id) and ``?ziel=`` („criterion:level“), each as often as wanted, ``?bis=``; or ``?variante=``.

    Six queries and those of the request.
    """
    project = get_project(request.user, public_id)
    variants = list(project.variants.all())
    variant = next((one for one in variants if one.public_id == request.GET.get("variante")), None)
    assumed = assumed_in(variant) if variant else assumed_by(request.GET)
    context = {
        "project": project,
        "projection": project_what_if(request.user, project, assumed),
        "assumed": assumed,
        "variants": variants,
        "variant": variant,
        "may_keep": allows(request.user, "assessments.change_measures", project),
        "crumbs": crumbs_to(project, (_("Was wäre, wenn?"), "")),
    }
    return render(request, "report/what_if/what_if.html", context)


@login_required
@require_POST
def what_if_save(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep what was assumed under ``name``; back to it."""
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_measures", project)
    assumed, form = assumed_by(request.POST), VariantForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for found in form.errors.values() for one in found))
        return redirect(f"{_address(project)}?{_query(assumed)}")
    try:
        variant = save_variant(
            project=project,
            by=request.user,
            name=form.cleaned_data["name"],
            measures=assumed.measures,
            targets=assumed.targets,
            targets_on=assumed.targets_on,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{_address(project)}?{_query(assumed)}")
    said = _("Die Variante „%(name)s“ ist gemerkt.")
    if variant.version > 1:
        said = _("Die Variante „%(name)s“ ist gemerkt. Was vorher unter diesem Namen stand, ist damit ersetzt.")
    messages.success(request, said % {"name": variant.name})
    return redirect(f"{_address(project)}?variante={variant.public_id}")


@login_required
@require_POST
def what_if_delete(request: HttpRequest, public_id: str, variant_id: str) -> HttpResponse:
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_measures", project)
    variant = PlanVariant.objects.filter(project=project, public_id=variant_id).first()
    if variant is None:
        messages.info(request, _("Diese Variante ist schon gelöscht."))
        return redirect(_address(project))
    delete_variant(variant=variant, by=request.user)
    messages.success(request, _("Die Variante „%(name)s“ ist gelöscht.") % {"name": variant.name})
    return redirect(_address(project))


def _address(project: Project) -> str:
    return reverse("reports:what_if", args=[project.public_id])


def assumed_by(query: QueryDict) -> Assumed:
    """Words that mean nothing are no error: an old bookmark shows what is left of it."""
    targets: dict[str, int] = {}
    for word in query.getlist("ziel")[:MAX_ASSUMED]:
        key, _colon, level = word[:80].rpartition(":")
        if key and "\0" not in key and level in {str(one) for one in LEVELS}:
            targets[key] = int(level)
    measures = frozenset(word for word in query.getlist("massnahme")[:MAX_ASSUMED] if word.isalnum() and len(word) <= 12)
    return Assumed(measures, dict(sorted(targets.items())), _day(query.get("bis", "")))


def assumed_in(variant: PlanVariant) -> Assumed:
    return Assumed(frozenset(variant.measures), dict(variant.targets), variant.targets_on)


def _day(word: str) -> date | None:
    try:
        day = date.fromisoformat(word)
    except ValueError:
        return None
    return None if date_problem(day) else day


def _query(assumed: Assumed) -> str:
    words: Any = QueryDict(mutable=True)
    words.setlist("massnahme", sorted(assumed.measures))
    words.setlist("ziel", [f"{key}:{level}" for key, level in (assumed.targets or {}).items()])
    if assumed.targets_on:
        words["bis"] = assumed.targets_on.isoformat()
    return str(words.urlencode())
