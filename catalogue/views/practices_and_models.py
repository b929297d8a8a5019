"""Good practices and operating models of a draft, for curators: the same pages for both (see ``DraftObjectKind``)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.documents.export import operating_model_document, practice_document
from catalogue.forms.document_form import NewObjectForm
from catalogue.forms.operating_model import OperatingModelForm
from catalogue.forms.practice import PracticeForm
from catalogue.models import Edition
from catalogue.services import editing
from catalogue.views.access import curated_edition, login_required
from catalogue.views.breadcrumbs import curator_page
from catalogue.views.edit_page import MakeForm, edited, place_in, preview_page


@dataclass(frozen=True)
class DraftObjectKind:
    """``rows`` is the edition's relation; addresses, templates and anchors begin with ``name`` and ``anchor``."""

    name: str
    anchor: str
    rows: str
    document: Callable[[Any], dict[str, Any]]
    form: type[PracticeForm] | type[OperatingModelForm]
    choices: Callable[[Edition], dict[str, Any]]
    blank: Callable[[str, str], dict[str, Any]]
    save: Callable[..., Any]
    remove: Callable[..., None]
    max_title_length: int
    new: Any
    key_taken: Any


PRACTICE = DraftObjectKind(
    name="practice",
    anchor="praxis",
    rows="good_practices",
    document=practice_document,
    form=PracticeForm,
    choices=lambda edition: {"criteria": [(c.key, c.title) for c in edition.criteria.order_by("order")]},
    blank=editing.blank_practice,
    save=editing.save_practice,
    remove=editing.remove_practice,
    max_title_length=200,
    new=gettext_lazy("Neues Praxisbeispiel"),
    key_taken=gettext_lazy("Diesen Schlüssel hat in dieser Ausgabe schon ein anderes Praxisbeispiel."),
)
MODEL = DraftObjectKind(
    name="model",
    anchor="modell",
    rows="operating_models",
    document=operating_model_document,
    form=OperatingModelForm,
    choices=lambda edition: {
        "groups": list(edition.operating_models.order_by("order").values_list("group_de", "group_en")),
        "criteria": [(c.key, c.title) for c in edition.criteria.order_by("order")],
    },
    blank=editing.blank_operating_model,
    save=editing.save_operating_model,
    remove=editing.remove_operating_model,
    max_title_length=120,
    new=gettext_lazy("Neues Betreibermodell"),
    key_taken=gettext_lazy("Diesen Schlüssel hat in dieser Ausgabe schon ein anderes Betreibermodell."),
)


def _row(request: HttpRequest, kind: DraftObjectKind, number: str, key: str) -> Any:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    row = getattr(edition, kind.rows).select_related("edition").filter(key=key).first()
    if row is None:
        raise Http404
    return row


def _form(kind: DraftObjectKind, row: Any, item: dict[str, Any]) -> MakeForm:
    choices: dict[str, Any] = kind.choices(row.edition)
    url = reverse(f"catalogue:{kind.name}_preview", args=[row.edition.number, row.key])
    return lambda data, version: kind.form(data, item=item, version=version, preview_url=url, **choices)


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: DraftObjectKind, number: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    form = NewObjectForm(request.POST or None, with_phase=False, max_length=kind.max_title_length)
    if request.method == "POST" and form.is_valid():
        item = kind.blank(form.cleaned_data["key"], form.cleaned_data["title"])
        try:
            kind.save(edition=edition, row=None, version=0, by=request.user, item=item)
        except editing.KeyTaken:
            form.add_error("key", kind.key_taken)
        else:
            return redirect(f"catalogue:{kind.name}_edit", number, item["key"])
    context = curator_page((kind.new, ""), edition=edition) | {"form": form, "heading": kind.new}
    return render(request, "catalogue/draft_object_add.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: DraftObjectKind, number: str, key: str) -> HttpResponse:
    row = _row(request, kind, number, key)
    item = kind.document(row)
    edit = edited(
        request,
        make=_form(kind, row, item),
        item=item,
        version=row.version,
        save=lambda version, mine: kind.save(edition=row.edition, row=row, version=version, by=request.user, item=mine),
        read=kind.document,
    )
    if edit.saved:
        messages.success(request, _("Gespeichert: %s") % (edit.saved.get("title") or edit.saved["name"])["de"])
        return redirect(f"catalogue:{kind.name}_edit", number, key)
    context = curator_page((str(row), ""), edition=row.edition) | {kind.name: row} | edit.context
    return render(request, f"catalogue/{kind.name}_edit.html", context, status=edit.status)


@login_required
@require_POST
def preview(request: HttpRequest, kind: DraftObjectKind, number: str, key: str) -> HttpResponse:
    row = _row(request, kind, number, key)
    form = _form(kind, row, kind.document(row))(request.POST, row.version)
    return preview_page(request, f"catalogue/{kind.name}_preview.html", form)


@login_required
@require_POST
def move(request: HttpRequest, kind: DraftObjectKind, number: str, key: str) -> HttpResponse:
    row = _row(request, kind, number, key)
    if to := place_in(request):
        editing.place(row=row, by=request.user, at=to)
    elif not editing.move(row=row, by=request.user, down=request.POST.get("richtung") == "ab"):
        messages.info(request, _("Weiter geht es nicht."))
    return redirect(reverse("catalogue:edition", args=[number]) + f"#{kind.anchor}-{key}")


@login_required
@require_POST
def remove(request: HttpRequest, kind: DraftObjectKind, number: str, key: str) -> HttpResponse:
    row = _row(request, kind, number, key)
    kind.remove(row=row, by=request.user)
    messages.success(request, _("Aus dem Entwurf entfernt: %s") % row)
    return redirect("catalogue:edition", number)
