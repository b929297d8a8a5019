from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row, Submit
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.accounts.models import Role
from scaling.common.forms import DayField, Form
from scaling.common.lifetime import MAX_LIFETIME

PROPOSED = timedelta(days=180)


class TokenForm(Form):
    purpose = forms.CharField(
        label=_("Wofür ist der Schlüssel?"),
        max_length=120,
        help_text=_("Nur für Ihre Übersicht, etwa „Dashboard der Stabsstelle Digitalisierung“."),
    )
    role = forms.ChoiceField(
        label=_("Was darf das Programm lesen?"),
        choices=[
            (Role.READER, _("Freigegebenes: was die Rolle „Lesen“ sieht")),
            (Role.MANAGER, _("Alles: auch laufende Runden, wie die Rolle „Leitung“")),
        ],
        initial=Role.READER,
        widget=forms.RadioSelect,
    )
    expires_on = DayField(
        label=_("Gültig bis"),
        help_text=_("Höchstens ein Jahr. An diesem Tag öffnet der Schlüssel zum letzten Mal."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        day = self.fields["expires_on"]
        day.initial = today + PROPOSED
        day.widget.attrs.update(min=today.isoformat(), max=(today + MAX_LIFETIME).isoformat())
        self.helper = FormHelper(self)
        self.helper.layout = Layout(Row("purpose", "expires_on"), "role")
        self.helper.add_input(Submit("anlegen", _("Schlüssel anlegen")))
