from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from scaling.accounts.coats_of_arms import PictureRejected, fetch_png, offered_name, redraw
from scaling.accounts.models import Municipality
from scaling.common.forms import Form, ModelForm
from scaling.common.versions import version_field


def _version(form: forms.BaseForm, municipality: Municipality, name: str) -> None:
    """Several forms of one page name the version of one row, each under an id of its own."""
    form.initial["version"] = municipality.version
    form.fields["version"].widget.attrs["id"] = f"{name}-version"


class ShortCodeForm(ModelForm):
    """The municipality's short code, as long as no document bears it."""

    version = version_field()

    class Meta:
        model = Municipality
        fields = ("code",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = True
        self.fields["code"].can_be_merged = False  # type: ignore[attr-defined]  # two codes make no third
        _version(self, self.instance, "code")
        self.helper = FormHelper(self)
        self.helper.layout = Layout("version", "code")
        self.helper.add_input(Submit("kuerzel", _("Kürzel speichern"), css_class="kern-btn--secondary"))

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        return code


class RemoveCoatOfArmsForm(Form):
    """A button of the page, which draws it."""

    version = version_field()


class CoatOfArmsForm(Form):
    """``cleaned_data["picture"]`` is the PNG to keep, as bytes: the one sent, or the one ``offered`` before."""

    version = version_field()
    offered = forms.CharField(required=False, widget=forms.HiddenInput)
    picture = forms.FileField(
        label=_("Bild des Wappens"),
        help_text=_("PNG oder JPEG, höchstens 2 MB. Durchsichtige Stellen werden weiß."),
        widget=forms.ClearableFileInput(attrs={"accept": ".png,.jpg,.jpeg"}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality
        self.fields["picture"].required = not self.data.get("offered")
        _version(self, municipality, "picture")
        self.helper = FormHelper(self)
        self.helper.layout = Layout("version", "picture")
        words = _("Wappen ersetzen") if municipality.coat_of_arms else _("Wappen hochladen")
        self.helper.add_input(Submit("hochladen", words))

    def clean_picture(self) -> bytes:
        if not self.cleaned_data["picture"]:
            if not (offer := self.cleaned_data.get("offered")):  # what was sent for it was none
                raise forms.ValidationError(self.fields["picture"].error_messages["required"], code="required")
            try:
                return fetch_png(offered_name(municipality=self.municipality, offer=offer))
            except FileNotFoundError as error:
                message = _("Das Bild ist nicht mehr da. Bitte wählen Sie es noch einmal aus.")
                raise forms.ValidationError(message) from error
        try:
            return redraw(self.cleaned_data["picture"])
        except PictureRejected as error:
            raise forms.ValidationError(str(error)) from error
