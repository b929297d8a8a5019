"""The profile of a municipality as JSON, as a table and as a PDF: the same figures as on its page."""

import io
import json
from pathlib import Path

import jsonschema
import openpyxl
import page as pdf_validator
import pypdfium2
import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from assessments.reports.development.build import development_of
from assessments.reports.development.texts import quarter_name
from assessments.reports.rendering.orders import municipal_order, order_from
from assessments.reports.templatetags.profile_values import mean
from tests.reports.conftest import FIRST
from tests.reports.municipal import another, evidence, fetch, published_for_two, rated, seen, whole

SCHEMA = Path(django_settings.BASE_DIR, "assessments/reports/export/schema/municipal-1.json")


@pytest.fixture
def edition(db):
    """Seven criteria, two of which are also about the municipality."""
    return published_for_two()


@pytest.mark.parametrize("language", ["de", "en"])
def test_json_has_its_published_shape(client, bob, municipality, edition, language):
    schema = json.loads(SCHEMA.read_text())
    validate = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate
    validate(fetch(client, bob, municipality, "municipal_json", sprache=language).json())
    another(municipality, bob, "Ämterbuch", FIRST)
    whole(municipality, bob)
    document = fetch(client, bob, municipality, "municipal_json", sprache=language).json()
    validate(document)
    assert client.get(reverse("reports:municipal_schema")).json() == schema
    profile = seen(bob, municipality)
    told = {one["key"]: one for one in document["criteria"]}
    assert list(told) == [one.key for one in profile.asked]
    for one in profile.asked:
        assert [len(ids) for ids in told[one.key]["projects"]["levels"].values()] == list(one.counts)
        assert told[one.key]["contradictions"][0:1] == [] or one.disagreements
    assert document["own"]["gate"]["state"] == profile.own.gate_state


def test_xlsx_has_the_same_figures(client, bob, municipality, edition):
    another(municipality, bob, "=1+1", FIRST)
    whole(municipality, bob)
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "municipal_xlsx").content))
    rows = {row[0]: row for row in book["Kriterien"].iter_rows(values_only=True)}
    for one in seen(bob, municipality).asked:
        row = rows[one.title]
        assert row[3:8] == one.counts
        assert row[8:12] == (len(one.unknown), len(one.not_applicable), len(one.open), one.m)
    answers = [row[1] for row in book["Antworten der Projekte"].iter_rows(min_row=2, values_only=True)]
    assert answers == ["=1+1"] * sum(one.m for one in seen(bob, municipality).criteria)
    found = [cell for row in book["Grundlage"] for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in found] == ["s"]


def pages_of(content):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


@pytest.mark.parametrize("language", ["de", "en"])
def test_pdf_says_what_the_page_says_and_can_be_archived(client, bob, municipality, edition, language):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    whole(municipality, bob)
    with translation.override(language):
        (found,) = evidence(bob, municipality).disagreements
        titles = [one.title for one in seen(bob, municipality).asked]
    for variant in ("kurz", "lang"):
        response = fetch(client, bob, municipality, "municipal_pdf", umfang=variant, sprache=language)
        assert response.status_code == 200
        text = " ".join(" ".join(pages_of(response.content)).split())
        assert found.sentence in text
        with translation.override(language):
            development = development_of(bob, municipality)
            (trend,) = (one for one in development.with_rounds if one.is_municipality_wide)
            told = [quarter_name(one) for one in development.quarters[: 5 if variant == "kurz" else 13]]
            point = trend.rounds[-1]
            told.append(f"{point.label}, {date_format(point.on, 'SHORT_DATE_FORMAT')}: {mean(point.mean)}")
        assert [one for one in told if one not in text] == []
        assert all(title in text for title in titles) == (variant == "lang")
        for profile in ("ua1", "3a"):
            assert pdf_validator.validate_pdf_bytes(response.content, profile=profile).failures == []


def test_pdf_is_of_the_person_who_asks(client, bob, alice, charlie, municipality, edition):
    assert fetch(client, bob, municipality, "municipal_pdf").status_code == 404
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    another(municipality, bob, "Zählwerk", rated(vertrauen=3), team=[alice])
    text = " ".join(pages_of(fetch(client, alice, municipality, "municipal_pdf").content))
    assert "Zählwerk" in text
    assert "Ämterbuch" not in text
    assert fetch(client, charlie, municipality, "municipal_pdf").status_code == 404


def test_worker_makes_the_same_order(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST)
    order = municipal_order(
        seen(bob, municipality),
        development_of(bob, municipality),
        variant="lang",
        person=bob.pk,
        municipality=municipality.public_id,
    )
    again = order_from(order.kind, json.loads(json.dumps(order.args)))
    assert (again.key, again.args) == (order.key, order.args)
