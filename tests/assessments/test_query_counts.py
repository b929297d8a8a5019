"""What a page costs, counted over the whole request on a connection of its own: session and user included."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Measure
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, save_score
from catalogue.edition_cache import cached_edition
from scaling.accounts.models import Municipality
from tests.factories import make_catalogue, make_project

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2027, 3, 31)


def statements(queries) -> list[str]:
    """Without the two that open and close a transaction, which carry no data."""
    return [query["sql"] for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]


def second_round(municipality, alice, bob, *, criteria, proofs):
    """A round with everything around it: an earlier one, one of the house, evidence, measures; three criteria are answered."""
    edition = make_catalogue(criteria)
    house = make_project(municipality, "Verwaltung", is_municipality_wide=True, team=[alice])
    project = make_project(municipality, team=[alice])
    for subject in (house, project):
        assessment = workflow.start_assessment(project=subject, by=alice)
        for score in assessment.scores.all()[:3]:
            evidence = [NewEvidence(f"Nachweis {n}", "https://example.org/") for n in range(proofs)]
            save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Grund"), evidence=evidence)
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)
    for n in range(proofs):
        Measure.objects.create(project=project, criterion_key="kriterium-1", text=f"Maßnahme {n}", owner=alice)
    cached_edition(edition)  # the first request of a process to an edition reads the catalogue, none after it
    return workflow.start_assessment(project=project, by=alice)


#: Statements a page or a save costs, session and person included.
OPENING, AUTOSAVE, SAVING, ONWARDS, TABLE, OVERVIEW = 6, 6, 6, 7, 5, 6
ANSWER = {"version": 1, "choice": "3", "rationale": "Neu", "target_level": "4", "target_date": "2027-03-31"}


def opening(client, assessment):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/")
    assert response.status_code == 200
    assert "Nachweis 0" in response.text
    assert "Maßnahme 0" in response.text
    return statements(queries)


def saving(client, assessment, button, *, version=1, rationale="Neu"):
    answer = {**ANSWER, "version": version, "rationale": rationale, button: "1"}
    with CaptureQueriesContext(connection) as queries:
        response = client.post(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/", answer)
    assert response.status_code == (200 if button == "autosave" else 302)
    assert Answer.of(assessment.scores.get(criterion__key="kriterium-1")) == Answer("rated", 3, rationale, 4, DAY)
    return statements(queries)


def showing(client, assessment, page=""):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/bewertungen/{assessment.public_id}/{page}")
    assert response.text.count("Kriterium kriterium-") >= assessment.scores.count()
    return statements(queries)


@pytest.mark.parametrize("who", ["alice", "bob"])
@pytest.mark.parametrize(("criteria", "proofs"), [(1, 1), (3, 3)])
def test_opening_a_criterion(client, municipality, alice, bob, who, criteria, proofs):
    assessment = second_round(municipality, alice, bob, criteria=criteria, proofs=proofs)
    client.force_login({"alice": alice, "bob": bob}[who])
    found = opening(client, assessment)
    assert len(found) == OPENING, "\n".join(found)


@pytest.mark.parametrize(("criteria", "proofs"), [(1, 1), (3, 3)])
@pytest.mark.parametrize(("button", "cost"), [("weiter", ONWARDS), ("bleiben", SAVING), ("autosave", AUTOSAVE)])
def test_saving_a_criterion(client, municipality, alice, bob, criteria, proofs, button, cost):
    assessment = second_round(municipality, alice, bob, criteria=criteria, proofs=proofs)
    client.force_login(alice)
    found = saving(client, assessment, button)
    assert len(found) == cost, "\n".join(found)


@pytest.mark.parametrize(("page", "cost"), [("", OVERVIEW), ("tabelle/", TABLE)])
@pytest.mark.parametrize("criteria", [1, 3])
def test_showing_all_criteria(client, municipality, alice, bob, criteria, page, cost):
    assessment = second_round(municipality, alice, bob, criteria=criteria, proofs=1)
    client.force_login(alice)
    found = showing(client, assessment, page)
    assert len(found) == cost, "\n".join(found)


def test_nothing_costs_more_with_200_criteria(client, municipality, alice, bob):
    assessment = second_round(municipality, alice, bob, criteria=200, proofs=3)
    client.force_login(alice)
    assert {
        "opening": len(opening(client, assessment)),
        "autosave": len(saving(client, assessment, "autosave", rationale="A")),
        "saving": len(saving(client, assessment, "bleiben", version=2, rationale="B")),
        "onwards": len(saving(client, assessment, "weiter", version=3, rationale="C")),
        "overview": len(showing(client, assessment)),
        "table": len(showing(client, assessment, "tabelle/")),
    } == {
        "opening": OPENING,
        "autosave": AUTOSAVE,
        "saving": SAVING,
        "onwards": ONWARDS,
        "overview": OVERVIEW,
        "table": TABLE,
    }


@pytest.mark.parametrize("rounds", [1, 3])
def test_project(client, municipality, alice, bob, rounds):
    make_catalogue(2)
    project = make_project(municipality, team=[alice])
    for _ in range(rounds):
        assessment = workflow.start_assessment(project=project, by=alice)
        Measure.objects.create(project=project, text="Maßnahme", owner=alice)
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)
    cached_edition(assessment.edition)
    client.force_login(alice)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/projekte/{project.public_id}/").status_code == 200
    assert len(statements(queries)) == 11, "\n".join(statements(queries))


@pytest.mark.parametrize("projects", [1, 3])
def test_municipality(client, municipality, alice, bob, projects):
    make_catalogue(2)
    for n in range(projects):
        workflow.start_assessment(project=make_project(municipality, f"Projekt {n}", team=[alice]), by=alice)
    Municipality.objects.create(name="Andere", ags="09999002")
    client.force_login(bob)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/kommunen/{municipality.public_id}/").status_code == 200
    assert len(statements(queries)) == 10, "\n".join(statements(queries))


def test_municipality_reads_two_rounds_a_project_however_many_years_there_are(client, municipality, alice, bob):
    make_catalogue(2)
    project = make_project(municipality, team=[alice])
    for _year in range(3):
        assessment = workflow.start_assessment(project=project, by=alice)
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)
    running = workflow.start_assessment(project=project, by=alice)
    client.force_login(bob)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/kommunen/{municipality.public_id}/")
    (row,) = page.context["projects"]
    assert (row.approved.round, row.running) == (3, running)
    (rounds,) = (one for one in statements(queries) if "step_rows" in one)
    with connection.cursor() as cursor:
        cursor.execute(rounds)
        assert len(cursor.fetchall()) == 2
