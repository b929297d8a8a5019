"""A projection waits for what a round of its kind can ask, and for nothing else: as its record does."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from assessments.mail.digest import digest_for
from assessments.models import AssessmentRecord, Measure, Project
from assessments.queries.gates import gates_of
from assessments.reports.four_answers.build import four_answers
from assessments.reports.plan.what_if import Assumed, project_what_if
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.hand_over import list_belongings
from assessments.services.projects import standing_project
from catalogue.models import EditionState
from catalogue.models.criterion import Subject
from tests.factories import make_criteria, make_edition, make_project
from tests.reports.conftest import answer, approved, publish
from tests.reports.test_said_of_today import cells, of, page, pdf

ASKED = {
    "idee": {"phase": "p1", "milestone": 3, "subject": Subject.SOLUTION},
    "amt": {"phase": "p1", "milestone": 3, "subject": Subject.MUNICIPALITY},
    "beides": {"milestone": 3, "subject": Subject.BOTH},
    "loesung": {"milestone": 3, "subject": Subject.SOLUTION},
    "haus": {"milestone": 3, "subject": Subject.MUNICIPALITY},
}


@pytest.fixture
def edition(db):
    edition = make_edition(state=EditionState.DRAFT)
    make_criteria(edition, ASKED)
    return publish(edition)


def solution(municipality, by):
    return make_project(municipality, "Parkraum-App", phase="p1")


def whole(municipality, by):
    return standing_project(municipality=municipality, by=by)


@pytest.mark.parametrize(
    ("kind", "asked"), [(solution, {"idee", "beides", "loesung", "haus"}), (whole, {"amt", "beides", "haus"})]
)
def test_projection_waits_for_what_its_record_waits_for(bob, municipality, edition, kind, asked):
    project = kind(municipality, bob)
    assessment = workflow.start_assessment(project=project, by=bob)
    answer(assessment, bob, {key: Answer("rated", 0 if key == "beides" else 3, "So ist es") for key in asked})
    approved(assessment, bob, date(2026, 3, 1))
    measure = Measure.objects.create(
        project=project, text="Beschluss", criterion_key="beides", due_on=timezone.localdate() + timedelta(days=40)
    )
    assert set(assessment.scores.values_list("criterion__key", flat=True)) == asked
    assert [one["criterion"] for one in AssessmentRecord.objects.get().figures["gates"][0]["blocked_by"]] == ["beides"]
    told = gates_of([assessment])[assessment.pk].gates[0]
    assert [one.milestone.key for one in told.blockers] == ["beides"]

    nothing = project_what_if(bob, project, Assumed(frozenset()))
    assert nothing
    assert nothing.gates[0].missing == ("Kriterium beides",)
    assert [one.key for one in nothing.targets if one.holds_up] == ["beides"]
    done = project_what_if(bob, project, Assumed(frozenset({measure.public_id})))
    assert done
    assert (done.gates[0].missing, done.gates[0].falls_on) == ((), measure.due_on)

    projects = Project.objects.visible_to(bob).filter(municipality=municipality).select_related("phase")
    [fall] = four_answers(bob, [municipality], projects)[municipality.pk].next_year.falls
    assert fall.on == measure.due_on


CALLED = {"de": "Kommune insgesamt", "en": "Municipality as a whole"}
SAYS = {
    "page": lambda client, bob, one: page(client, bob, reverse("reports:profile", args=[one.public_id])),
    "short PDF": lambda client, bob, one: pdf(client, bob, reverse("reports:pdf", args=[one.public_id]), umfang="kurz"),
    "long PDF": lambda client, bob, one: pdf(client, bob, reverse("reports:pdf", args=[one.public_id]), umfang="lang"),
    "spreadsheet": lambda client, bob, one: cells(client, bob, reverse("reports:xlsx", args=[one.public_id])),
    "collected": lambda client, bob, one: pdf(client, bob, of(one.project.municipality, "collected")),
    "portfolio": lambda client, bob, one: pdf(client, bob, of(one.project.municipality, "portfolio_pdf")),
    "start": lambda client, bob, one: page(client, bob, reverse("home")),
    "plan": lambda client, bob, one: page(client, bob, of(one.project.municipality, "plan")),
    "development": lambda client, bob, one: page(client, bob, of(one.project.municipality, "development")),
    "links": lambda client, bob, one: page(client, bob, reverse("reports:share_links", args=[one.public_id])),
}


@pytest.mark.parametrize("made_in", CALLED)
@pytest.mark.parametrize("read_in", CALLED)
@pytest.mark.parametrize("surface", SAYS)
def test_municipality_as_a_whole_is_called_so_in_the_readers_language(
    client, bob, municipality, edition, surface, made_in, read_in
):
    with override(made_in):
        assessment = workflow.start_assessment(project=whole(municipality, bob), by=bob)
    due = timezone.localdate() - timedelta(days=3)
    Measure.objects.create(project=assessment.project, text="Beschluss", criterion_key="beides", due_on=due)
    answer(assessment, bob, {key: Answer("rated", 3, "So ist es") for key in ("amt", "beides", "haus")})
    approved(assessment, bob, date(2026, 3, 1))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = read_in
    text = SAYS[surface](client, bob, assessment)
    [other] = {*CALLED} - {read_in}
    assert CALLED[read_in] in text
    assert "heißt jetzt" not in text
    assert "is now called" not in text
    assert CALLED[other] not in text, text[max(0, text.find(CALLED[other]) - 120) :][:260]


@pytest.mark.parametrize("read_in", CALLED)
def test_mail_of_the_week_and_a_hand_over_call_it_so_in_the_readers_language(bob, municipality, edition, read_in):
    project = whole(municipality, bob)
    today = timezone.localdate()
    Measure.objects.create(project=project, text="Beschluss", criterion_key="beides", due_on=today, owner=bob)
    with override(read_in):
        [task] = digest_for(bob, today).due
        [kept] = list_belongings(bob, municipality)
    assert task.project == CALLED[read_in]
    assert kept.items == (f"Beschluss ({CALLED[read_in]})",)


def test_name_that_a_municipality_chose_stays(municipality, bob, edition):
    project = whole(municipality, bob)
    project.name = "Ganz Musterhafen"
    with override("en"):
        assert project.shown_name == "Ganz Musterhafen"
