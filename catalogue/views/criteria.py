"""Criteria and good practices of a draft, for curators."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue import editing
from catalogue.exporting import criterion_document, practice_document
from catalogue.forms.criterion import CriterionForm, NewObjectForm
from catalogue.forms.edition import PracticeForm
from catalogue.models import Edition
from catalogue.views.access import curated_edition, curator_page, draft_criterion, login_required
from catalogue.views.editions import conflict_between, with_version


def _titles(edition: Edition, leave_out: str = "") -> list[tuple[str, str]]:
    return [(c.key, c.title) for c in edition.criteria.order_by("order") if c.key != leave_out]


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """The criterion with all five levels. A save that is too late shows both texts and stores nothing."""
    criterion = draft_criterion(request, number, key)
    item = criterion_document(criterion)
    extra: dict[str, Any] = {
        "others": _titles(criterion.edition, key),
        "preview_url": reverse("catalogue:criterion_preview", args=[number, key]),
    }
    form = CriterionForm(request.POST or None, item=item, version=criterion.version, **extra)
    conflict: Any = None
    preview = item
    if request.method == "POST" and form.is_valid():
        preview = form.document()
        if "vorschau" not in request.POST:
            try:
                editing.save_criterion(criterion=criterion, version=form.cleaned_data["version"], by=request.user, item=preview)
            except editing.StaleVersion as stale:
                conflict = conflict_between(item, preview)
                data = with_version(request, stale.current.version)
                form = CriterionForm(data, item=item, version=stale.current.version, **extra)
            else:
                messages.success(request, _("Gespeichert: %s") % preview["title"]["de"])
                return redirect("catalogue:criterion_edit", number, key)
    context = curator_page((criterion.title, ""), edition=criterion.edition)
    context |= {"criterion": criterion, "form": form, "conflict": conflict, "preview": preview}
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "catalogue/criterion_edit.html", context, status=status)


@login_required
@require_POST
def preview(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """The page's texts as they would read; for the live preview. Shows what is typed in even where a field is still wrong."""
    criterion = draft_criterion(request, number, key)
    item = criterion_document(criterion)
    form = CriterionForm(request.POST, item=item, version=criterion.version, others=_titles(criterion.edition, key))
    return render(request, "catalogue/criterion_preview.html", {"preview": form.document() if form.is_valid() else None})


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    form = NewObjectForm(request.POST or None, with_phase=True)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        item = editing.blank_criterion(data["key"], data["title"], data["phase"])
        try:
            criterion = editing.add_criterion(edition=edition, by=request.user, item=item)
        except editing.KeyTaken:
            form.add_error("key", _("Diesen Schlüssel hat in dieser Ausgabe schon ein anderes Kriterium."))
        else:
            return redirect("catalogue:criterion_edit", number, criterion.key)
    context = curator_page((_("Neues Kriterium"), ""), edition=edition) | {"form": form}
    return render(request, "catalogue/criterion_add.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def move(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """One place up or down within its phase. The page comes back with the focus on the moved row's button."""
    criterion = draft_criterion(request, number, key)
    down = request.POST.get("richtung") == "ab"
    if not editing.move_criterion(criterion=criterion, by=request.user, down=down):
        messages.info(request, _("Weiter geht es in dieser Phase nicht."))
    return redirect(reverse("catalogue:edition", args=[number]) + f"?bewegt={key}#{key}")


@login_required
@require_POST
def remove(request: HttpRequest, number: str, key: str) -> HttpResponse:
    criterion = draft_criterion(request, number, key)
    editing.remove_criterion(criterion=criterion, by=request.user)
    messages.success(request, _("Aus dem Entwurf entfernt: %s") % criterion.title)
    return redirect("catalogue:edition", number)


@login_required
@require_http_methods(["GET", "POST"])
def practice_add(request: HttpRequest, number: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    form = NewObjectForm(request.POST or None, with_phase=False)
    if request.method == "POST" and form.is_valid():
        empty = {"de": "", "en": ""}
        item = {
            "key": form.cleaned_data["key"],
            "phase": None,
            "title_source": "editorial",
            "editorial": ["title"],
            "title": {"de": form.cleaned_data["title"], "en": ""},
            "summary": empty,
            "body": empty,
            "lesson": empty,
            "criteria": [],
            "references": [],
        }
        try:
            editing.save_practice(edition=edition, practice=None, version=0, by=request.user, item=item)
        except editing.KeyTaken:
            form.add_error("key", _("Diesen Schlüssel hat in dieser Ausgabe schon ein anderes Praxisbeispiel."))
        else:
            return redirect("catalogue:practice_edit", number, item["key"])
    context = curator_page((_("Neues Praxisbeispiel"), ""), edition=edition) | {"form": form}
    return render(request, "catalogue/practice_add.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def practice_edit(request: HttpRequest, number: str, key: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    practice = edition.good_practices.filter(key=key).select_related("edition", "phase").first()
    if practice is None:
        raise Http404
    item = practice_document(practice)
    extra: dict[str, Any] = {"criteria": _titles(edition)}
    form = PracticeForm(request.POST or None, item=item, version=practice.version, **extra)
    conflict: Any = None
    if request.method == "POST" and form.is_valid():
        mine = form.document()
        version = form.cleaned_data["version"]
        try:
            editing.save_practice(edition=edition, practice=practice, version=version, by=request.user, item=mine)
        except editing.StaleVersion as stale:
            conflict = conflict_between(item, mine)
            data = with_version(request, stale.current.version)
            form = PracticeForm(data, item=item, version=stale.current.version, **extra)
        else:
            messages.success(request, _("Gespeichert: %s") % mine["title"]["de"])
            return redirect("catalogue:edition", number)
    context = curator_page((practice.title, ""), edition=edition) | {"practice": practice, "form": form, "conflict": conflict}
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "catalogue/practice_edit.html", context, status=status)


@login_required
@require_POST
def practice_remove(request: HttpRequest, number: str, key: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    practice = edition.good_practices.filter(key=key).first()
    if practice is None:
        raise Http404
    editing.remove_practice(practice=practice, by=request.user)
    messages.success(request, _("Aus dem Entwurf entfernt: %s") % practice.title)
    return redirect("catalogue:edition", number)
