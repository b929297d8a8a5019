"""The file to read in."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.documents.yaml_reader import MAX_BYTES
from scaling.common.forms import Form


class UploadForm(Form):
    """A catalogue file. What is in it is checked by ``services.importing``."""

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
