"""The form for one answer, in two modes: to fill in and to read."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import ButtonHolder, Column, Div, Field, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.forms.evidence import check_evidence_days, evidence_day_fields
from assessments.limits import RATIONALE
from assessments.models import Score, ScoreState
from assessments.services.answers import Answer, NewEvidence
from catalogue.levels import Level
from catalogue.models import Criterion
from catalogue.wording import Wording, ladder_rule, wording_of
from scaling.common.crispy_layout import CachedLayout, Include
from scaling.common.forms import DayField, Form
from scaling.common.links import LinkField
from scaling.common.text import has_letters

#: Answers that are no level, as values of the radio group.
APART = (ScoreState.UNKNOWN, ScoreState.NOT_APPLICABLE)
TARGETS = [("", _("kein Ziel gesetzt")), *((level.value, format_lazy("{} – {}", level.value, level.label)) for level in Level)]


@dataclass(frozen=True)
class CardLabel:
    """What a level card shows (kern/level_cards.html); ``number`` is None for the answers that are no level."""

    name: Any
    number: int | None = None
    description: Any = ""

    def __str__(self) -> str:
        title = str(self.name) if self.number is None else f"{self.number} – {self.name}"
        return f"{title}: {self.description}" if self.description else title


def answer_choices(wording: Wording) -> list[tuple[str, CardLabel]]:
    """The five levels with this criterion's descriptions, „weiß nicht“ and „trifft nicht zu“."""
    described = {text.level: text.shown for text in wording.levels}
    return [
        *((str(level.value), CardLabel(level.label, level.value, described.get(level.value, ""))) for level in Level),
        (
            ScoreState.UNKNOWN.value,
            CardLabel(ScoreState.UNKNOWN.label, None, _("Zählt in keinem Mittelwert.")),
        ),
        (
            ScoreState.NOT_APPLICABLE.value,
            CardLabel(ScoreState.NOT_APPLICABLE.label, None, _("Bitte begründen.")),
        ),
    ]


def choice_of(state: str, level: int | None) -> str:
    """The value of the radio group for an answer; empty while it is open."""
    if level is not None:
        return str(level)
    return state if state in APART else ""


def chosen(choice: str) -> tuple[str, int | None]:
    """State and level that a value of the radio group stands for: the way back from ``choice_of``."""
    if choice in APART:
        return str(ScoreState(choice).value), None
    return (ScoreState.RATED.value, int(choice)) if choice else (ScoreState.OPEN.value, None)


class AnswerForm(Form):
    """What every form for an answer asks of it. Its fields: ``choice`` (see ``choice_of``), ``rationale``, ``target_level``."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("choice") == ScoreState.NOT_APPLICABLE and "rationale" in data and not has_letters(data["rationale"]):
            missing = _("Bitte begründen Sie, warum das Kriterium nicht zutrifft.")
            self.add_error("rationale", forms.ValidationError(missing, code="reason_missing"))
        return data

    def clean_rationale(self) -> str:
        """What is stored already is let through, however long: it must not keep anybody from going on."""
        text: str = self.cleaned_data["rationale"].replace("\r\n", "\n")
        if text.strip() != self.initial.get("rationale", "") and (problem := RATIONALE.problem(text)):
            raise forms.ValidationError(problem)
        return text

    def answer_until(self, target_date: date | None) -> Answer:
        """The answer that was chosen, with the day its target is meant for."""
        data = self.cleaned_data
        state, level = chosen(data["choice"])
        return Answer(
            state=state,
            level=level,
            rationale=data["rationale"],
            target_level=data["target_level"],
            target_date=target_date,
        )


class ScoreForm(AnswerForm):
    """``answer`` and ``evidence`` give what was typed, once the form is valid."""

    AUTOSAVE_TRIGGER = "change delay:100ms, input delay:1500ms from:find textarea, retry"
    read_only = False
    mark_optional = False  # nothing here is required; to say so at every field helps nobody

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value"), _("Bitte laden Sie die Seite neu; sie kam unvollständig an.")
        ),
    )
    choice = forms.ChoiceField(label=_("Wo stehen Sie?"), required=False, widget=forms.RadioSelect)
    rationale = forms.CharField(
        label=_("Begründung"),
        required=False,
        help_text=_("Ein, zwei Sätze: Woran sieht man das? Sie erscheinen im Reifeprofil."),
        widget=forms.Textarea(attrs={"rows": 5, **RATIONALE.attrs}),
    )
    target_level = forms.TypedChoiceField(label=_("Zielstufe"), required=False, choices=TARGETS, coerce=int, empty_value=None)
    target_date = DayField(label=_("Zu erreichen bis"), required=False)
    evidence_text = forms.CharField(label=_("Neuer Nachweis"), required=False, max_length=300)
    evidence_url = LinkField(
        label=_("Link dazu"), help_text=_("Auch aus dem Hausnetz, etwa http://intranet/akte/12 oder \\\\server\\ordner.")
    )
    evidence_dated_on, evidence_valid_until = evidence_day_fields()

    def __init__(
        self,
        *args: Any,
        score: Score,
        criterion: Criterion,
        read_only: bool = False,
        shows_surroundings: bool = True,
        autosave_url: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {}).setdefault("version", score.version)
        for name, value in initial_of(Answer.of(score)).items():
            kwargs["initial"].setdefault(name, value)
        super().__init__(*args, **kwargs)
        self.read_only = read_only
        self.shows_surroundings = shows_surroundings
        self.autosave_url = autosave_url
        wording = wording_of(criterion, municipality_wide=score.assessment.project.is_municipality_wide)
        self.fields["choice"].choices = answer_choices(wording)  # type: ignore[attr-defined]
        self.fields["choice"].help_text = ladder_rule()

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_id = "einschaetzung"
        helper.attrs = {"autocomplete": "off"}  # a browser that restores old fields would restore an old version
        if self.is_bound:
            helper.attrs["data-unsaved"] = ""
        if self.autosave_url:
            helper.attrs |= {
                "hx-post": self.autosave_url,
                "hx-trigger": self.AUTOSAVE_TRIGGER,
                "hx-target": "#save-state",
                "hx-vals": '{"autosave": "1"}',
                "hx-sync": "this:queue last",
            }
        helper.layout = self._layout()
        return helper

    def _layout(self) -> Layout:
        """Levels, and beside them what helps to choose, the reason, and what can follow it."""
        levels = Div(CachedLayout("choice", Field("choice", template="kern/level_cards.html")), css_class="answer__levels")
        reason = CachedLayout("rationale", "rationale")
        target = CachedLayout("target", Row("target_level", "target_date"))
        if not self.shows_surroundings:
            new = Fieldset(_("Nachweise"), self._new_evidence())
            return Layout(self._version(), levels, reason, target, new, self._buttons())
        # The proofs stand among the fields; the forms of their buttons stand after this one.
        new_proof = () if self.read_only else (self._new_evidence(),)
        proofs = Fieldset(_("Nachweise"), Include("assessments/_evidence.html"), *new_proof)
        more = Div(target, proofs, Include("assessments/_tasks.html"), css_class="answer__more")
        side = Div(reason, Include("assessments/_guidance.html"), css_class="answer__side")
        return Layout(levels, side, more) if self.read_only else Layout(self._version(), levels, side, more, self._buttons())

    def _version(self) -> CachedLayout:
        return CachedLayout("version", "version")

    def _new_evidence(self) -> CachedLayout:
        days = Row(Column("evidence_dated_on"), Column("evidence_valid_until"))
        return CachedLayout("evidence", Row(Column("evidence_text"), Column("evidence_url")), days)

    def _buttons(self) -> ButtonHolder:
        submit = CachedLayout(
            "submit",
            Submit("weiter", _("Speichern und weiter")),
            Submit("bleiben", _("Speichern"), css_class="kern-btn--secondary"),
        )
        if not self.shows_surroundings:
            return ButtonHolder(submit, css_class="save-bar")
        confirm, *status = (Include(f"assessments/{name}.html") for name in ("_confirm_button", "_reset", "_save_state"))
        return ButtonHolder(confirm, submit, *status, css_class="save-bar")

    @property
    def answer(self) -> Answer:
        return self.answer_until(self.cleaned_data["target_date"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        days = {name: data.get(f"evidence_{name}") for name in ("dated_on", "valid_until")}
        check_evidence_days(self, days, prefix="evidence_")
        # What came with an error of its own is no empty field.
        if any(days.values()) and not (data.get("evidence_text", "?") or data.get("evidence_url", "?")):
            self.add_error("evidence_text", _("Bitte nennen Sie den Nachweis, zu dem das Datum gehört."))
        return data

    @property
    def evidence(self) -> list[NewEvidence]:
        """None or one. A link without a name is named by itself."""
        data = self.cleaned_data
        text, url = data["evidence_text"], data["evidence_url"]
        if not (text or url):
            return []
        return [
            NewEvidence(text or url[:300], url, dated_on=data["evidence_dated_on"], valid_until=data["evidence_valid_until"])
        ]


def initial_of(answer: Answer) -> dict[str, Any]:
    """The form's values for an answer."""
    return {
        "choice": choice_of(answer.state, answer.level),
        "rationale": answer.rationale,
        "target_level": "" if answer.target_level is None else answer.target_level,
        "target_date": answer.target_date,
    }
