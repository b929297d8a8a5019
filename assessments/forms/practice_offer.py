from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import PracticeOffer, Score
from assessments.models.practice_offer import MAX_DECISION, MAX_OFFERED
from scaling.common.forms import Form
from scaling.common.versions import version_field


class OfferForm(Form):
    """What leaves the house: the approved reason to begin with, shortened or made general by whoever offers it."""

    mark_optional = False

    text = forms.CharField(
        label=_("Text, den andere lesen"),
        max_length=MAX_OFFERED,
        help_text=_("Er beginnt mit Ihrer freigegebenen Begründung; kürzen Sie ihn. Bitte keine Namen von Personen."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    shows_name = forms.BooleanField(label=_("Den Namen unserer Kommune dabei zeigen"), required=False)

    def __init__(self, *args: Any, score: Score, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": score.rationale[:MAX_OFFERED]}
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("text", "shows_name")
        self.helper.add_input(Submit("anbieten", _("Der Redaktion anbieten")))


class DecisionForm(Form):
    """Which button was pressed decides: ``annehmen`` or ``ablehnen``. Who declines says why."""

    mark_optional = False

    note = forms.CharField(
        label=_("Anmerkung an die Kommune"),
        required=False,
        max_length=MAX_DECISION,
        help_text=_("Beim Ablehnen nötig. Öffentlich ist sie nicht."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = version_field()

    def __init__(self, *args: Any, offer: PracticeOffer, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": offer.version}
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("version", "note")
        self.helper.add_input(Submit("annehmen", _("Annehmen und zeigen")))
        self.helper.add_input(Submit("ablehnen", _("Ablehnen"), css_class="kern-btn--secondary"))

    @property
    def accepts(self) -> bool:
        return "annehmen" in self.data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.accepts == ("ablehnen" in self.data):
            raise forms.ValidationError(_("Bitte wählen Sie „Annehmen“ oder „Ablehnen“."))
        if not self.accepts and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Bitte sagen Sie der Kommune, warum."))
        return cleaned
