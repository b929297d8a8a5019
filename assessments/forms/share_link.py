from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row, Submit
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import ShareLink
from scaling.common.forms import DayField, Form
from scaling.common.lifetime import MAX_LIFETIME
from scaling.common.versions import version_field

PROPOSED = timedelta(days=90)


class ShareForm(Form):
    """A new link, or the change of ``link``."""

    purpose = forms.CharField(
        label=_("Für wen ist der Link?"),
        max_length=120,
        help_text=_("Nur für Ihre Übersicht, etwa „Hauptausschuss, Sitzung im Mai“."),
    )
    expires_on = DayField(
        label=_("Gültig bis"),
        help_text=_("Höchstens ein Jahr. An diesem Tag öffnet der Link zum letzten Mal."),
    )
    with_names = forms.BooleanField(
        label=_("Namen von Personen zeigen"),
        required=False,
        help_text=_(
            "Sonst fehlen die Namen bei Einschätzungen, Maßnahmen und Freigabe, dazu Ansprechperson, Teilnehmende, Verteiler "
            "und Unterschriften. Zuständige, die jemand frei eingetragen hat, stehen nur da, wenn sie erkennbar eine Stelle "
            "sind. Namen in Begründungen bleiben stehen."
        ),
    )

    version = version_field()

    def __init__(self, *args: Any, link: ShareLink | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        day = self.fields["expires_on"]
        day.initial = today + PROPOSED
        day.widget.attrs.update(min=today.isoformat(), max=(today + MAX_LIFETIME).isoformat())
        self.helper = FormHelper(self)
        self.helper.layout = Layout(Row("purpose", "expires_on"), "with_names")
        if link is None:
            del self.fields["version"]
            self.helper.add_input(Submit("anlegen", _("Link anlegen")))
        else:
            names = ("purpose", "expires_on", "with_names", "version")
            self.initial.update({name: getattr(link, name) for name in names})
            # An end that has passed may stay.
            day.widget.attrs["min"] = min(today, link.expires_on).isoformat()
            self.helper.layout.insert(0, "version")
            self.helper.add_input(Submit("speichern", _("Speichern")))
