"""One good practice."""

from typing import Any

from crispy_forms.layout import Field, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.forms.document_form import DocumentForm, ReferencesField, spread
from catalogue.models import Phase, PracticeMark, TitleSource
from catalogue.services.document_rows import PRACTICE_TEXTS


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
    references = ReferencesField()

    def __init__(
        self,
        data: Any = None,
        *,
        item: dict[str, Any],
        version: int,
        criteria: list[tuple[str, str]],
        preview_url: str = "",
    ) -> None:
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
        layout = Layout(
            "version",
            Fieldset(_("Titel und Einordnung"), title, Row("title_source", "phase"), "editorial"),
            Fieldset(_("Texte"), *texts),
            Fieldset(_("Verweise"), Field("criteria", wrapper_class="choice-box"), "references"),
        )
        self.lay_out(layout, preview_url)

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
