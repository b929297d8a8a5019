"""What stands beside an answer, and the two forms of its page that are drawn without crispy."""

import datetime

import pytest
from crispy_forms.utils import render_crispy_form
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.html import parse_html
from django.utils import translation

from assessments.forms.answer import ScoreForm
from assessments.forms.comment import CommentForm
from assessments.models import Evidence, Measure
from assessments.queries.criterion_page import load_criterion_page
from assessments.services.answers import Answer, NewEvidence, save_score
from assessments.services.comments import add_comment, resolve_comment
from assessments.views.access import get_score
from scaling.accounts.models import Membership
from tests.conftest import make_user
from tests.factories import make_project

TODAY = datetime.date(2026, 6, 1)
YESTERDAY, TOMORROW = datetime.date(2026, 5, 31), datetime.date(2026, 6, 2)


@pytest.fixture
def near(assessment, alice):
    """Asks anew at each call."""
    return lambda: load_criterion_page(get_score(alice, assessment.public_id, "kriterium-1"), "kriterium-1", TODAY)


def test_nothing_stands_beside_a_fresh_answer(near):
    found = near()
    assert (found.evidence, found.comments, found.measures, found.updated_by) == ([], [], [], "")


def test_proofs_stand_in_the_order_in_which_they_came(near, score, alice):
    save_score(
        score=score, version=1, by=alice, answer=Answer("rated", 2, ""), evidence=[NewEvidence("B", "https://example.org/")]
    )
    Evidence.objects.create(score=score, text="A", file="nachweise/x.pdf", file_name="a.pdf", added_by=None)
    found = near()
    assert [(p.text, p.url, p.file_name, p.added_by) for p in found.evidence] == [
        ("B", "https://example.org/", "", "Alice"),
        ("A", "", "a.pdf", ""),
    ]
    assert found.updated_by == "Alice"


def test_comments_name_who_wrote_and_who_resolved(near, score, alice, bob):
    resolve_comment(comment=add_comment(score=score, by=alice, text="Erster"), by=bob)
    add_comment(score=score, by=bob, text="Zweiter")
    found = near().comments
    assert [(c.text, c.author, c.resolved_by, c.resolved_at is None) for c in found] == [
        ("Erster", "Alice", "Bob", False),
        ("Zweiter", "Bob", "", True),
    ]


def test_measures_stand_by_their_day_and_say_what_is_overdue(near, assessment, municipality, alice):
    project = assessment.project
    for text, due_on, status, owner in (
        ("ohne Tag", None, "planned", None),
        ("morgen", TOMORROW, "running", alice),
        ("heute", TODAY, "planned", None),
        ("erledigt", YESTERDAY, "done", None),
        ("gestern", YESTERDAY, "running", None),
    ):
        Measure.objects.create(
            project=project,
            criterion_key="kriterium-1",
            text=text,
            due_on=due_on,
            status=status,
            owner=owner,
            owner_text="" if owner else "Bauhof",
        )
    Measure.objects.create(project=project, criterion_key="kriterium-2", text="anderes Kriterium")
    Measure.objects.create(project=make_project(municipality, "Anderes"), criterion_key="kriterium-1", text="anderes Projekt")
    assert [(m.text, m.who, m.is_overdue) for m in near().measures] == [
        ("erledigt", "Bauhof", False),
        ("gestern", "Bauhof", True),
        ("heute", "Bauhof", False),
        ("morgen", "Alice", False),
        ("ohne Tag", "Bauhof", False),
    ]


def test_people_who_can_be_named_are_the_team_and_the_managers(
    near, assessment, municipality, elsewhere, alice, bob, rita, charlie
):
    gone = make_user("Gustav", is_active=False)
    Membership.objects.create(user=gone, municipality=municipality, role="team")
    assessment.project.team.add(gone)
    assert near().people == [(alice.pk, "Alice"), (bob.pk, "Bob")]


ANSWERS = [
    Answer("open"),
    Answer("rated", 0, "Grund & <b>mehr</b>\nzweite Zeile", 0, datetime.date(2027, 3, 31)),
    Answer("rated", 4, "", 4),
    Answer("not_applicable", None, "Nicht unsere Aufgabe."),
]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_form_drawn_by_hand_is_the_form_that_crispy_draws(assessment, score, alice, language, answer):
    if answer.state != "open":
        save_score(score=score, version=1, by=alice, answer=answer, evidence=[NewEvidence("Satzung", "https://example.org/")])
    score = get_score(alice, assessment.public_id, "kriterium-1")
    form = ScoreForm(score=score, criterion=score.criterion, autosave_url="/bewertungen/x/kriterien/kriterium-1/")
    context = {
        "form": form,
        "score": score,
        "assessment": assessment,
        "criterion": score.criterion,
        "evidence": load_criterion_page(score, "kriterium-1", TODAY).evidence,
        "updated_by": "Alice",
        "csrf_token": "geheim",
    }
    with translation.override(language):
        by_hand = render_to_string("assessments/_score_form.html", context)
        by_crispy = render_crispy_form(form, context=context)
    assert parse_html(by_hand) == parse_html(by_crispy)


@pytest.mark.parametrize("language", ["de", "en"])
def test_comment_form_drawn_by_hand_is_the_form_that_crispy_draws(language):
    form = CommentForm()
    context = {"comment_form": form, "csrf_token": "geheim"}
    with translation.override(language):
        by_hand = render_to_string("assessments/_comment_form.html", context, request=RequestFactory().get("/"))
        by_crispy = render_crispy_form(form, context=context)
    assert without_token(by_hand) == without_token(by_crispy)


def without_token(html: str):
    return parse_html(html[html.index("<div") :])
