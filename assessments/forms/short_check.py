"""One question of the short check: the level, and half a sentence why."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assessments.forms.answer import AnswerForm, answer_choices, choice_of, chosen
from assessments.limits import RATIONALE
from assessments.models import Score
from assessments.queries.short_check import ShortQuestion
from assessments.services.answers import Answer


class ShortAnswerForm(AnswerForm):
    """``conflict`` is what somebody else saved meanwhile; ``keep_theirs`` gives way to it."""

    mark_optional = False
    read_only = False

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    choice = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    rationale = forms.CharField(
        label=_("Warum? (ein halber Satz genügt)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, **RATIONALE.attrs}),
    )
    keep_theirs = forms.BooleanField(label=_("gespeicherte Fassung behalten"), required=False)

    def __init__(self, *args: Any, question: ShortQuestion, **kwargs: Any) -> None:
        score = question.score
        initial = {
            "version": score.version,
            "choice": choice_of(score.state, score.level),
            "rationale": score.rationale,
        }
        super().__init__(*args, **{"prefix": self.prefix_of(question), "initial": initial, **kwargs})
        self.question = question
        self.conflict: Score | None = None
        fields: Any = self.fields
        # The title stands above it; who hears the group by itself hears it again.
        named = format_html('{}<span class="kern-sr-only">: {}</span>', _("Wo stehen Sie?"), question.criterion.title)
        fields["choice"].label = named
        fields["choice"].choices = answer_choices(question.wording)

    @staticmethod
    def prefix_of(question: ShortQuestion) -> str:
        return f"s{question.score.pk}"

    @property
    def answer(self) -> Answer:
        """With the target as it stands, which the short check does not ask for."""
        data, score = self.cleaned_data, self.question.score
        return Answer(*chosen(data["choice"]), data["rationale"], score.target_level, score.target_date)
