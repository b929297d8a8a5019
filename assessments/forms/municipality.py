from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from scaling.accounts.coats_of_arms import PictureRejected, redraw
from scaling.accounts.models import Municipality
from scaling.common.forms import Form, ModelForm


class ShortCodeForm(ModelForm):
    """The municipality's short code, as long as no document bears it."""

    class Meta:
        model = Municipality
        fields = ("code",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = True
        self.helper = FormHelper(self)
        self.helper.layout = Layout("code")
        self.helper.add_input(Submit("kuerzel", _("Kürzel speichern"), css_class="kern-btn--secondary"))

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        return code


class CoatOfArmsForm(Form):
    """``cleaned_data["picture"]`` is the PNG to keep, as bytes."""

    picture = forms.FileField(
        label=_("Bild des Wappens"),
        help_text=_("PNG oder JPEG, höchstens 2 MB. Durchsichtige Stellen werden weiß."),
        widget=forms.ClearableFileInput(attrs={"accept": ".png,.jpg,.jpeg"}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout("picture")
        self.helper.add_input(Submit("hochladen", _("Wappen ersetzen") if replaces else _("Wappen hochladen")))

    def clean_picture(self) -> bytes:
        try:
            return redraw(self.cleaned_data["picture"])
        except PictureRejected as error:
            raise forms.ValidationError(str(error)) from error
