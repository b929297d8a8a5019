"""The texts of a phase or a workstream."""

from typing import Any

from crispy_forms.layout import Layout
from django.utils.translation import gettext as _

from catalogue.forms.document_form import DocumentForm, spread
from catalogue.services.phases_and_workstreams import PhaseOrWorkstream, phase_or_workstream_document, text_fields


class PhaseOrWorkstreamForm(DocumentForm):
    """All texts in both languages are required: there is no publishing at which a missing one would be noticed."""

    def __init__(self, data: Any = None, *, row: PhaseOrWorkstream, version: int, preview_url: str = "") -> None:
        self.row = row
        super().__init__(data, initial=spread(phase_or_workstream_document(row), text_fields(row)), version=version)
        rows = [self.add_texts("name", _("Name"), line=80)]
        if "official_name" in text_fields(row):
            rows.append(self.add_texts("official_name", _("Name in der Roadmap"), line=120))
        rows.append(self.add_texts("meaning", _("Bedeutung"), help_text=_("Worum es geht, in ein bis drei Sätzen.")))
        for name in set(self.fields) - {"version"}:
            self.fields[name].required = True
        self.lay_out(Layout("version", *rows), preview_url)

    def document(self) -> dict[str, Any]:
        return phase_or_workstream_document(self.row) | {name: self.both(name) for name in text_fields(self.row)}
