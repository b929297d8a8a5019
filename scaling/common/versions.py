"""Nobody overwrites what somebody else has saved since: rows with a version, and the page that asks which of two is meant.

A form carries the version it was opened with. A save that comes with an older one is refused, unless it says what stands there
anyway, and its reader chooses: their own, the stored one, or both where it is text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: Fields of a form that say nothing of what was typed.
SILENT = {"csrfmiddlewaretoken", "einmal", "version"}


class StaleRecord(Exception):
    """Somebody saved since this one was opened. ``current`` is the row as it stands, ``stored`` its values by field."""

    def __init__(self, current: Any, stored: Mapping[str, Any]) -> None:
        super().__init__(f"{current._meta.label} {current.pk} is at version {current.version} by now.")
        self.current = current
        self.stored = stored


def change(current: Any, version: int | None, *, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the locked row ``current`` has to be stored: False where it says ``wanted`` already. Counts its version on.

    Its model has a ``version``. ``stored`` and ``wanted`` name the same fields; ``version`` is the one the form was opened
    with, None for commands, which take the row as it is. Raises StaleRecord.
    """
    if _comparable(stored) == _comparable(wanted):
        return False
    if version is not None and version != current.version:
        raise StaleRecord(current, stored)
    current.version += 1
    return True


def change_part(current: Any, version: int | None, *, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """As ``change``, for a row that several forms show a part of each: what changed in another part is no conflict.

    Its model keeps a history. One query where the version is an older one.
    """
    if version is not None and version != current.version:
        seen = current.history.filter(version=version).order_by("history_id").last()
        if seen is not None and all((getattr(seen, name) or "") == (value or "") for name, value in stored.items()):
            version = current.version
    return change(current, version, stored=stored, wanted=wanted)


def _comparable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _ids(value) if _is_many(value) else value for name, value in values.items()}


def _is_many(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str)


def _ids(values: Iterable[Any]) -> set[Any]:
    return {getattr(value, "pk", value) for value in values}


def version_field() -> forms.IntegerField:
    missing = gettext_lazy("Bitte laden Sie die Seite neu; sie kam unvollständig an.")
    errors = dict.fromkeys(("required", "invalid", "min_value"), missing)
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, error_messages=errors)


@dataclass(frozen=True)
class FieldVersions:
    """One field in which the two differ, in words. ``merged`` is both texts, None where it is no text; ``name`` the input's.

    The two pictures are addresses, where the field is one.
    """

    label: str
    mine: str
    theirs: str
    name: str = ""
    merged: str | None = None
    rows: int = 1
    longest: int | None = None
    my_picture: str = ""
    their_picture: str = ""


def two_versions(
    request: HttpRequest,
    form: forms.BaseForm,
    error: StaleRecord,
    *,
    back: str,
    crumbs: Iterable[tuple[str, str]],
    who: str = "",
    action: str = "",
) -> HttpResponse:
    """The page with both versions (409). ``form`` is bound and valid; ``back`` shows the stored one; ``who`` saved it."""
    differences = [
        _difference(form[name], error.stored[name])
        for name in form.fields
        if name in error.stored and _comparable({name: error.stored[name]}) != _comparable({name: form.cleaned_data[name]})
    ]
    sent = [(name, value) for name, values in form.data.lists() for value in values if name not in SILENT]  # type: ignore[attr-defined]
    return show_two_versions(
        request,
        differences,
        sent=sent,
        version=error.current.version,
        version_name=form.add_prefix("version"),
        action=action,
        back=back,
        crumbs=crumbs,
        who=who,
    )


def show_two_versions(
    request: HttpRequest,
    differences: list[FieldVersions],
    *,
    sent: list[tuple[str, str]],
    version: int,
    version_name: str = "version",
    action: str = "",
    back: str,
    crumbs: Iterable[tuple[str, str]],
    who: str = "",
) -> HttpResponse:
    """The same page for what no form of ours holds: ``sent`` is what its first button sends, with the version."""
    texts = {difference.name for difference in differences if difference.merged is not None}
    context = {
        "differences": differences,
        "has_texts": bool(texts),
        "sent": sent,
        "others": [(name, value) for name, value in sent if name not in texts],
        "version": version,
        "version_name": version_name,
        "action": action or request.get_full_path(),
        "back": back,
        "crumbs": [*crumbs, (_("Zwei Fassungen"), "")],
        "who": who,
    }
    return render(request, "includes/two_versions.html", context, status=409)


def _difference(bound: forms.BoundField, theirs: Any) -> FieldVersions:
    field, mine = bound.field, bound.form.cleaned_data[bound.name]
    label = str(bound.label)
    if not isinstance(field, forms.CharField) or isinstance(field.widget, forms.Select):
        return FieldVersions(label, in_words(field, mine), in_words(field, theirs))
    if not getattr(field, "can_be_merged", True):
        return FieldVersions(label, in_words(field, mine), in_words(field, theirs))
    is_long = isinstance(field.widget, forms.Textarea)
    both = [text for text in (theirs, mine) if text]
    return FieldVersions(
        label,
        mine or "–",
        theirs or "–",
        name=bound.html_name,
        merged=("\n\n" if is_long else "; ").join(both),
        rows=8 if is_long else 1,
        longest=field.max_length,
    )


def in_words(field: forms.Field, value: Any) -> str:
    """A value of a form's field as its reader knows it."""
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, date):
        return str(date_format(value, "DATE_FORMAT"))
    if value is None or value == "":
        return "–"
    if _is_many(value):
        return ", ".join(sorted(_one_in_words(field, one) for one in value)) or "–"
    return _one_in_words(field, value)


def _one_in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)
