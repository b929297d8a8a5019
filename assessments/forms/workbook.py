from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.workbook.package import MAX_BYTES
from scaling.common.forms import FileForm


class SheetForm(FileForm):
    """The sheet brought back (``assessments.workbook``)."""

    file = forms.FileField(
        label=_("Ausgefüllter Bogen"),
        help_text=_("Eine Datei .xlsx oder .ods (LibreOffice) oder das ausgefüllte Formular als PDF, höchstens 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.ods,.pdf"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("Die Datei ist größer als 5 MB. Ein Bogen ist viel kleiner; bitte prüfen Sie, ob es die richtige ist.")
            )
        return file
