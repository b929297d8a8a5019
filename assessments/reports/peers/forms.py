from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from scaling.accounts.models import Municipality
from scaling.common.forms import ModelForm
from scaling.common.versions import version_field


class SizeForm(ModelForm):
    """How many inhabitants, and says who. A number without a source is asked for one."""

    version = version_field()

    class Meta:
        model = Municipality
        fields = ("population", "population_source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.fields["population"] = forms.IntegerField(
            label=self.fields["population"].label, required=False, min_value=1, max_value=20_000_000
        )
        self.helper = FormHelper(self)
        self.helper.layout = Layout("version", "population", "population_source")
        self.helper.add_input(Submit("groesse", _("Größe speichern"), css_class="kern-btn--secondary"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("population") and not cleaned.get("population_source"):
            self.add_error("population_source", _("Bitte sagen Sie, woher die Zahl stammt."))
        return cleaned
