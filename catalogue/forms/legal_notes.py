"""Legal notes of a criterion as one field of text."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.documents.validate import MAX_NOTES, MAX_TEXT
from catalogue.forms.document_form import at_most, divided, parts_of, source_of

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class LegalNotesField(forms.CharField):
    """Notes with an empty line between them, each of three lines: source, German text, English text.

    The first line is: month | German title of the source | English title | address, where a stroke inside a title has a
    backslash before it. The value is a list as in the document.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Rechtshinweise"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 6}))
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "Je Hinweis drei Zeilen: „2026-11 | Titel der Quelle | englischer Titel | Adresse“, darunter der deutsche und"
                " der englische Text. Zwischen zwei Hinweisen steht eine leere Zeile."
            ),
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n\n".join(map(_block, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        text = str(value or "").replace("\r", "").strip()
        notes = [_note(block) for block in re.split(r"\n\s*\n", text) if block.strip()]
        at_most(MAX_NOTES, notes)
        return notes

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


def _block(note: dict[str, Any]) -> str:
    source = note["source"]
    head = divided([note["as_of"], source["title"]["de"], source["title"]["en"], source["url"]])
    return "\n".join((head, note["text"]["de"], note["text"]["en"]))


def _note(block: str) -> dict[str, Any]:
    lines = [line.strip() for line in block.strip().split("\n")]
    parts = parts_of(lines[0])
    if len(lines) not in (2, 3) or len(parts) not in (3, 4) or not _MONTH.fullmatch(parts[0]) or not parts[1]:
        raise ValidationError(
            _("Ein Hinweis hat drei Zeilen; die erste lautet: Jahr-Monat | Titel der Quelle | englischer Titel | Adresse")
        )
    month, german, english, url = (*parts, "")[:4]
    longest = max(map(len, lines[1:]))
    if longest > MAX_TEXT:
        words = {"length": longest, "most": MAX_TEXT}
        raise ValidationError(_("Der Text hat %(length)d Zeichen; erlaubt sind %(most)d.") % words)
    text = {"de": lines[1], "en": lines[2] if len(lines) == 3 else ""}
    return {"text": text, "as_of": month, "source": source_of(german, english, url)}
