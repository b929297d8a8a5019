"""The portfolio as a PDF across the page, and narrowed by the day of the approval."""

import io
import re
from datetime import date, timedelta

import pikepdf
import pypdfium2
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from page import validate_pdf_bytes

from assessments.models import Measure
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.portfolio.texts import standing, waits_for_criterion
from assessments.services import workflow
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved
from tests.reports.pdf_facts import open_pdf
from tests.reports.test_pdf_structure import passages

BACKEND = "django.contrib.auth.backends.ModelBackend"


def fetch(client, person, municipality, name="portfolio_pdf", **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse(f"reports:{name}", args=[municipality.public_id]), query)


def another(municipality, by, name, on=date(2026, 2, 1), **project):
    assessment = workflow.start_assessment(project=make_project(municipality, name, **project), by=by)
    answer(assessment, by, FIRST)
    return approved(assessment, by, on)


def text_of(content):
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)).split())


@pytest.mark.parametrize("language", ["de", "en"])
def test_pdf_says_what_the_page_says_and_can_be_archived(client, bob, municipality, edition, language):
    for name in ("Ämterbuch", "Zählwerk"):
        another(municipality, bob, name)
    Measure.objects.create(
        project=municipality.projects.get(name="Zählwerk"), text="Rat befassen", due_on=date(2026, 1, 7), owner_text="Kämmerei"
    )
    with translation.override(language):
        portfolio = portfolio_of(bob, municipality, {})[0]
        said = [standing(portfolio), waits_for_criterion(portfolio.obstacle_criteria[0])]
        figure = portfolio.rows[0].overall
        assert figure
    response = fetch(client, bob, municipality, sprache=language)
    assert response.status_code == 200
    text = text_of(response.content)
    for sentence in said:
        assert sentence in text
    assert text.index("Rat befassen") < text.index(said[1])  # what is overdue comes first
    assert "Kämmerei" in text
    assert f"{figure.n} {'von' if language == 'de' else 'of'} {figure.m}" in text
    width, height = pypdfium2.PdfDocument(response.content)[0].get_size()
    assert width > height
    for profile in ("ua1", "3a"):
        assert validate_pdf_bytes(response.content, profile=profile).failures == []
    with open_pdf(response.content) as pdf:
        assert passages(pdf) == ([] if language == "de" else ["Rat befassen"])


def test_smallest_text_is_that_of_notes():
    """In all sheets for paper: 8.5 pt, and the page's own text ten."""
    sheets = {file.name: file.read_text() for file in (settings.BASE_DIR / "static" / "css").glob("print-*.css")}
    sizes = {name: [float(size) for size in re.findall(r"font(?:-size)?: ([\d.]+)pt", text)] for name, text in sheets.items()}
    assert sizes["print-report.css"]
    assert {name: min(found) for name, found in sizes.items() if found and min(found) < 8.5} == {}


def test_pdf_shows_what_the_page_was_narrowed_to_and_the_reader_sees(client, bob, rita, charlie, municipality, edition):
    assert fetch(client, bob, municipality).status_code == 404  # there is nothing yet
    for name, phase in (("Ämterbuch", "p1"), ("Zählwerk", "p2")):
        another(municipality, bob, name, phase=phase)
    text = text_of(fetch(client, bob, municipality, phase="p2").content)
    assert "Zählwerk" in text
    assert "Ämterbuch" not in text
    assert fetch(client, rita, municipality).status_code == 200
    assert fetch(client, charlie, municipality).status_code == 404


def test_each_figure_of_the_pdf_leads_to_its_reason(client, bob, municipality, edition):
    another(municipality, bob, "Ämterbuch")
    (row,) = portfolio_of(bob, municipality, {})[0].rows
    with pikepdf.open(io.BytesIO(fetch(client, bob, municipality).content)) as pdf:
        links = {str(one.A.URI) for page in pdf.pages for one in page.get("/Annots", ()) if "/A" in one}
    assert row.record
    wanted = {f"/bewertungen/{row.record.assessment_id}/profil/#w-{one.key}" for one in row.figures if one.mean is not None}
    assert wanted
    assert wanted <= {link.removeprefix(settings.SITE_URL) for link in links}


# --- By the day of the approval ---------------------------------------------------------------------------------------------


def test_projects_are_narrowed_by_when_they_were_approved(client, bob, municipality, edition):
    today = timezone.localdate()
    for name, days in (("Frisch", 10), ("Älter", 200), ("Alt", 400)):
        another(municipality, bob, name, on=today - timedelta(days=days))
    make_project(municipality, "Ohne")

    def found(word):
        return {row.name for row in portfolio_of(bob, municipality, {"freigegeben": word})[0].rows}

    assert found("3-monate") == {"Frisch"}
    assert found("12-monate") == {"Frisch", "Älter"}
    assert found("aelter") == {"Alt"}
    assert found("gestern") == {"Frisch", "Älter", "Alt", "Ohne"}  # means nothing, so it narrows nothing
    page = fetch(client, bob, municipality, "portfolio", freigegeben="aelter").text
    assert "portfolio.pdf?freigegeben=aelter" in page


# --- By the field of action -------------------------------------------------------------------------------------------------


def test_projects_are_narrowed_by_their_field_of_action(client, bob, municipality, edition):
    for name, field in (("Bus", "mobilitaet"), ("Licht", "energie"), ("Ohne", "")):
        project = make_project(municipality, name)
        project.field = field
        project.save()

    def found(word):
        return {row.name for row in portfolio_of(bob, municipality, {"feld": word})[0].rows}

    assert found("mobilitaet") == {"Bus"}
    assert found("energie") == {"Licht"}
    assert found("bauen") == set()
    assert found("raumfahrt") == found("") == {"Bus", "Licht", "Ohne"}  # means nothing, so it narrows nothing
    page = fetch(client, bob, municipality, "portfolio", feld="energie").text
    assert "portfolio.pdf?feld=energie" in page
