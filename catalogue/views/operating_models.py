"""Operating models of a draft, for curators."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue import editing
from catalogue.exporting import operating_model_document
from catalogue.forms.operating_model import OperatingModelForm
from catalogue.forms.parts import NewObjectForm
from catalogue.models import OperatingModel
from catalogue.views.access import curated_edition, curator_page, login_required
from catalogue.views.editor import MakeForm, edited, preview_page


def _model(request: HttpRequest, number: str, key: str) -> OperatingModel:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    model = edition.operating_models.filter(key=key).select_related("edition").first()
    if model is None:
        raise Http404
    return model


def _form(model: OperatingModel, item: dict[str, Any]) -> MakeForm:
    groups = list(model.edition.operating_models.order_by("order").values_list("group_de", "group_en"))
    url = reverse("catalogue:model_preview", args=[model.edition.number, model.key])
    return lambda data, version: OperatingModelForm(data, item=item, version=version, groups=groups, preview_url=url)


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    form = NewObjectForm(request.POST or None, with_phase=False, longest=120)
    if request.method == "POST" and form.is_valid():
        item = editing.blank_operating_model(form.cleaned_data["key"], form.cleaned_data["title"])
        try:
            editing.save_operating_model(edition=edition, model=None, version=0, by=request.user, item=item)
        except editing.KeyTaken:
            form.add_error("key", _("Diesen Schlüssel hat in dieser Ausgabe schon ein anderes Betreibermodell."))
        else:
            return redirect("catalogue:model_edit", number, item["key"])
    context = curator_page((_("Neues Betreibermodell"), ""), edition=edition) | {"form": form}
    return render(request, "catalogue/model_add.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str, key: str) -> HttpResponse:
    model = _model(request, number, key)
    item = operating_model_document(model)
    edit = edited(
        request,
        make=_form(model, item),
        item=item,
        version=model.version,
        save=lambda version, mine: editing.save_operating_model(
            edition=model.edition, model=model, version=version, by=request.user, item=mine
        ),
        read=operating_model_document,
    )
    if edit.saved:
        messages.success(request, _("Gespeichert: %s") % edit.saved["name"]["de"])
        return redirect("catalogue:model_edit", number, key)
    context = curator_page((model.name, ""), edition=model.edition) | {"model": model} | edit.context
    return render(request, "catalogue/model_edit.html", context, status=edit.status)


@login_required
@require_POST
def preview(request: HttpRequest, number: str, key: str) -> HttpResponse:
    model = _model(request, number, key)
    form = _form(model, operating_model_document(model))(request.POST, model.version)
    return preview_page(request, "catalogue/model_preview.html", form)


@login_required
@require_POST
def move(request: HttpRequest, number: str, key: str) -> HttpResponse:
    model = _model(request, number, key)
    if not editing.move(row=model, by=request.user, down=request.POST.get("richtung") == "ab"):
        messages.info(request, _("Weiter geht es nicht."))
    return redirect(reverse("catalogue:edition", args=[number]) + f"#modell-{key}")


@login_required
@require_POST
def remove(request: HttpRequest, number: str, key: str) -> HttpResponse:
    model = _model(request, number, key)
    editing.remove_operating_model(model=model, by=request.user)
    messages.success(request, _("Aus dem Entwurf entfernt: %s") % model.name)
    return redirect("catalogue:edition", number)
