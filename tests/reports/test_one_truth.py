"""Whoever looks, in whatever role, reads the same result of a project with the same round, also while the next one is worse."""

import html
import io
import re
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from assessments.services import workflow
from assessments.services.answers import Answer
from tests.reports.conftest import FIRST, answer, approved
from tests.reports.pdf_facts import text_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
GOOD = FIRST | {"vertrauen": Answer("rated", 3, "Vertrag"), "pilotbericht": Answer("rated", 3, "Bericht")}
ROLES = {"manager": "bob", "team": "alice", "reader": "rita"}


def tidy(text):
    return " ".join(text.replace("\u00a0", " ").split())


def page(response):
    return tidy(html.unescape(re.sub(r"<[^>]+>", " ", response.text)))


def pdf(response):
    return tidy(text_of(response.content))


def cells(response):
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return tidy(
        " ".join(str(one) for sheet in book for row in sheet.iter_rows(values_only=True) for one in row if one is not None)
    )


#: Where, how it is read, and what is told of the approved round.
SAYS = {
    "start": (lambda project: "/", page, ["erreicht", "laut Runde 1 vom 1. März 2026"]),
    "project": (lambda project: project.get_absolute_url(), page, ["Phasentor erreicht", "laut Runde 1"]),
    "municipality": (
        lambda project: reverse("reports:municipality", args=[project.municipality.public_id]),
        page,
        ["Phasentor der jeweiligen Phase: 1 erreicht.", "Runde 1, freigegeben am 1. März 2026"],
    ),
    "portfolio": (
        lambda project: reverse("reports:portfolio", args=[project.municipality.public_id]),
        page,
        ["P3 Pilot: erreicht", "Runde 1, 01.03.2026"],
    ),
    "portfolio as a PDF": (
        lambda project: reverse("reports:portfolio_pdf", args=[project.municipality.public_id]),
        pdf,
        ["P3 erreicht", "Runde 1, 01.03.2026"],
    ),
    "portfolio as a spreadsheet": (
        lambda project: reverse("reports:portfolio_xlsx", args=[project.municipality.public_id]),
        cells,
        ["erreicht", "Runde 1"],
    ),
    "portfolio as JSON": (
        lambda project: reverse("reports:portfolio_json", args=[project.municipality.public_id]),
        lambda response: str(response.json()["projects"][0]["gates"]),
        ["reached"],
    ),
    "collected": (
        lambda project: reverse("reports:collected", args=[project.municipality.public_id]),
        pdf,
        ["P3 Pilot: erreicht", "Runde 1, 01.03.2026"],
    ),
}
#: What would be told of the worse one.
WORSE = ("noch nicht erreicht", "blocked", "Meilenstein fehlt", "Meilensteine fehlen")
#: What a list can be narrowed by, and what its marks mean: said of no project.
OF_NONE = re.compile(r"Stand alle .*? Eingrenzen|P1 Phasentor erreicht P2 noch nicht erreicht P3 nicht geprüft")


@pytest.fixture
def worse(project, bob, rita):
    """Approved in March with its gate reached; in the next round everything fell."""
    assessment = workflow.start_assessment(project=project, by=bob)
    answer(assessment, bob, GOOD)
    approved(assessment, bob, date(2026, 3, 1))
    later = workflow.start_assessment(project=project, by=bob)
    answer(later, bob, {key: Answer("rated", 0, "Gefallen") for key in GOOD})
    return later


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("surface", SAYS)
def test_each_role_reads_what_was_approved(request, client, project, worse, surface, role):
    address, read, said = SAYS[surface]
    client.force_login(request.getfixturevalue(ROLES[role]), backend=BACKEND)
    response = client.get(address(project))
    assert response.status_code == 200
    text = OF_NONE.sub("", read(response))
    for one in said:
        assert one in text
    for one in WORSE:
        assert one not in text


@pytest.fixture
def taken_back(project, worse, bob):
    """The next round, in which everything fell, was approved, too, and reopened: what was approved before speaks again."""
    workflow.submit(assessment=worse, by=bob)
    workflow.approve(assessment=worse, by=bob)
    workflow.reopen(assessment=worse, by=bob, reason="Noch einmal")
    return worse


@pytest.mark.parametrize("surface", SAYS)
def test_round_that_was_reopened_speaks_nowhere(client, project, taken_back, bob, surface):
    address, read, said = SAYS[surface]
    client.force_login(bob, backend=BACKEND)
    text = OF_NONE.sub("", read(client.get(address(project))))
    for one in said:
        assert one in text
    for one in WORSE:
        assert one not in text
