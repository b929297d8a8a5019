"""All criteria of a round as rows of one form, for teams that know them."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.forms.answer import APART, AnswerForm, choice_of
from assessments.limits import RATIONALE
from assessments.models import Score, ScoreState
from assessments.services.answers import Answer
from catalogue.levels import Level
from catalogue.wording import wording_of

CHOICES = [
    ("", ScoreState.OPEN.label),
    *((str(level.value), format_lazy("{} – {}", level.value, level.label)) for level in Level),
    *((state.value, state.label) for state in APART),
]
TARGETS = [("", "–"), *((str(level.value), str(level.value)) for level in Level)]


class RowForm(AnswerForm):
    """One criterion. ``conflict`` is what somebody else saved meanwhile; ``keep_theirs`` gives way to it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    choice = forms.ChoiceField(label=_("Einschätzung"), required=False, choices=CHOICES)
    rationale = forms.CharField(
        label=_("Begründung"), required=False, widget=forms.Textarea(attrs={"rows": 2, **RATIONALE.attrs})
    )
    target_level = forms.TypedChoiceField(label=_("Ziel"), required=False, choices=TARGETS, coerce=int, empty_value=None)
    keep_theirs = forms.BooleanField(label=_("gespeicherte Fassung behalten"), required=False)

    def __init__(self, *args: Any, score: Score, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": f"s{score.pk}", **kwargs})
        self.score = score
        self.conflict: Score | None = None
        self.levels = wording_of(score.criterion, municipality_wide=score.assessment.project.is_municipality_wide).levels
        self.initial = {
            "version": score.version,
            "choice": choice_of(score.state, score.level),
            "rationale": score.rationale,
            "target_level": "" if score.target_level is None else str(score.target_level),
        }

    @property
    def needs_look(self) -> bool:
        """Whether there is more to see in it than its level: an error, or what somebody else saved."""
        return self.conflict is not None or bool(self.errors)

    @property
    def answer(self) -> Answer:
        """With the target's date as it stands, which the table does not show."""
        return self.answer_until(self.score.target_date)
