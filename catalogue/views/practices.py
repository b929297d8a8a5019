"""Good practices of a draft, for curators."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue import editing
from catalogue.exporting import practice_document
from catalogue.forms.parts import NewObjectForm
from catalogue.forms.practice import PracticeForm
from catalogue.models import GoodPractice
from catalogue.views.access import curated_edition, curator_page, login_required
from catalogue.views.editor import MakeForm, edited, preview_page


def _practice(request: HttpRequest, number: str, key: str) -> GoodPractice:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    practice = edition.good_practices.filter(key=key).select_related("edition", "phase").first()
    if practice is None:
        raise Http404
    return practice


def _form(practice: GoodPractice, item: dict[str, Any]) -> MakeForm:
    criteria = [(c.key, c.title) for c in practice.edition.criteria.order_by("order")]
    url = reverse("catalogue:practice_preview", args=[practice.edition.number, practice.key])
    return lambda data, version: PracticeForm(data, item=item, version=version, criteria=criteria, preview_url=url)


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    edition = curated_edition(request, number, "catalogue.edit_edition")
    form = NewObjectForm(request.POST or None, with_phase=False)
    if request.method == "POST" and form.is_valid():
        item = editing.blank_practice(form.cleaned_data["key"], form.cleaned_data["title"])
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
def edit(request: HttpRequest, number: str, key: str) -> HttpResponse:
    practice = _practice(request, number, key)
    item = practice_document(practice)
    edit = edited(
        request,
        make=_form(practice, item),
        item=item,
        version=practice.version,
        save=lambda version, mine: editing.save_practice(
            edition=practice.edition, practice=practice, version=version, by=request.user, item=mine
        ),
        read=practice_document,
    )
    if edit.saved:
        messages.success(request, _("Gespeichert: %s") % edit.saved["title"]["de"])
        return redirect("catalogue:practice_edit", number, key)
    context = curator_page((practice.title, ""), edition=practice.edition) | {"practice": practice} | edit.context
    return render(request, "catalogue/practice_edit.html", context, status=edit.status)


@login_required
@require_POST
def preview(request: HttpRequest, number: str, key: str) -> HttpResponse:
    practice = _practice(request, number, key)
    form = _form(practice, practice_document(practice))(request.POST, practice.version)
    return preview_page(request, "catalogue/practice_preview.html", form)


@login_required
@require_POST
def move(request: HttpRequest, number: str, key: str) -> HttpResponse:
    practice = _practice(request, number, key)
    if not editing.move(row=practice, by=request.user, down=request.POST.get("richtung") == "ab"):
        messages.info(request, _("Weiter geht es nicht."))
    return redirect(reverse("catalogue:edition", args=[number]) + f"#praxis-{key}")


@login_required
@require_POST
def remove(request: HttpRequest, number: str, key: str) -> HttpResponse:
    practice = _practice(request, number, key)
    editing.remove_practice(practice=practice, by=request.user)
    messages.success(request, _("Aus dem Entwurf entfernt: %s") % practice.title)
    return redirect("catalogue:edition", number)
