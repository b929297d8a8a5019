"""The texts of an edition, a good practice, and the file to read in."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.forms.parts import DocumentForm, ReferencesField, spread
from catalogue.models import Phase, PracticeMark, TitleSource
from catalogue.strict_yaml import MAX_BYTES
from catalogue.writing import EDITION_TEXTS, PRACTICE_TEXTS


class EditionForm(DocumentForm):
    """``item`` is ``edition`` of the document."""

    def __init__(self, data: Any = None, *, item: dict[str, Any], version: int) -> None:
        super().__init__(data, initial=spread(item, EDITION_TEXTS), version=version)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            "version",
            self.add_texts("title", _("Titel"), line=200, german=True),
            self.add_texts("note", _("Anmerkung"), rows=5, help_text=_("Was diese Ausgabe enthält und was sich geändert hat.")),
            self.add_texts("attribution", _("Quelle"), rows=6, help_text=_("Steht auf jeder Seite und in jedem Bericht.")),
            self.add_texts("level_scale_notice", _("Hinweis zur Stufenskala"), rows=4),
            self.add_texts("operating_models_intro", _("Einleitung zu den Betreibermodellen"), rows=6),
        )
        self.helper.add_input(Submit("speichern", _("Speichern")))

    def document(self) -> dict[str, Any]:
        return {name: self.both(name) for name in EDITION_TEXTS}


class PracticeForm(DocumentForm):
    """``item`` is a good practice as in the document; ``criteria`` are the edition's."""

    title_source = forms.ChoiceField(label=gettext_lazy("Herkunft des Titels"), choices=TitleSource.choices)
    phase = forms.ChoiceField(label=gettext_lazy("Phase"), required=False)
    editorial = forms.MultipleChoiceField(
        label=gettext_lazy("Von der Redaktion gewählt"),
        choices=PracticeMark.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Zeigt sich an diesen Kriterien"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    references = ReferencesField(
        label=gettext_lazy("Quellen zum Nachlesen"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Je Zeile: deutscher Titel | englischer Titel | Adresse. Die Adresse kann fehlen."),
    )

    def __init__(self, data: Any = None, *, item: dict[str, Any], version: int, criteria: list[tuple[str, str]]) -> None:
        self.item = item
        initial = {name: item[name] for name in ("title_source", "phase", "editorial", "criteria", "references")}
        super().__init__(data, initial=initial | spread(item, PRACTICE_TEXTS), version=version)
        fields: Any = self.fields
        fields["phase"].choices = [("", _("keine")), *((phase.key, phase.label) for phase in Phase.objects.all())]
        fields["criteria"].choices = criteria
        title = self.add_texts("title", _("Titel"), line=200, german=True)
        texts = [
            self.add_texts("summary", _("Kurzbeschreibung"), german=True),
            self.add_texts("body", _("Beschreibung"), rows=8, german=True),
            self.add_texts("lesson", _("Was Kommunen mitnehmen können"), rows=4),
        ]
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            "version",
            Fieldset(_("Titel und Einordnung"), title, Row("title_source", "phase"), "editorial"),
            Fieldset(_("Texte"), *texts),
            Fieldset(_("Verweise"), Field("criteria", wrapper_class="choice-box"), "references"),
        )
        self.helper.add_input(Submit("speichern", _("Speichern")))

    def document(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "key": self.item["key"],
            "phase": data["phase"] or None,
            "title_source": data["title_source"],
            "editorial": data["editorial"],
            **{name: self.both(name) for name in PRACTICE_TEXTS},
            "criteria": data["criteria"],
            "references": data["references"],
        }


class UploadForm(forms.Form):
    """A catalogue file. What is in it is checked by ``importing``."""

    file = forms.FileField(
        label=gettext_lazy("Katalogdatei"),
        help_text=gettext_lazy("Eine YAML-Datei, höchstens 5 MB. Zuerst wird nur geprüft und verglichen."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.add_input(Submit("pruefen", _("Prüfen und vergleichen")))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("Die Datei ist größer als 5 MB."))
        return file
