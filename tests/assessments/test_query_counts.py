"""What a page costs, counted over the whole request on a connection of its own: session and user included."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import workflow
from assessments.guidance import guide_to
from assessments.models import Measure
from assessments.saving import Answer, NewEvidence, save_score
from scaling.accounts.models import Municipality
from tests.factories import make_catalogue, make_project

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2027, 3, 31)


def statements(queries) -> list[str]:
    """Without the two that open and close a transaction, which carry no data."""
    return [query["sql"] for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]


def second_round(municipality, alice, bob, *, criteria, proofs):
    """A round with everything around it: an earlier one, one of the house, evidence, measures."""
    edition = make_catalogue(criteria)
    house = make_project(municipality, "Verwaltung", is_municipality_wide=True, team=[alice])
    project = make_project(municipality, team=[alice])
    for subject in (house, project):
        assessment = workflow.start_assessment(project=subject, by=alice)
        for score in assessment.scores.all():
            evidence = [NewEvidence(f"Nachweis {n}", "https://example.org/") for n in range(proofs)]
            save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Grund"), evidence=evidence)
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)
    for n in range(proofs):
        Measure.objects.create(project=project, criterion_key="kriterium-1", text=f"Maßnahme {n}", owner=alice)
    guide_to(edition)  # the first request of a process to an edition reads the catalogue, none after it
    return workflow.start_assessment(project=project, by=alice)


@pytest.mark.parametrize("who", ["alice", "bob"])
@pytest.mark.parametrize(("criteria", "proofs"), [(1, 1), (3, 3)])
def test_opening_a_criterion(client, municipality, alice, bob, who, criteria, proofs):
    assessment = second_round(municipality, alice, bob, criteria=criteria, proofs=proofs)
    client.force_login({"alice": alice, "bob": bob}[who])
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/bewertungen/{assessment.public_id}/kriterium-1/")
    assert response.status_code == 200
    assert "Nachweis 0" in response.text
    assert "Maßnahme 0" in response.text
    assert len(statements(queries)) == 6, "\n".join(statements(queries))


@pytest.mark.parametrize(("criteria", "proofs"), [(1, 1), (3, 3)])
@pytest.mark.parametrize("button", ["weiter", "bleiben"])
def test_saving_a_criterion(client, municipality, alice, bob, criteria, proofs, button):
    assessment = second_round(municipality, alice, bob, criteria=criteria, proofs=proofs)
    client.force_login(alice)
    answer = {"version": 1, "choice": "3", "rationale": "Neu", "target_level": "4", "target_date": "2027-03-31", button: "1"}
    with CaptureQueriesContext(connection) as queries:
        response = client.post(f"/bewertungen/{assessment.public_id}/kriterium-1/", answer)
    assert response.status_code == 302
    assert Answer.of(assessment.scores.get(criterion__key="kriterium-1")) == Answer("rated", 3, "Neu", 4, DAY)
    assert len(statements(queries)) == {"weiter": 8, "bleiben": 7}[button], "\n".join(statements(queries))


@pytest.mark.parametrize("criteria", [1, 3])
def test_overview(client, municipality, alice, bob, criteria):
    assessment = second_round(municipality, alice, bob, criteria=criteria, proofs=1)
    client.force_login(alice)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/bewertungen/{assessment.public_id}/").status_code == 200
    assert len(statements(queries)) == 6, "\n".join(statements(queries))


@pytest.mark.parametrize("rounds", [1, 3])
def test_project(client, municipality, alice, bob, rounds):
    make_catalogue(2)
    project = make_project(municipality, team=[alice])
    for _ in range(rounds):
        assessment = workflow.start_assessment(project=project, by=alice)
        Measure.objects.create(project=project, text="Maßnahme", owner=alice)
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)
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
    assert len(statements(queries)) == 6, "\n".join(statements(queries))
