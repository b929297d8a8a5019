"""What stands beside an answer, and the two forms of its page, parts of which are drawn once and kept."""

import datetime
import itertools
from dataclasses import replace
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django.db.models import prefetch_related_objects
from django.template import Context, Template
from django.utils import translation
from django.utils.html import escape, format_html

from assessments.forms.answer import ScoreForm
from assessments.forms.comment import CommentForm
from assessments.models import Evidence, Measure
from assessments.queries.criterion_page import ShownMeasure, load_criterion_page
from assessments.queries.neighbours import EarlierAnswer
from assessments.queries.offices import OfficeHolders
from assessments.services.answers import Answer, NewEvidence, save_score
from assessments.services.comments import add_comment, resolve_comment
from assessments.views.access import get_score
from catalogue.models import Criterion
from catalogue.wording import wording_of
from scaling.accounts.models import Membership
from scaling.common.crispy_layout import drawings
from scaling.common.drawings import FORM_TOKENS, templates
from scaling.common.offices import Office
from tests.conftest import make_user
from tests.factories import make_project

TODAY = datetime.date(2026, 6, 1)
YESTERDAY, TOMORROW = datetime.date(2026, 5, 31), datetime.date(2026, 6, 2)


@pytest.fixture
def near(assessment, alice):
    """Asks anew at each call, as of a criterion that names the offices."""

    def ask(*offices):
        criterion = Criterion(key="kriterium-1", offices=list(offices))
        return load_criterion_page(get_score(alice, assessment.public_id, "kriterium-1"), criterion, TODAY)

    return ask


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


def test_people_who_hold_an_office_of_the_criterion_are_named_beside_it(near, municipality, elsewhere, alice, bob, charlie):
    """Whoever left, holds another office or works in another municipality is not asked."""
    for person, offices in ((alice, ["it", "procurement"]), (bob, ["treasury", "it"]), (charlie, ["it"])):
        Membership.objects.filter(user=person).update(offices=offices)
    gone = make_user("Gustav", is_active=False)
    Membership.objects.create(user=gone, municipality=municipality, role="team", offices=["it"])
    assert list(map(str, near("treasury", "legal", "it").who_knows)) == ["IT (Alice, Bob)", "Kämmerei (Bob)", "Rechtsamt"]
    assert near().who_knows == []


HOSTILE = [
    '"><script>alert(1)</script>',
    "</textarea><b>&quot;&amp;&#39;</b>",
    "{{ form }}{% csrf_token %}%(name)s{0}\\1",
    "\n\r\n\x00\u2028 ‮",
    "x" * (drawings.longest + 1),
]
VARIANTS = [
    {"autosave_url": "/bewertungen/x/kriterium-1/"},
    {"autosave_url": '/x/"><script>/'},
    {},
    {"shows_surroundings": False},
    {"read_only": True},
]


@pytest.fixture
def drawn(assessment, score, settings):
    """How crispy draws a form, with what is kept or all of it anew."""
    near = load_criterion_page(score, score.criterion, TODAY)
    context = {
        "score": score,
        "assessment": assessment,
        "project": assessment.project,
        "criterion": score.criterion,
        "wording": wording_of(score.criterion, municipality_wide=False),
        "evidence": near.evidence,
        "who_knows": near.who_knows,
        "measures": near.measures,
        "people": near.people,
        "help_tabs": [("fragen", "Fragen"), ("schritt", "Nächster Schritt")],
        "help_tab": "fragen",
        "help_level": None,
        "earlier": None,
        "municipality_answer": None,
        "updated_by": "Alice",
        "csrf_token": "geheim",
    }

    def draw(form, *, anew: bool, **other) -> str:
        settings.DEBUG = anew
        return str(render_crispy_form(form, context={**context, **other, "form": form}))

    drawings.clear()
    templates.clear()
    yield draw
    drawings.clear()
    templates.clear()


def states_of(score):
    """Score holds every choice and target in turn, and texts that would break out of their place."""
    choices = [("open", None), ("unknown", None), ("not_applicable", None), *(("rated", level) for level in range(5))]
    rationales = ["", "Grund & <b>mehr</b>\nzweite Zeile", *HOSTILE]
    targets = [(None, None), (None, TODAY), *((level, TOMORROW if level % 2 else None) for level in range(5))]
    held = zip(choices, [*rationales, "Grund"], [*targets, (0, None)], strict=True)
    for (score.state, score.level), score.rationale, (score.target_level, score.target_date) in held:
        score.version += 1
        yield


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_form_with_parts_that_are_kept_is_the_form_drawn_anew(score, drawn, variant):
    """Byte for byte, when it is drawn first and when it comes back, in both languages in turn."""
    for _state in states_of(score):
        for language in ("de", "en"):
            with translation.override(language):
                anew = drawn(ScoreForm(score=score, criterion=score.criterion, **variant), anew=True)
                for _time in range(2):
                    assert drawn(ScoreForm(score=score, criterion=score.criterion, **variant), anew=False) == anew


WHEN = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
SAID = [EarlierAnswer("rated", 2, text, None, "Alice", WHEN, 1) for text in ("so", HOSTILE[0])]
ELSEWHERE: list[dict[str, Any]] = [
    {},
    *({name: said} for said in SAID for name in ("earlier", "municipality_answer")),
    {"earlier": replace(SAID[0], level=3)},
    {"earlier": replace(SAID[0], by="Bob")},
    {"help_tab": "schritt"},
    {"help_tabs": [("fragen", HOSTILE[0])]},
    {"help_level": 1},
    {"help_level": 4},
    {"who_knows": [OfficeHolders(Office.IT, ("Ida",))]},
    {"who_knows": [OfficeHolders(Office.IT, (HOSTILE[0],))]},
    {"suffix": "?ansicht=gross"},
    {"people": [(1, "Alice"), (2, "Bob")]},
    {"people": [(1, HOSTILE[0])]},
    {"measures": [ShownMeasure("Rat fragen", "planned", "Alice", TODAY, is_overdue=False)]},
    {"measures": [ShownMeasure("Rat fragen", "planned", "Alice", TODAY, is_overdue=True)]},
    {"measures": [ShownMeasure(HOSTILE[0], "done", "Bauhof", None, is_overdue=False)]},
]


def test_what_stands_beside_the_answer_is_drawn_anew_for_every_difference(score, drawn):
    """Byte for byte, to fill in and to read, for one language and person after the other; no two of these look alike."""
    seen: dict[tuple[str, str], set[int]] = {}
    for number, other in enumerate([*ELSEWHERE, *ELSEWHERE]):
        for language, read_only, assigned in itertools.product(("de", "en"), (False, True), (None, 2)):
            score.assigned_to_id = assigned
            with translation.override(language):
                both = [
                    drawn(ScoreForm(score=score, criterion=score.criterion, read_only=read_only), anew=anew, **other)
                    for anew in (False, True)
                ]
            assert both[0] == both[1], other
            if not read_only and assigned is None:
                seen.setdefault((language, both[0]), set()).add(number % len(ELSEWHERE))
    assert len(seen) == 2 * len(ELSEWHERE)


def test_comment_form_carries_the_tokens_of_its_own_page(rf, settings):
    """It is kept with a place for them, which nobody ever sees; one that was sent comes back with what is wrong."""
    for language, number, text in itertools.product(("de", "en"), (1, 2), ("", HOSTILE[0])):
        request = rf.get("/")
        request.form_tokens = format_html('<input value="{}{}">', language, number)
        with translation.override(language):
            shown = Template("{% drawn_form form %}").render(
                Context({"form": CommentForm(initial={"text": text}), "request": request})
            )
            settings.DEBUG = True
            anew = Template("{% drawn_form form %}").render(
                Context({"form": CommentForm(initial={"text": text}), "request": request})
            )
            settings.DEBUG = False
            sent = Template("{% drawn_form form %}").render(Context({"form": CommentForm({"text": ""}), "request": request}))
        assert shown == anew
        assert shown.count(request.form_tokens) == sent.count(request.form_tokens) == 1
        assert FORM_TOKENS not in shown + sent
        assert "aria-invalid" in sent
        assert "aria-invalid" not in shown


def test_form_that_was_sent_is_drawn_with_its_errors(score, drawn):
    drawn(ScoreForm(score=score, criterion=score.criterion), anew=False)
    form = ScoreForm({"version": "1", "choice": "not_applicable"}, score=score, criterion=score.criterion)
    assert "Bitte begründen Sie" in drawn(form, anew=False)


def test_form_shows_at_once_that_a_text_of_the_catalogue_changed(score, drawn):
    criterion = score.criterion
    prefetch_related_objects([criterion], "levels")
    for text in ("vorher", '"><script>', "nachher"):
        criterion.levels.all()[0].description = text
        assert escape(text) in drawn(ScoreForm(score=score, criterion=criterion), anew=False)
