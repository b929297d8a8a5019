"""The texts of an edition and what it names for further reading."""

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django.utils.translation import gettext as _

from catalogue.forms.document_form import DocumentForm, ReferencesField, spread
from catalogue.services.document_rows import EDITION_TEXTS


class EditionForm(DocumentForm):
    """``item`` is ``edition`` of the document with the edition's ``references``."""

    references = ReferencesField()

    def __init__(self, data: Any = None, *, item: dict[str, Any], version: int, preview_url: str = "") -> None:
        initial = spread(item, EDITION_TEXTS) | {"references": item["references"]}
        super().__init__(data, initial=initial, version=version)
        texts = [
            self.add_texts("title", _("Titel"), line=200, german=True),
            self.add_texts("note", _("Anmerkung"), rows=5, help_text=_("Was diese Ausgabe enthält und was sich geändert hat.")),
            self.add_texts("attribution", _("Quelle"), rows=6, help_text=_("Steht auf jeder Seite und in jedem Bericht.")),
            self.add_texts("level_scale_notice", _("Hinweis zur Stufenskala"), rows=4),
            self.add_texts("operating_models_intro", _("Einleitung zu den Betreibermodellen"), rows=6),
        ]
        self.lay_out(Layout("version", *texts, Fieldset(_("Zum Nachlesen"), "references")), preview_url)

    def document(self) -> dict[str, Any]:
        return {name: self.both(name) for name in EDITION_TEXTS} | {"references": self.cleaned_data["references"]}
