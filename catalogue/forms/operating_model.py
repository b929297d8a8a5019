"""One operating model."""

from typing import Any

from crispy_forms.layout import HTML, Field, Layout
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.forms.document_form import LANGUAGES, DocumentForm, spread
from catalogue.models import ModelMark
from catalogue.services.document_rows import MODEL_TEXTS


class OperatingModelForm(DocumentForm):
    """``item`` is an operating model as in the document; ``groups`` (German, English) and ``criteria`` are the edition's."""

    editorial = forms.MultipleChoiceField(
        label=gettext_lazy("Von der Redaktion gewählt"),
        choices=ModelMark.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Berührt diese Kriterien"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: Any = None,
        *,
        item: dict[str, Any],
        version: int,
        groups: list[tuple[str | None, str | None]],
        criteria: list[tuple[str, str]],
        preview_url: str = "",
    ) -> None:
        self.item = item
        initial = {"editorial": item["editorial"], "criteria": item["criteria"]}
        super().__init__(data, initial=initial | spread(item, MODEL_TEXTS), version=version)
        fields: Any = self.fields
        fields["criteria"].choices = criteria
        same = _("Modelle mit derselben Gruppe stehen zusammen.")
        rows = [
            self.add_texts("name", _("Name"), line=120, german=True),
            self.add_texts("group", _("Gruppe"), line=80, german=True, help_text=same),
            self.add_texts("summary", _("Kurzbeschreibung"), german=True),
        ]
        suggestions = []
        for place, language in enumerate(LANGUAGES):
            self.fields[f"group_{language}"].widget.attrs["list"] = f"gruppen-{language}"
            known = dict.fromkeys(pair[place] for pair in groups if pair[place])
            options = format_html_join("", '<option value="{}"></option>', ((group,) for group in known))
            suggestions.append(HTML(format_html('<datalist id="gruppen-{}">{}</datalist>', language, options)))
        box = Field("criteria", wrapper_class="choice-box")
        self.lay_out(Layout("version", *rows, *suggestions, "editorial", box), preview_url)

    def document(self) -> dict[str, Any]:
        return {
            "key": self.item["key"],
            "editorial": self.cleaned_data["editorial"],
            **{name: self.both(name) for name in MODEL_TEXTS},
            "criteria": self.cleaned_data["criteria"],
        }
