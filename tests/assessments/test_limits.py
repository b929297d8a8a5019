"""A reason is limited by what it costs, by one rule wherever it comes in."""

import pytest
from django.core.exceptions import ValidationError

from assessments.forms.answer import ScoreForm
from assessments.forms.table import RowForm
from assessments.limits import RATIONALE
from assessments.models import Score
from assessments.reports.pdf.limits import TEXT, cost, shorten
from assessments.services.answers import Answer, save_score

LINES = "Höchstens 200 Zeilen; das sind 4991."
TOO_LONG = {
    "a\n" * 4990 + "a": LINES,
    "a\r\n" * 4990 + "a": LINES,
    "- Punkt\n" * 201 + "- Punkt": "Höchstens 200 Zeilen; das sind 202.",
    "x" * 10_001: "Höchstens 10000 Zeichen; das sind 10001.",
}
FINE = ["", "a\n" * 199 + "a", "a\r\n" * 199 + "a\r\n", "x" * 10_000]


@pytest.mark.parametrize("text", FINE)
def test_text_within_the_limit_is_no_problem(text):
    assert RATIONALE.problem(text) == ""


@pytest.mark.parametrize("text", TOO_LONG)
def test_every_door_says_the_same(score, alice, text):
    with pytest.raises(ValidationError) as refused:
        save_score(score=score, version=1, by=alice, answer=Answer(rationale=text))
    data = {"version": 1, "rationale": text}
    form = ScoreForm(data, score=score, criterion=score.criterion)
    row = RowForm({f"s{score.pk}-{name}": value for name, value in data.items()}, score=score)
    said = [refused.value.message_dict["rationale"], list(form.errors["rationale"]), list(row.errors["rationale"])]
    assert said == [[TOO_LONG[text]]] * 3
    assert Score.objects.get(pk=score.pk).version == 1


@pytest.mark.parametrize("text", [text for text in TOO_LONG if "\r" not in text])
def test_what_is_stored_already_keeps_nobody_from_going_on(score, alice, text):
    Score.objects.filter(pk=score.pk).update(rationale=text)
    score.refresh_from_db()
    form = ScoreForm(
        {"version": 1, "rationale": text.replace("\n", "\r\n"), "choice": "2"}, score=score, criterion=score.criterion
    )
    assert form.is_valid(), form.errors
    save_score(score=score, version=1, by=alice, answer=form.answer)
    assert Score.objects.get(pk=score.pk).level == 2


@pytest.mark.parametrize("text", ["a\n" * 4990, "- Punkt\n" * 1000, "Wort " * 5000, "Zeile mit Worten darin\n" * 300])
def test_a_report_cuts_by_the_same_measure(text):
    assert cost(shorten(text, TEXT).text) <= TEXT + 2  # the dots
    assert shorten(text, TEXT).left_out
