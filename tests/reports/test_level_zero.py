"""Level 0 is a remainder: it is told as what is still missing, and its example text is nobody's finding."""

import html
import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from assessments.services import workflow
from assessments.services.answers import Answer
from tests.factories import make_project
from tests.reports.conftest import answer, approved
from tests.reports.pdf_facts import text_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
MISSING = "Stufe 1 ist noch nicht erreicht"


def tidy(text):
    return " ".join(text.replace("\u00a0", " ").replace("\u00ad", "").split())


def page(response):
    return tidy(html.unescape(re.sub(r"<[^>]+>", " ", response.text)))


def cells(response):
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return tidy(
        " ".join(str(one) for sheet in book for row in sheet.iter_rows(values_only=True) for one in row if one is not None)
    )


def document(response):
    with zipfile.ZipFile(io.BytesIO(response.content)) as parts:
        xml = b" ".join(parts.read(name) for name in parts.namelist() if name.endswith(".xml")).decode()
    return tidy(html.unescape(re.sub(r"<[^>]+>", " ", xml)))


def pdf(response):
    return tidy(text_of(response.content))


#: Of one round or of the whole municipality, how it is read, and whether it describes the level of each criterion.
SURFACES = {
    "page": ("profile", {}, page, True),
    "text": ("text", {}, page, False),
    "short PDF": ("pdf", {"umfang": "kurz"}, pdf, False),
    "long PDF": ("pdf", {"umfang": "lang"}, pdf, True),
    "spreadsheet": ("xlsx", {}, cells, False),
    "ODS": ("ods", {}, document, False),
    "DOCX": ("docx", {}, document, False),
    "CSV": ("csv", {}, lambda response: tidy(response.content.decode("utf-8-sig")), False),
    "JSON": ("json", {}, lambda response: tidy(str(response.json())), True),
    "collected": ("collected", {}, pdf, False),
    "municipality's profile": ("municipal", {}, page, False),
    "municipality's PDF": ("municipal_pdf", {}, pdf, False),
    "municipality's spreadsheet": ("municipal_xlsx", {}, cells, False),
    "municipality's JSON": ("municipal_json", {}, lambda response: tidy(str(response.json())), False),
}
OF_ALL = ("collected", "municipal", "municipal_pdf", "municipal_xlsx", "municipal_json")


@pytest.mark.parametrize("state", ["draft", "approved"])
@pytest.mark.parametrize("surface", SURFACES)
def test_level_zero_is_told_as_what_is_missing(client, bob, municipality, edition, surface, state):
    name, query, read, describes = SURFACES[surface]
    if name in OF_ALL and state == "draft":
        pytest.skip("speaks of what is approved alone")
    assessment = workflow.start_assessment(project=make_project(municipality, "Parkraum-App"), by=bob)
    answer(assessment, bob, {"vertrauen": Answer("rated", 0, "Noch nichts"), "personal": Answer("rated", 2, "Zwei")})
    if state == "approved":
        approved(assessment, bob, date(2026, 3, 1))
    client.force_login(bob, backend=BACKEND)
    one = municipality if name in OF_ALL else assessment
    response = client.get(reverse(f"reports:{name}", args=[one.public_id]), query)
    assert response.status_code == 200
    text = read(response)
    assert "vertrauen auf 0" not in text
    assert "personal auf 0" not in text
    if describes:
        assert MISSING in text
        assert "personal auf 2" in text
