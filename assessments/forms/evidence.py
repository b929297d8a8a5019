from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.services.evidence_files import CONTENT_TYPES, UploadRejected, ValidatedUpload, validate_upload
from scaling.common.forms import Form


class EvidenceFileForm(Form):
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout("file", "text")
        self.helper.add_input(Submit("hochladen", _("Datei hinzufügen")))

    def clean_file(self) -> ValidatedUpload:
        try:
            return validate_upload(self.cleaned_data["file"])
        except UploadRejected as error:
            raise forms.ValidationError(str(error)) from error
