from collections.abc import Mapping
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Evidence
from assessments.services.evidence_files import CONTENT_TYPES, UploadRejected, ValidatedUpload, validate_upload
from assessments.validity import ends_too_early
from scaling.common.forms import DayField, Form
from scaling.common.versions import version_field


def evidence_day_fields() -> tuple[DayField, DayField]:
    """Which day an evidence bears, and until when it counts."""
    return (
        DayField(label=_("Datum des Nachweises"), required=False),
        DayField(
            label=_("Gilt bis"),
            required=False,
            help_text=_("Nur, wenn er ein Ende hat, wie ein Vertrag oder ein Zertifikat."),
        ),
    )


def check_evidence_days(form: Form, days: Mapping[str, date | None], *, prefix: str = "") -> None:
    """``days`` by the names of the model's fields, None where there is none or an error has been told already."""
    if problem := ends_too_early(days["dated_on"], days["valid_until"]):
        form.add_error(f"{prefix}valid_until", problem)


class _DatedForm(Form):
    """With the days of one evidence."""

    dated_on, valid_until = evidence_day_fields()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_evidence_days(self, {name: data.get(name) for name in ("dated_on", "valid_until")})
        return data


class EvidenceFileForm(_DatedForm):
    """``cleaned_data["file"]`` is a ValidatedUpload."""

    file = forms.FileField(
        label=_("Datei"),
        help_text=_("PDF, Bild (PNG, JPG), Text- oder Tabellendatei (ODT, DOCX, ODS, XLSX, TXT, CSV), höchstens 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{ending}" for ending in [*CONTENT_TYPES, "jpeg"])}),
        allow_empty_file=True,
    )
    text = forms.CharField(
        label=_("Bezeichnung"),
        required=False,
        max_length=300,
        help_text=_("Etwa „Ratsbeschluss vom 12. Mai“. Sonst steht dort der Dateiname."),
    )

    field_order = ("file", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout("file", "text", Row("dated_on", "valid_until"))
        self.helper.add_input(Submit("hochladen", _("Datei hinzufügen")))

    def clean_file(self) -> ValidatedUpload:
        try:
            return validate_upload(self.cleaned_data["file"])
        except UploadRejected as error:
            raise forms.ValidationError(str(error)) from error


class EvidenceDaysForm(_DatedForm):
    """The days of an evidence that is there already."""

    version = version_field()

    def __init__(self, *args: Any, evidence: Evidence, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(evidence, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(Row("dated_on", "valid_until"))
        self.helper.render_hidden_fields = True
        self.helper.add_input(Submit("speichern", _("Datum speichern")))
