from django import forms
from django.utils.translation import gettext_lazy as _

from scaling.common.forms import Form


class VariantForm(Form):
    """Under which name the assumptions of a projection are kept; what they are comes beside it, as in the address."""

    name = forms.CharField(
        label=_("Name der Variante"),
        max_length=80,
        error_messages={"required": _("Bitte geben Sie der Variante einen Namen.")},
    )
