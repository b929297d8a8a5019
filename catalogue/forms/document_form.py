"""What the curators' forms share: texts in two languages side by side, references one per line."""

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, ButtonHolder, Layout, Row, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.documents.validate import (
    ADDRESS,
    MAX_ADDRESS,
    MAX_ENTRIES,
    MAX_ENTRY,
    MAX_REFERENCES,
    MAX_SOURCE,
    MAX_TEXT,
    RESERVED_KEYS,
    markup_problem,
)
from catalogue.forms.fields import LinesField
from catalogue.models import Phase
from scaling.common.forms import Form

LANGUAGES = {"de": gettext_lazy("Deutsch"), "en": gettext_lazy("Englisch")}


def no_markup(value: str | list[str]) -> None:
    """The rule of catalogue files, also for what is typed in."""
    for text in [value] if isinstance(value, str) else value:
        problem = markup_problem(text)
        if problem:
            raise ValidationError(problem)


def at_most(entries: int, found: list[Any]) -> None:
    """A file takes no more either."""
    if len(found) > entries:
        words = {"most": entries, "found": len(found)}
        raise ValidationError(_("Höchstens %(most)d Einträge sind erlaubt, hier sind %(found)d.") % words)


def lines_fit(lines: list[str]) -> None:
    """As many entries, and as long, as a file may have."""
    at_most(MAX_ENTRIES, lines)
    longest = max(map(len, lines), default=0)
    if longest > MAX_ENTRY:
        words = {"length": longest, "most": MAX_ENTRY}
        raise ValidationError(_("Der Text hat %(length)d Zeichen; erlaubt sind %(most)d.") % words)


def parts_of(line: str) -> list[str]:
    """What strokes divide; a stroke inside a part has a backslash before it."""
    return [part.replace(r"\|", "|").strip() for part in re.split(r"(?<!\\)\|", line)]


def divided(parts: list[str]) -> str:
    """The way back from ``parts_of``."""
    return " | ".join(part.replace("|", r"\|") for part in parts)


def source_of(german: str, english: str, url: str) -> dict[str, Any]:
    """A source as in the document. Raises ValidationError for what a file would not take."""
    if url and not ADDRESS.fullmatch(url):
        raise ValidationError(_("Keine Adresse: „%s“. Sie beginnt mit http:// oder https://.") % url[:80])
    if len(german) > MAX_SOURCE or len(english) > MAX_SOURCE or len(url) > MAX_ADDRESS:
        raise ValidationError(_("Ein Titel darf 250 Zeichen lang sein, eine Adresse 300."))
    no_markup([german, english])
    return {"title": {"de": german, "en": english}, "url": url}


class ReferencesField(LinesField):
    """References, one per line: German title | English title | address. The last two may be left out.

    A stroke inside a title is written with a backslash before it.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Quellen zum Nachlesen"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        kwargs.setdefault(
            "help_text", gettext_lazy("Je Zeile: deutscher Titel | englischer Titel | Adresse. Die Adresse kann fehlen.")
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            lines = ([item["title"]["de"], item["title"]["en"], item["url"]] for item in value)
            return "\n".join(divided(_without_empty_end(line)) for line in lines)
        return value

    def to_python(self, value: Any) -> Any:
        references = []
        for line in super().to_python(value):
            parts = parts_of(line)
            if len(parts) > 3 or not parts[0]:
                raise ValidationError(_("Jede Zeile hat die Form: deutscher Titel | englischer Titel | Adresse"))
            references.append(source_of(*(*parts, "", "")[:3]))
        at_most(MAX_REFERENCES, references)
        return references


def _without_empty_end(parts: list[str]) -> list[str]:
    while len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    return parts


class DocumentForm(Form):
    """A form over one part of an edition's document. ``version`` is the version the editor began with."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    # Nearly everything may wait until publishing, so "optional" beside each field would tell nothing.
    mark_optional = False

    def __init__(self, data: Any = None, *, initial: dict[str, Any], version: int) -> None:
        super().__init__(data, initial=initial | {"version": version})

    def lay_out(self, layout: Layout, preview_url: str, *, autosave: bool = False) -> None:
        """Set the form out, with buttons to save and to preview; with JavaScript the preview follows while somebody types.

        ``autosave`` for a page that takes what is typed without a button (``catalogue.views.edit_page.autosaved``).
        """
        self.helper = FormHelper(self)
        self.helper.layout = layout
        self.helper.attrs = {
            "hx-post": preview_url,
            "hx-trigger": "input delay:600ms",
            "hx-target": "#vorschau",
            "hx-swap": "innerHTML",
        }
        buttons: list[Any] = [
            Submit("speichern", _("Speichern")),
            Submit("vorschau", _("Vorschau"), css_class="kern-btn--secondary"),
        ]
        if autosave:
            self.helper.attrs["data-autosave"] = ""
            buttons.append(HTML('{% include "catalogue/save_state.html" %}'))
        layout.append(ButtonHolder(*buttons, css_class="save-bar"))

    def document(self) -> dict[str, Any]:
        """The object as the form says, as in an edition's document. For a valid form only."""
        raise NotImplementedError

    def add_texts(
        self, name: str, label: Any, *, rows: int = 5, line: int = 0, help_text: Any = "", german: bool = False
    ) -> Row:
        """A field per language. ``line``: one line of at most so many characters; ``german``: the German text is required."""
        for language, language_name in LANGUAGES.items():
            field = forms.CharField(
                label=_("%(field)s (%(language)s)") % {"field": label, "language": language_name},
                required=german and language == "de",
                max_length=line or MAX_TEXT,
                help_text=help_text,
                widget=forms.TextInput if line else forms.Textarea(attrs={"rows": rows}),
                validators=[no_markup],
            )
            field.widget.attrs["lang"] = language
            self.fields[f"{name}_{language}"] = field
        return Row(f"{name}_de", f"{name}_en")

    def add_lines(self, name: str, label: Any, *, help_text: Any) -> Row:
        for language, language_name in LANGUAGES.items():
            field = LinesField(
                label=_("%(field)s (%(language)s)") % {"field": label, "language": language_name},
                required=False,
                help_text=help_text,
                widget=forms.Textarea(attrs={"rows": 5, "lang": language}),
                validators=[no_markup, lines_fit],
            )
            self.fields[f"{name}_{language}"] = field
        return Row(f"{name}_de", f"{name}_en")

    def both(self, name: str) -> dict[str, Any]:
        """The cleaned texts of both languages."""
        return {language: self.cleaned_data[f"{name}_{language}"] for language in LANGUAGES}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in [name.removesuffix("_en") for name in self.fields if name.endswith("_en")]:
            german, english = data.get(f"{name}_de"), data.get(f"{name}_en")
            if isinstance(german, list) and isinstance(english, list) and len(english) not in (0, len(german)):
                self.add_error(f"{name}_en", _("Deutsch und Englisch haben verschieden viele Einträge."))
        return data


def spread(item: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Initial values of fields per language."""
    return {f"{name}_{language}": item[name][language] for name in names for language in LANGUAGES}


class NewObjectForm(Form):
    """Key and German title (at most ``max_length`` characters) of something to be added to a draft."""

    title = forms.CharField(label=gettext_lazy("Titel"))
    key = forms.RegexField(
        label=gettext_lazy("Schlüssel"),
        regex=r"^[a-z][a-z0-9-]{1,59}$",
        help_text=gettext_lazy("Kleinbuchstaben, Ziffern und Bindestriche. Er wird Teil der Adresse und ändert sich nie mehr."),
        error_messages={"invalid": gettext_lazy("Bitte nur Kleinbuchstaben ohne Umlaute, Ziffern und Bindestriche.")},
    )

    def __init__(self, *args: Any, with_phase: bool, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"] = forms.CharField(label=_("Titel"), max_length=max_length)
        if with_phase:
            choices = [(phase.key, phase.label) for phase in Phase.objects.all()]
            self.fields["phase"] = forms.ChoiceField(label=_("Ab Phase"), choices=choices)
        self.helper = FormHelper(self)
        self.helper.add_input(Submit("anlegen", _("Anlegen")))

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if key in RESERVED_KEYS:
            raise forms.ValidationError(_("Diese Adresse braucht der Katalog selbst."))
        return key
