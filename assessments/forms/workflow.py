"""The forms of a round's steps: scope, approval, return, reopening."""

from collections.abc import Collection
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments.duration import duration
from catalogue.models import Phase
from scaling.common.crispy_layout import CachedLayout
from scaling.common.forms import Form, ReasonField


class ScopeForm(Form):
    """The phases of a new round (the cross-phase set is always in and no choice), and whether to assign it by office."""

    phases = forms.MultipleChoiceField(
        label=_("Phasen"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Vorausgewählt sind alle Phasen bis zur jetzigen. Sie können Phasen weglassen oder vorausschauen."),
    )

    by_office = forms.BooleanField(
        label=_("Die Kriterien gleich nach Stellen zuweisen"),
        required=False,
        help_text=_("Wer etwas zugewiesen bekommt, erhält eine E-Mail. Ändern lässt es sich jederzeit."),
    )

    def __init__(
        self,
        *args: Any,
        phases: Collection[Phase],
        preset: Collection[Phase],
        counts: dict[int, int],
        has_holders: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"phases": [phase.key for phase in preset], "by_office": has_holders}
        super().__init__(*args, **kwargs)
        if not has_holders:
            del self.fields["by_office"]
        self._phases = {phase.key: phase for phase in phases}
        choices = []
        for phase in phases:
            number = counts.get(phase.pk, 0)
            choices.append((phase.key, f"{phase.label} ({criteria(number)}, {duration(number)})"))
        self.fields["phases"].choices = choices  # type: ignore[attr-defined]
        self.helper = FormHelper()
        # The municipality as a whole has nothing to choose: it answers what is worded for it.
        chosen = [*(["phases"] if phases else []), *(["by_office"] if has_holders else [])]
        self.helper.layout = Layout(*chosen)
        self.helper.add_input(Submit("beginnen", _("Bewertung beginnen")))

    @property
    def by_office_chosen(self) -> bool:
        return bool(self.cleaned_data.get("by_office"))

    @property
    def chosen(self) -> list[Phase]:
        return [self._phases[key] for key in self.cleaned_data["phases"]]


def criteria(number: int) -> str:
    return ngettext("%(number)s Kriterium", "%(number)s Kriterien", number) % {"number": number}


class ApproveForm(Form):
    note = forms.CharField(
        label=_("Anmerkung"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Wer diese Runde sieht, liest sie auf dieser Seite, das Team auch in der E-Mail. Im Reifeprofil steht sie nicht."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(CachedLayout("note", "note"))
        self.helper.add_input(Submit("freigeben", _("Freigeben")))


class ReturnForm(Form):
    comment = ReasonField(
        label=_("Was fehlt noch?"),
        ask=_("Bitte schreiben Sie dem Team, was noch fehlt."),
        max_length=2000,
        help_text=_("Das Team liest Ihre Anmerkung auf dieser Seite."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(CachedLayout("comment", "comment"))
        self.helper.add_input(Submit("zurueckgeben", _("An das Team zurückgeben"), css_class="kern-btn--secondary"))


class ReopenForm(Form):
    reason = ReasonField(
        label=_("Warum wird die Bewertung wieder geöffnet?"), ask=_("Bitte nennen Sie den Grund."), max_length=2000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(CachedLayout("reason", "reason"))
        self.helper.add_input(Submit("oeffnen", _("Bewertung wieder öffnen"), css_class="kern-btn--secondary"))
