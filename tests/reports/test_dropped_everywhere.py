"""A milestone that does not apply is named with its reason beside the gate, wherever that gate is told."""

import html
import io
import re
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.projects import standing_project
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved
from tests.reports.pdf_facts import text_of
from tests.scaling.api import ask, make_key

BACKEND = "django.contrib.auth.backends.ModelBackend"
REASON = "Macht der Landkreis."
SAID = f"„Kriterium vertrauen“ entfällt: {REASON}"
LEFT_OUT = {"vertrauen": Answer("not_applicable", rationale=REASON)}


def page(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def cells(response):
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def pdf(response):
    return " ".join(text_of(response.content).split())


#: How a surface is read, and what of it says that the milestone is left out and why.
IN_WORDS = {"page": page, "xlsx": cells, "pdf": pdf}
#: Name of an address, what it is asked for with, and how it is read.
SURFACES = {
    "portfolio": ("portfolio", {}, "page"),
    "portfolio, narrowed": ("portfolio", {"phase": "p3"}, "page"),
    "portfolio as a spreadsheet": ("portfolio_xlsx", {}, "xlsx"),
    "portfolio as a PDF": ("portfolio_pdf", {}, "pdf"),
    "collected report": ("collected", {}, "pdf"),
    "start page": ("", {}, "page"),
}
OF_THE_WHOLE = {
    "portfolio": ("portfolio", {}, "page"),
    "portfolio as a spreadsheet": ("portfolio_xlsx", {}, "xlsx"),
    "portfolio as a PDF": ("portfolio_pdf", {}, "pdf"),
    "collected report": ("collected", {}, "pdf"),
    "municipal profile": ("municipal", {}, "page"),
    "municipal profile as a short PDF": ("municipal_pdf", {"umfang": "kurz"}, "pdf"),
    "municipal profile as a long PDF": ("municipal_pdf", {"umfang": "lang"}, "pdf"),
    "municipal profile as a spreadsheet": ("municipal_xlsx", {}, "xlsx"),
    "page of the municipality": ("municipality", {}, "page"),
    "start page": ("", {}, "page"),
}


def fetch(client, person, municipality, name, query):
    client.force_login(person, backend=BACKEND)
    response = client.get(reverse(f"reports:{name}", args=[municipality.public_id]) if name else "/", query)
    assert response.status_code == 200
    return response


@pytest.fixture
def pilot(municipality, bob, edition):
    """A project whose cross-phase milestone does not apply."""
    assessment = workflow.start_assessment(project=make_project(municipality, "Parkraum-App"), by=bob)
    answer(assessment, bob, {**FIRST, **LEFT_OUT})
    return approved(assessment, bob, date(2026, 2, 1))


@pytest.fixture
def house(municipality, bob, edition):
    """The municipality's own round, of which the same is true, beside a project in which nobody has begun."""
    make_project(municipality, "Ohne Bewertung")
    assessment = workflow.start_assessment(project=standing_project(municipality=municipality, by=bob), by=bob)
    answer(assessment, bob, {**LEFT_OUT, "personal": FIRST["personal"]})
    return approved(assessment, bob, date(2026, 3, 1))


@pytest.mark.parametrize("surface", SURFACES)
def test_project(client, bob, municipality, pilot, surface):
    name, query, kind = SURFACES[surface]
    assert SAID in IN_WORDS[kind](fetch(client, bob, municipality, name, query))


@pytest.mark.parametrize("surface", OF_THE_WHOLE)
def test_municipality_itself(client, bob, municipality, house, surface):
    name, query, kind = OF_THE_WHOLE[surface]
    assert SAID in IN_WORDS[kind](fetch(client, bob, municipality, name, query))


def test_projection(client, bob, municipality, pilot):
    client.force_login(bob, backend=BACKEND)
    response = client.get(reverse("reports:what_if", args=[pilot.project.public_id]), {"ziel": "personal:4"})
    assert page(response).count(SAID) == 5, "each gate asks for it"


@pytest.mark.parametrize("name", ["portfolio_json", "api"])
def test_portfolio_as_json(client, bob, municipality, pilot, house, name):
    if name == "api":
        document = ask(make_key(municipality, bob), "portfolio").json()
    else:
        document = fetch(client, bob, municipality, name, {}).json()
    told = [{"criterion": "vertrauen", "title": "Kriterium vertrauen", "reason": REASON}]
    project = next(one for one in document["projects"] if one["name"] == "Parkraum-App")
    assert [gate["dropped"] for gate in project["gates"]] == [told] * 5
    assert [gate["dropped"] for gate in document["municipality_as_a_whole"]["gates"]] == [told]


@pytest.mark.parametrize("name", ["municipal_json", "api"])
def test_municipal_profile_as_json(client, bob, municipality, house, name):
    if name == "api":
        document = ask(make_key(municipality, bob), "municipal_profile").json()
    else:
        document = fetch(client, bob, municipality, name, {}).json()
    assert document["own"]["gate"]["dropped"] == [{"criterion": "vertrauen", "title": "Kriterium vertrauen", "reason": REASON}]


def test_in_the_language_of_whoever_reads(client, bob, municipality, pilot, house):
    client.cookies["django_language"] = "en"
    for name in ("portfolio", "municipal"):
        assert f"‘Trust’ is left out: {REASON}" in page(fetch(client, bob, municipality, name, {})), name


def test_report_with_many_of_them_says_how_many_follow(client, bob, municipality, edition):
    keys = ("vertrauen", "zielbild", "pilotbericht", "personal")
    assessment = workflow.start_assessment(project=make_project(municipality, "Parkraum-App", phase="p3"), by=bob)
    answer(assessment, bob, {key: Answer("not_applicable", rationale=f"{key}: {REASON}") for key in keys})
    approved(assessment, bob, date(2026, 2, 1))
    text = pdf(fetch(client, bob, municipality, "collected", {}))
    assert "3 Meilensteine entfallen, weil sie nicht zutreffen." in text
    assert f"„Kriterium vertrauen“ entfällt: vertrauen: {REASON}" in text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (FIRST, "noch nicht erreicht (1 fehlt) "),
        ({**FIRST, **LEFT_OUT}, "erreicht (1 entfällt) "),
        ({**FIRST, **LEFT_OUT, "zielbild": LEFT_OUT["vertrauen"]}, "erreicht (2 entfallen) "),
        ({**FIRST, **LEFT_OUT, "pilotbericht": Answer("rated", 1, "Fehlt")}, "noch nicht erreicht (1 fehlt, 1 entfällt) "),
    ],
)
def test_overview_of_the_collected_report_counts_beside_the_gate(client, bob, project, answers, said):
    assessment = workflow.start_assessment(project=project, by=bob)
    answer(assessment, bob, answers)
    approved(assessment, bob, date(2026, 3, 1))
    client.force_login(bob, backend=BACKEND)
    text = pdf(client.get(reverse("reports:collected", args=[project.municipality.public_id]))).replace("\u00a0", " ")
    overview = text[: text.index("Die Spalten 0 bis 4")] + " "
    assert said in overview
    assert " – " not in overview
