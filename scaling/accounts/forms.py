from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Row, Submit
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from scaling.accounts.models import Role, User


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-Mail-Adresse"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    role = forms.ChoiceField(
        label=_("Rolle"),
        choices=Role.choices,
        initial=Role.TEAM,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(Row("email", "role"))
        self.helper.add_input(Submit("einladen", _("Einladung schicken")))


class JoinForm(forms.Form):
    """Name and password of a person who is new here; the address is the invitation's."""

    name = forms.CharField(
        label=_("Ihr Name"),
        max_length=120,
        help_text=_("So erscheinen Sie bei Ihren Eingaben."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Passwort"),
        strip=False,
        help_text=_("Mindestens 12 Zeichen. Mehrere Wörter hintereinander lassen sich gut merken."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("Passwort, noch einmal"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.helper = FormHelper(self)
        self.helper.add_input(Submit("beitreten", _("Konto anlegen und beitreten")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password, repeated = data.get("password"), data.get("repeated")
        if password and repeated and password != repeated:
            self.add_error("repeated", _("Die beiden Passwörter stimmen nicht überein."))
        if password:
            try:
                password_validation.validate_password(password, User(email=self.email, name=data.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ["name", "language", "wants_notices", "wants_digest"]
        help_texts = {
            "name": _("So erscheinen Sie bei Ihren Eingaben."),
            "language": _("Für die Seiten nach dem Anmelden und für E-Mails an Sie."),
        }
        labels = {
            "wants_notices": _("Benachrichtigungen per E-Mail"),
            "wants_digest": _("Wochenüberblick per E-Mail"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            Fieldset(_("Über Sie"), "name", "language"),
            Fieldset(_("E-Mails"), "wants_notices", "wants_digest"),
        )
        self.helper.add_input(Submit("speichern", _("Speichern")))
