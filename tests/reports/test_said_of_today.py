"""What lists say of today: reopened is not „never approved“, carried over is not looked at, and who left is not there."""

import html
import io
import re
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.mail.digest import compose_digest, digest_for
from assessments.models import Evidence, Measure, Project
from assessments.reports.four_answers import texts
from assessments.reports.four_answers.build import four_answers
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.projects import standing_project
from scaling.accounts import invitations
from scaling.accounts.models import Membership, Role
from scaling.privacy.anonymising import anonymise
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved
from tests.reports.pdf_facts import text_of
from tests.scaling.api import ask, make_key

BACKEND = "django.contrib.auth.backends.ModelBackend"


def fetch(client, person, path, **query):
    client.force_login(person, backend=BACKEND)
    response = client.get(path, query)
    assert response.status_code == 200, path
    return response


def page(client, person, path, **query):
    text = fetch(client, person, path, **query).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def cells(client, person, path, sheet=None):
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, person, path).content))
    found = [book[sheet]] if sheet else book
    text = " ".join(str(cell) for one in found for row in one.iter_rows(values_only=True) for cell in row if cell is not None)
    return text.replace("\u00a0", " ")


def pdf(client, person, path, **query):
    return " ".join(text_of(fetch(client, person, path, **query).content).split())


def of(municipality, name):
    return reverse(f"reports:{name}", args=[municipality.public_id])


def another(municipality, by, name, answers=FIRST, on=date(2026, 2, 1)):
    assessment = workflow.start_assessment(project=make_project(municipality, name), by=by)
    answer(assessment, by, answers)
    return approved(assessment, by, on)


# --- Reopened ---------------------------------------------------------------------------------------------------------------

REOPENED = "wieder geöffnet, zuletzt freigegeben am 20. Mai 2025"
READ = {
    "start": lambda client, person, where: page(client, person, "/"),
    "portfolio": lambda client, person, where: page(client, person, of(where, "portfolio")),
    "portfolio as a spreadsheet": lambda client, person, where: cells(client, person, of(where, "portfolio_xlsx")),
    "portfolio as a PDF": lambda client, person, where: pdf(client, person, of(where, "portfolio_pdf")),
}


@pytest.mark.parametrize("surface", READ)
def test_reopened_round_is_not_told_as_never_approved(client, bob, municipality, first, surface):
    workflow.reopen(assessment=first, by=bob, reason="Noch einmal")
    another(municipality, bob, "Ämterbuch")
    text = READ[surface](client, bob, municipality)
    assert REOPENED in text
    assert "noch nichts freigegeben" not in text
    assert "noch keines" not in text
    assert "noch nicht freigegeben" not in text


def test_what_never_was_approved_is_told_so(client, bob, municipality, first):
    make_project(municipality, "Neu")
    assert "noch nichts freigegeben" in page(client, bob, of(municipality, "portfolio"))
    assert "noch keines" in page(client, bob, "/")


@pytest.fixture
def house(municipality, bob, first):
    """The municipality's own round, approved and reopened."""
    assessment = workflow.start_assessment(project=standing_project(municipality=municipality, by=bob), by=bob)
    answer(assessment, bob, FIRST)
    approved(assessment, bob, date(2026, 3, 1))
    workflow.reopen(assessment=assessment, by=bob, reason="Noch einmal")
    return assessment


@pytest.mark.parametrize("role", ["bob", "rita"])
@pytest.mark.parametrize("name", ["municipal", "municipal_pdf", "municipal_xlsx"])
def test_reopened_own_round_is_not_told_as_never_approved(request, client, municipality, house, name, role):
    readers: dict[str, Any] = {"municipal": page, "municipal_pdf": pdf, "municipal_xlsx": cells}
    read = readers[name]
    text = read(client, request.getfixturevalue(role), of(municipality, name))
    for untrue in ("noch nichts freigegeben", "noch nicht freigegeben"):
        assert untrue not in text
    said = "wieder geöffnet, zuletzt freigegeben am 1. März 2026"
    assert (said in text) == (role == "bob"), "a reader sees no running round"


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_reopened_round_is_no_draft_that_never_was_approved(client, bob, first, variant):
    workflow.reopen(assessment=first, by=bob, reason="Noch einmal")
    for text in (
        page(client, bob, reverse("reports:profile", args=[first.public_id])),
        pdf(client, bob, reverse("reports:pdf", args=[first.public_id]), umfang=variant),
    ):
        assert "noch nicht freigegeben" not in text.lower()
        assert "nicht freigegeben" in text.lower()


# --- Gone -------------------------------------------------------------------------------------------------------------------

WHO = "Alice (nicht mehr dabei)"
LATE = {
    "four answers": lambda client, bob, where, project: page(client, bob, of(where, "municipality")),
    "start": lambda client, bob, where, project: page(client, bob, "/"),
    "portfolio": lambda client, bob, where, project: page(client, bob, of(where, "portfolio")),
    "portfolio as a PDF": lambda client, bob, where, project: pdf(client, bob, of(where, "portfolio_pdf")),
    "portfolio as a spreadsheet": lambda client, bob, where, project: cells(client, bob, of(where, "portfolio_xlsx")),
    "portfolio as JSON": lambda client, bob, where, project: str(fetch(client, bob, of(where, "portfolio_json")).json()),
    "plan": lambda client, bob, where, project: page(client, bob, of(where, "plan")),
    "calendar": lambda client, bob, where, project: (
        fetch(client, bob, of(where, "plan_calendar")).text.replace("\r\n ", "").replace("\\", "")
    ),
    "project": lambda client, bob, where, project: page(client, bob, project.get_absolute_url()),
    "measures": lambda client, bob, where, project: page(
        client, bob, reverse("assessments:measures", args=[project.public_id])
    ),
    "projection": lambda client, bob, where, project: page(client, bob, reverse("reports:what_if", args=[project.public_id])),
    "plan by the API": lambda client, bob, where, project: str(ask(make_key(where, bob), "plan").json()),
    "measures by the API": lambda client, bob, where, project: str(ask(make_key(where, bob), "measures").json()),
}


@pytest.fixture
def late(first, alice):
    due = timezone.localdate() - timedelta(days=3)
    return Measure.objects.create(project=first.project, criterion_key="vertrauen", text="Amt", owner=alice, due_on=due)


@pytest.mark.parametrize("surface", LATE)
def test_who_left_and_is_late_is_named_as_gone(client, alice, bob, municipality, late, surface):
    assert WHO not in LATE[surface](client, bob, municipality, late.project)
    invitations.remove(membership=alice.memberships.get(), by=bob)
    assert WHO in LATE[surface](client, bob, municipality, late.project)


def test_who_left_one_of_two_projects_is_gone_from_that_one(client, alice, bob, municipality, late):
    other = make_project(municipality, "Ämterbuch", team=[alice])
    Measure.objects.create(project=other, text="Noch da", owner=alice, due_on=late.due_on)
    late.project.team.remove(alice)
    told = page(client, bob, of(municipality, "municipality"))
    assert f"{WHO}: 1 Maßnahme" in told
    assert "Alice: 1 Maßnahme" in told


@pytest.mark.parametrize("surface", LATE)
def test_who_was_made_anonymous_is_named_nowhere(client, alice, bob, municipality, late, surface):
    anonymise(user=alice, by=bob)
    assert "Alice" not in LATE[surface](client, bob, municipality, late.project)


# --- Changes ----------------------------------------------------------------------------------------------------------------


def answers_of(person, municipality):
    projects = Project.objects.visible_to(person).filter(municipality=municipality).select_related("phase")
    return four_answers(person, [municipality], projects)[municipality.pk]


def test_what_was_only_carried_over_has_not_stayed_the_same(client, bob, municipality, first):
    later = workflow.start_assessment(project=first.project, by=bob)
    approved(later, bob, date(2026, 5, 1))
    said = " ".join(texts.standing(answers_of(bob, municipality)))
    assert "Seit der jeweils vorigen Runde ist kein Kriterium gestiegen oder gesunken; 5 Antworten sind nur übernommen." in said
    for text in (page(client, bob, of(municipality, "portfolio")), pdf(client, bob, of(municipality, "portfolio_pdf"))):
        assert "Seit der jeweils vorigen Runde ist nichts gesunken; 5 Antworten sind nur übernommen." in text
        assert "0 gesunken, 0 gestiegen, 5 nur übernommen" in text
    assert "0 0 5 4 von 6" in cells(client, bob, of(municipality, "portfolio_xlsx"), "Veränderungen")


def test_what_was_looked_at_again_is_told_without(bob, municipality, first):
    later = workflow.start_assessment(project=first.project, by=bob)
    answer(later, bob, FIRST)
    approved(later, bob, date(2026, 5, 1))
    assert "nur übernommen" not in " ".join(texts.standing(answers_of(bob, municipality)))


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"personal": Answer("unknown")}, "Verglichen: 3 von 6 Kriterien."),
        ({"nutzertest": Answer("rated", 2, "Neu")}, "Verglichen: 4 von 6 Kriterien."),
        ({"nutzertest": Answer("rated", 2, "Neu"), "folgekosten": Answer("rated", 2, "Neu")}, "Verglichen: 4 von 6"),
    ],
)
def test_change_says_how_many_criteria_it_stands_on(client, bob, municipality, first, then, said):
    later = workflow.start_assessment(project=first.project, by=bob)
    answer(later, bob, {**FIRST, **then})
    approved(later, bob, date(2026, 5, 1))
    assert said in " ".join(texts.standing(answers_of(bob, municipality)))
    row = said.removeprefix("Verglichen: ").removesuffix(" Kriterien.") + " verglichen"
    assert row in page(client, bob, of(municipality, "portfolio"))
    assert row in pdf(client, bob, of(municipality, "portfolio_pdf"))


def test_trend_says_what_of_a_round_is_only_carried_over(client, bob, first):
    later = workflow.start_assessment(project=first.project, by=bob)
    assert "davon 4 nur übernommen" in page(client, bob, reverse("reports:profile", args=[later.public_id]))
    assert "davon 4 nur übernommen" in pdf(client, bob, reverse("reports:pdf", args=[later.public_id]), umfang="lang")


# --- Spreadsheet ------------------------------------------------------------------------------------------------------------

NOTHING = Answer("not_applicable", rationale="Macht der Landkreis.")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (None, "Dazu ist nichts freigegeben."),
        (dict.fromkeys(FIRST, NOTHING), "wartet auf einen Meilenstein. 1 ist nicht geprüft; darüber sagt das nichts."),
        (dict.fromkeys(FIRST, Answer("rated", 4, "Da")), "Kein freigegebenes Phasentor wartet auf einen Meilenstein."),
    ],
)
def test_sheet_of_milestones_tells_nothing_waits_from_not_examined(client, bob, municipality, project, answers, said):
    if answers:
        another(municipality, bob, "Ämterbuch", answers)
    text = cells(client, bob, of(municipality, "portfolio_xlsx"), "Offene Meilensteine")
    assert said in text
    assert ("nicht geprüft" in text) == ("nicht geprüft" in said)
    assert ("Kein freigegebenes" in text) == (answers is not None)


# --- Who reads --------------------------------------------------------------------------------------------------------------


def test_manager_whose_projects_are_all_archived_is_not_sent_to_the_manager(client, alice, bob, municipality, first):
    Project.objects.update(archived_at=timezone.now())
    text = page(client, bob, "/")
    assert "Fragen Sie die Leitung" not in text
    assert "Alle Projekte sind im Archiv." in text
    assert of(municipality, "municipality") in fetch(client, bob, "/").text
    assert "Fragen Sie die Leitung" in page(client, alice, "/")


@pytest.fixture
def twins(municipality, elsewhere, alice, bob, edition):
    """Two projects of one name in two municipalities, both Alice's and Bob's, with something of each kind to do."""
    projects = []
    for place in (municipality, elsewhere):
        for person, role in ((alice, Role.TEAM), (bob, Role.MANAGER)):
            Membership.objects.update_or_create(user=person, municipality=place, defaults={"role": role})
        project = make_project(place, "Parkraum-App", team=[alice])
        running = workflow.start_assessment(project=project, by=alice)
        answer(running, alice, FIRST)
        score = running.scores.get(criterion__key="vertrauen")
        Evidence.objects.create(score=score, text="Vertrag", valid_until=timezone.localdate() + timedelta(days=5))
        for person in (alice, bob):
            due = timezone.localdate() - timedelta(days=2)
            Measure.objects.create(project=project, text=f"Von {person}", owner=person, due_on=due)
            Measure.objects.create(project=project, text=f"Bald {person}", owner=person, due_on=due + timedelta(days=5))
        projects.append(project)
    return projects


def sections(text):
    return {
        title.strip(): rest
        for title, rest in re.findall(r"([A-ZÄÖÜ ,]{12,})\n(.*?)(?=\n[A-ZÄÖÜ ,]{12,}\n|\Z)", text, re.DOTALL)
    }


def test_mail_of_the_week_tells_projects_of_one_name_apart(alice, bob, municipality, elsewhere, twins):
    for round_ in (one.assessments.get() for one in twins):
        body = compose_digest(digest_for(alice, timezone.localdate())).body
        assert round_.project.municipality.name in body
    told = sections(compose_digest(digest_for(alice, timezone.localdate())).body)
    for round_ in (one.assessments.get() for one in twins):
        workflow.submit(assessment=round_, by=alice)
    told |= sections(compose_digest(digest_for(bob, timezone.localdate())).body)
    assert len(told) == 5, told.keys()
    for title, rest in told.items():
        for place in (municipality, elsewhere):
            assert f"Parkraum-App ({place.name})" in rest or f"Parkraum-App, {place.name}" in rest, title


def test_start_page_tells_projects_of_one_name_apart(client, alice, bob, municipality, elsewhere, twins):
    for round_ in (one.assessments.get() for one in twins):
        workflow.submit(assessment=round_, by=alice)
    for person, titles in ((bob, ("freigeben", "massnahmen", "neues", "aufgaben")), (alice, ("aufgaben",))):
        text = fetch(client, person, "/").text
        for title in titles:
            part = re.search(rf'<section aria-labelledby="{title}".*?</section>', text, re.DOTALL)
            assert part, title
            for place in (municipality, elsewhere):
                assert place.name in part[0], (title, place)


def test_one_municipality_is_not_named_again_and_again(client, alice, project):
    Measure.objects.create(project=project, text="Von Alice", owner=alice, due_on=timezone.localdate())
    assert "Stadt Musterhafen" not in compose_digest(digest_for(alice, timezone.localdate())).body


# --- What is checked, what is collected -------------------------------------------------------------------------------------


def test_unknown_document_may_be_one_whose_municipality_was_erased(client, settled):
    path = reverse("reports:document", args=["MUSTERHAFEN-1999-1"])
    text = " ".join(client.get(path, {"pruefsumme": "0" * 16}).text.split())
    assert "mit den Daten seiner Kommune gelöscht" in text


def test_archive_is_not_in_the_collected_report_which_says_so(client, bob, municipality, first):
    another(municipality, bob, "Ämterbuch")
    Project.objects.filter(pk=first.project_id).update(archived_at=timezone.now())
    text = pdf(client, bob, of(municipality, "collected"))
    assert "Parkraum-App" not in text
    assert "Projekte im Archiv stehen nicht darin." in text
    Project.objects.update(archived_at=timezone.now())
    assert client.get(of(municipality, "collected")).status_code == 404
    assert of(municipality, "collected") not in fetch(client, bob, of(municipality, "municipality")).text
