"""What the curators' editing pages share: form, preview in both languages, the warning when somebody was faster."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from catalogue.documents.compare import FieldChange, compare_items
from catalogue.forms.document_form import DocumentForm
from catalogue.services.editing import StaleVersion

MakeForm = Callable[[Any, int], DocumentForm]


@dataclass(frozen=True)
class Edit:
    """Where an editing page stands. ``saved`` holds what was stored, as in the edition's document, and is None otherwise.

    ``preview`` is what the preview shows: what is typed in, or None while a field is wrong. ``conflict`` names the fields in
    which a refused save differs from what is stored by now.
    """

    form: DocumentForm
    preview: dict[str, Any] | None
    conflict: tuple[FieldChange, ...] | None = None
    saved: dict[str, Any] | None = None
    saved_version: int | None = None

    @property
    def status(self) -> int:
        """200, 409 for a save that came too late, 422 where a field is wrong."""
        return 409 if self.conflict is not None else 422 if self.form.errors else 200

    @property
    def context(self) -> dict[str, Any]:
        return {"form": self.form, "conflict": self.conflict, "previews": previews(self.preview)}


def edited(
    request: HttpRequest,
    *,
    make: MakeForm,
    item: dict[str, Any],
    version: int,
    save: Callable[[int, dict[str, Any]], Any],
    read: Callable[[Any], dict[str, Any]],
) -> Edit:
    """One request to an editing page: show, preview (button ``vorschau``), save.

    ``item`` and ``version`` are what is stored, ``make(data, version)`` builds the form, ``save(version, document)`` is the
    service function and may raise StaleVersion, ``read(row)`` tells what a row says by now.
    """
    if request.method != "POST":
        return Edit(make(None, version), item)
    form = make(request.POST, version)
    if not form.is_valid():
        return Edit(form, None)
    mine = form.document()
    if "vorschau" in request.POST:
        return Edit(form, mine)
    try:
        row = save(form.cleaned_data["version"], mine)
    except StaleVersion as stale:
        # What was typed in, on top of the newest version: the next save is made knowing the other one.
        data = request.POST.copy()
        data["version"] = str(stale.current.version)
        return Edit(make(data, stale.current.version), mine, conflict=compare_items(read(stale.current), mine))
    return Edit(form, mine, saved=mine, saved_version=row.version)


def autosaved(edit: Edit) -> HttpResponse:
    """The answer to a save nobody pressed a button for: a sentence, and what became of it in X-Save and X-Version."""
    if edit.saved is not None:
        kind, text = "saved", _("gespeichert um %(time)s Uhr") % {"time": time_format(timezone.localtime(), "H:i")}
    elif edit.conflict is not None:
        kind, text = (
            "stale",
            _("Nicht gespeichert: Inzwischen hat jemand anderes gespeichert. „Speichern“ zeigt beide Fassungen."),
        )
    else:
        name, errors = next(iter(edit.form.errors.items()))
        label = edit.form.fields[name].label if name in edit.form.fields else ""
        words = ": ".join(str(part) for part in (label, errors[0]) if part)
        kind, text = "invalid", _("Noch nicht gespeichert: %(problem)s") % {"problem": words}
    headers = {"X-Save": kind, "X-Version": str(edit.saved_version or ""), "Cache-Control": "private, no-store"}
    return HttpResponse(text, status=edit.status, content_type="text/plain; charset=utf-8", headers=headers)


def place_in(request: HttpRequest) -> int:
    """The place a row was drawn to, counted from 1; 0 where its buttons say up or down, or where it is no number."""
    text = request.POST.get("platz", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


@dataclass(frozen=True)
class Preview:
    """What readers of one language would get. ``missing`` counts the texts in which they would see German instead."""

    language: str
    item: dict[str, Any]
    missing: int


def previews(item: dict[str, Any] | None) -> list[Preview]:
    """The preview in German and in English; empty while there is nothing to show."""
    return [] if item is None else [_in_language(item, language) for language in ("de", "en")]


def _in_language(item: dict[str, Any], language: str) -> Preview:
    missing = 0

    def chosen(value: Any) -> Any:
        nonlocal missing
        if isinstance(value, dict) and value.keys() == {"de", "en"}:
            missing += bool(value["de"] and not value[language])
            return value[language] or value["de"]
        if isinstance(value, dict):
            return {key: chosen(part) for key, part in value.items()}
        return [chosen(part) for part in value] if isinstance(value, list) else value

    return Preview(language, chosen(item), missing)


def preview_page(request: HttpRequest, template: str, form: DocumentForm) -> HttpResponse:
    """The live preview of what is typed in; it saves nothing."""
    document = form.document() if form.is_valid() else None
    return render(request, template, {"previews": previews(document)})
