from collections.abc import Collection
from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Row, Submit
from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from scaling.accounts.ags import validate_ags
from scaling.accounts.invitations import MAX_PER_ADDRESS, MAX_PER_MUNICIPALITY
from scaling.accounts.models import Role, User
from scaling.accounts.second_factor import GRACE
from scaling.common.forms import DayField, Form, ModelForm
from scaling.common.offices import Office
from scaling.common.versions import version_field


class OfficesField(forms.MultipleChoiceField):
    """What somebody in the town hall can answer for: none, one or several offices."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Office.choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


class InviteForm(Form):
    email = forms.EmailField(
        label=_("E-Mail-Adresse"),
        max_length=254,
        help_text=format_lazy(
            _("Höchstens {address} Einladungen am Tag an eine Adresse, höchstens {all} im Ganzen."),
            address=MAX_PER_ADDRESS,
            all=MAX_PER_MUNICIPALITY,
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label=_("Rolle"),
        choices=Role.choices,
        initial=Role.TEAM,
    )
    workplaces = forms.MultipleChoiceField(
        label=_("Projekte"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Die Person gehört mit dem Beitritt zu diesen Teams. Bei der Rolle „Lesen“ bleibt diese Auswahl ohne Wirkung."
        ),
    )
    offices = OfficesField(
        label=_("Wofür kann die Person antworten?"),
        help_text=_("Danach lassen sich die Kriterien einer Bewertung verteilen. Sie können es später ändern."),
    )

    def __init__(self, *args: Any, workplaces: Collection[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if workplaces:
            self.fields["workplaces"].choices = workplaces  # type: ignore[attr-defined]
        else:
            del self.fields["workplaces"]
        self.helper = FormHelper(self)
        self.helper.layout = Layout(Row("email", "role"), *(["workplaces"] if workplaces else []), "offices")
        self.helper.add_input(Submit("einladen", _("Einladung schicken")))


class NewMunicipalityForm(Form):
    """What the operator says of a new municipality; the rest is its manager's."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Mit Bezeichnung, etwa „Stadt Bamberg“."))
    ags = forms.CharField(
        label=_("Amtlicher Gemeindeschlüssel (AGS)"),
        max_length=8,
        help_text=_("Acht Ziffern, die ersten zwei nennen das Land."),
        validators=[validate_ags],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    manager = forms.EmailField(
        label=_("E-Mail-Adresse der Leitung"),
        max_length=254,
        help_text=_("An diese Adresse geht die Einladung. Sie gilt 14 Tage."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout("name", "ags", "manager")
        self.helper.add_input(Submit("anlegen", _("Anlegen und einladen")))


class RoleForm(Form):
    """One member's role; drawn by the table of people, a form a row."""

    role = forms.ChoiceField(
        label=_("Rolle"),
        choices=Role.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Bitte wählen Sie eine Rolle.")),
    )
    version = version_field()


class OfficesForm(Form):
    """What one member can answer for."""

    mark_optional = False

    offices = OfficesField(
        label=_("Wofür kann die Person antworten?"),
        help_text=_("In kleinen Häusern ist es oft eine Person für mehrere Stellen."),
    )
    version = version_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.add_input(Submit("speichern", _("Speichern")))


class DemandForm(Form):
    """Of which roles a municipality demands a second factor, and by when."""

    mark_optional = False

    roles = forms.MultipleChoiceField(
        label=_("Wer braucht einen zweiten Faktor?"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ohne Auswahl ist er freiwillig."),
    )
    due = DayField(
        label=_("Bis wann?"),
        required=False,
        help_text=_("Danach geht es für diese Personen erst weiter, wenn sie ihn eingerichtet haben."),
    )
    version = version_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.add_input(Submit("speichern", _("Speichern")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        due = data.get("due")
        if data.get("roles") and "due" in data and not due:
            self.add_error("due", _("Bitte nennen Sie einen Tag."))
        elif due and due != self.initial.get("due") and due < timezone.localdate() + timedelta(days=GRACE):
            text = _("Geben Sie bitte mindestens %(days)s Tage Zeit.")
            self.add_error("due", text % {"days": GRACE})
        return data


class RemoveForm(Form):
    """Who gets what the person has in hand; nobody is an answer, too."""

    mark_optional = False

    to: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Übergeben an"),
        required=False,
        queryset=User.objects.none(),
        empty_label=_("niemanden: Es bleibt bei ihrem Namen stehen"),
        help_text=_(
            "Damit geht nichts verloren: Was Sie nicht übergeben, behält den Namen der Person mit dem Zusatz "
            "„nicht mehr dabei“."
        ),
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]
        self.helper = FormHelper(self)
        self.helper.form_tag = False


class HandOverForm(Form):
    """Who gets what a member has in hand."""

    mark_optional = False

    to: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Übergeben an"),
        queryset=User.objects.none(),
        empty_label=_("Bitte wählen"),
        help_text=_("Zur Wahl steht, wer mitarbeitet; wer nur liest, kann nichts übernehmen."),
        error_messages={"required": _("Bitte wählen Sie, wer übernimmt.")},
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]
        self.helper = FormHelper(self)
        self.helper.form_tag = False


class JoinForm(Form):
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


class AccountForm(ModelForm):
    version = version_field()

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
        self.initial["version"] = self.instance.version
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            "version",
            Fieldset(_("Über Sie"), "name", "language"),
            Fieldset(_("E-Mails"), "wants_notices", "wants_digest"),
        )
        self.helper.add_input(Submit("speichern", _("Speichern")))
