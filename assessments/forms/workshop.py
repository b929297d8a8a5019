"""The forms of a workshop: to open one, to join, to vote, and to write down what was agreed on."""

from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.answer import APART, AnswerForm, answer_choices, choice_of, chosen
from assessments.limits import RATIONALE
from assessments.models import Score, Vote, WorkshopMode
from assessments.models.workshop import MAX_WORDS, ROLES
from assessments.services.answers import Answer
from catalogue.wording import Wording
from scaling.common.crispy_layout import CachedLayout
from scaling.common.forms import DayField, Form


class OpenWorkshopForm(Form):
    mark_optional = False

    mode = forms.ChoiceField(
        label=_("Wie möchten Sie vorgehen?"),
        choices=WorkshopMode.choices,
        initial=WorkshopMode.LIVE,
        widget=forms.RadioSelect,
    )
    alone_until = DayField(
        label=_("Allein einschätzen bis"),
        required=False,
        help_text=_("Nur wenn zuerst alle für sich einschätzen: der letzte Tag dafür. Danach treffen Sie sich."),
    )

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout("mode", "alone_until")
        helper.add_input(Submit("oeffnen", _("Workshop öffnen")))
        return helper

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("mode") == WorkshopMode.AHEAD and not data.get("alone_until") and "alone_until" not in self.errors:
            self.add_error("alone_until", _("Bitte nennen Sie den Tag, bis zu dem alle für sich einschätzen."))
        return data


class JoinWorkshopForm(Form):
    role = forms.ChoiceField(
        label=_("Als wer nehmen Sie teil?"),
        choices=[("", _("Bitte wählen")), *ROLES],
        error_messages={"required": _("Bitte wählen Sie, als wer Sie teilnehmen.")},
    )
    name = forms.CharField(
        label=_("Ihr Name"),
        required=False,
        max_length=60,
        help_text=_("Nur wenn Sie möchten. Er steht in der Liste der Anwesenden, nie bei einer Stimme."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout("role", "name")
        helper.add_input(Submit("mitmachen", _("Mitmachen")))
        return helper


class CodeForm(Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Er steht auf der Wand, zum Beispiel bcdf-ghjk."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_method = "get"
        helper.layout = Layout("code")
        helper.add_input(Submit("", _("Weiter")))
        return helper


class VoteForm(Form):
    """``ballot`` and ``version`` say what the form is about; whether that still holds, the service looks at."""

    mark_optional = False
    read_only = False

    ballot = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**62)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    choice = forms.ChoiceField(
        label=_("Wie schätzen Sie es ein?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie eine Antwort.")},
    )
    words = forms.CharField(
        label=_("Warum? (ein halber Satz, wenn Sie möchten)"),
        required=False,
        max_length=MAX_WORDS,
        help_text=_("Wird nach dem Aufdecken ohne Namen gezeigt."),
    )

    def __init__(
        self, *args: Any, wording: Wording | None = None, ballot: int = 0, vote: Vote | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"ballot": ballot, "version": 0}
        if vote is not None:
            initial |= {"version": vote.version, "choice": choice_of(vote.state, vote.level), "words": vote.words}
        super().__init__(*args, **{"initial": initial, **kwargs})
        fields: Any = self.fields
        fields["choice"].choices = answer_choices(wording) if wording else [(value, value) for value in CHOICES]

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        # A whole room is shown the same cards.
        cards = CachedLayout("choice", Field("choice", template="kern/level_cards.html"))
        helper.layout = Layout("ballot", "version", cards, CachedLayout("words", "words"))
        return helper

    @property
    def state(self) -> str:
        return chosen(self.cleaned_data["choice"])[0]

    @property
    def level(self) -> int | None:
        return chosen(self.cleaned_data["choice"])[1]


#: Every value of the radio group, whatever the criterion's texts.
CHOICES = ("0", "1", "2", "3", "4", *(state.value for state in APART))


class AgreementForm(AnswerForm):
    """What the room agrees on: level and reason; the target stays as it is."""

    mark_optional = False
    read_only = False

    ballot = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    choice = forms.ChoiceField(
        label=_("Worauf haben Sie sich verständigt?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie, worauf Sie sich verständigt haben.")},
    )
    rationale = forms.CharField(
        label=_("Begründung"),
        required=False,
        help_text=_("Ein, zwei Sätze: Woran sieht man das?"),
        widget=forms.Textarea(attrs={"rows": 3, **RATIONALE.attrs}),
    )

    def __init__(
        self, *args: Any, score: Score, wording: Wording, ballot: int, agreed: int | None = None, **kwargs: Any
    ) -> None:
        stored = Answer.of(score)
        choice = choice_of(stored.state, stored.level) if score.confirmed else ""
        initial = {
            "ballot": ballot,
            "version": score.version,
            "choice": choice if agreed is None else str(agreed),
            "rationale": stored.rationale,
        }
        super().__init__(*args, **{"auto_id": "einigung_%s", "initial": initial, **kwargs})
        self.score = score
        fields: Any = self.fields
        fields["choice"].choices = answer_choices(wording)

    @property
    def answer(self) -> Answer:
        data = self.cleaned_data
        return Answer(*chosen(data["choice"]), data["rationale"], self.score.target_level, self.score.target_date)
