"""Criteria of a draft, for curators."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.documents.export import criterion_document
from catalogue.forms.criterion import CriterionForm
from catalogue.forms.document_form import NewObjectForm
from catalogue.models import Criterion
from catalogue.services import editing
from catalogue.views.access import curated_edition, draft_criterion, login_required
from catalogue.views.breadcrumbs import curator_page
from catalogue.views.edit_page import MakeForm, autosaved, edited, place_in, preview_page


def _form(criterion: Criterion, item: dict[str, Any]) -> MakeForm:
    others = [(c.key, c.title) for c in criterion.edition.criteria.order_by("order") if c.key != criterion.key]
    url = reverse("catalogue:criterion_preview", args=[criterion.edition.number, criterion.key])
    return lambda data, version: CriterionForm(data, item=item, version=version, others=others, preview_url=url)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """The criterion with all five levels. A save that is too late shows both texts and stores nothing."""
    criterion = draft_criterion(request, number, key)
    item = criterion_document(criterion)
    by_itself = "autosave" in request.POST

    def save(version: int, mine: dict[str, Any]) -> Criterion:
        return editing.save_criterion(criterion=criterion, version=version, by=request.user, item=mine, by_itself=by_itself)

    edit = edited(
        request,
        make=_form(criterion, item),
        item=item,
        version=criterion.version,
        save=save,
        read=criterion_document,
    )
    if by_itself:
        return autosaved(edit)
    if edit.saved:
        messages.success(request, _("Gespeichert: %s") % edit.saved["title"]["de"])
        return redirect("catalogue:criterion_edit", number, key)
    context = curator_page((criterion.title, ""), edition=criterion.edition) | {"criterion": criterion} | edit.context
    return render(request, "catalogue/criterion_edit.html", context, status=edit.status)


@login_required
@require_POST
def preview(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """The criterion's texts as they would read, in both languages; for the live preview."""
    criterion = draft_criterion(request, number, key)
    form = _form(criterion, criterion_document(criterion))(request.POST, criterion.version)
    return preview_page(request, "catalogue/criterion_preview.html", form)


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
    """One place up or down within its phase, or to the place it was drawn to. The page comes back with the row in view."""
    criterion = draft_criterion(request, number, key)
    if to := place_in(request):
        editing.place(row=criterion, by=request.user, at=to)
    elif not editing.move(row=criterion, by=request.user, down=request.POST.get("richtung") == "ab"):
        messages.info(request, _("Weiter geht es in dieser Phase nicht."))
    return redirect(reverse("catalogue:edition", args=[number]) + f"?bewegt={key}#{key}")


@login_required
@require_POST
def remove(request: HttpRequest, number: str, key: str) -> HttpResponse:
    criterion = draft_criterion(request, number, key)
    editing.remove_criterion(criterion=criterion, by=request.user)
    messages.success(request, _("Aus dem Entwurf entfernt: %s") % criterion.title)
    return redirect("catalogue:edition", number)
