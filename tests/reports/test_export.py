"""The profile as files: the same figures in all of them, the same bytes each time, nothing a spreadsheet would run."""

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import openpyxl
import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from assessments.models import Assessment, Comment, Evidence, Measure
from assessments.reports.export import render_csv, render_json, render_ods, render_xlsx
from assessments.reports.export.table import harmless
from assessments.reports.pdf import VARIANTS
from assessments.reports.profile.load import load_profile
from assessments.services import workflow
from assessments.services.answers import Answer
from tests.factories import make_project
from tests.reports.conftest import answer, approved
from tests.reports.pdf_facts import text_of

SCHEMA = json.loads(
    Path(django_settings.BASE_DIR, "assessments/reports/export/schema/profile-2.json").read_text(encoding="utf-8")
)
NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
RENDERERS = [render_json, render_csv, render_xlsx, render_ods]


def get(client, name, assessment, **query):
    return client.get(reverse(f"reports:{name}", args=[assessment.public_id]), query)


def csv_rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def parsed(xml):
    return ElementTree.fromstring(xml)  # noqa: S314 – our own file


def sheets(content):
    """Each sheet's rows as lists of text, number (dates too) or None; formulas show what they give."""
    book = zipfile.ZipFile(io.BytesIO(content))
    strings = ["".join(node.itertext()) for node in parsed(book.read("xl/sharedStrings.xml")).findall("m:si", NAMES)]
    names = [node.get("name") for node in parsed(book.read("xl/workbook.xml")).findall(".//m:sheet", NAMES)]
    found = {}
    for number, name in enumerate(names, 1):
        rows = []
        for row in parsed(book.read(f"xl/worksheets/sheet{number}.xml")).findall(".//m:row", NAMES):
            rows.append([_cell(cell, strings) for cell in row.findall("m:c", NAMES)])
        found[name] = rows
    return found


def _cell(cell, strings):
    value = cell.find("m:v", NAMES)
    if value is None or value.text is None:
        return None
    if cell.get("t") == "str":
        return value.text
    return strings[int(value.text)] if cell.get("t") == "s" else float(value.text)


def formulas(content):
    """How many there are, by sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return Counter(sheet.title for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f")


def serial(day):
    """The day as spreadsheets count."""
    return float((day - date(1899, 12, 30)) / timedelta(days=1))


# --- JSON -------------------------------------------------------------------------------------------------------------------


def test_json_keeps_the_published_schema(second, first, project, alice, bob, edition, municipality):
    wide = workflow.start_assessment(project=make_project(municipality, "Stadt", is_municipality_wide=True), by=bob)
    for assessment in (first, second, wide):
        document = json.loads(render_json(load_profile(assessment)))
        jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)


@pytest.mark.parametrize(
    "damage", [lambda d: d.pop("meta"), lambda d: d["overall"].update(average=2.4), lambda d: d.update(x=1)]
)
def test_json_schema_refuses_another_shape(second, damage):
    document = json.loads(render_json(load_profile(second)))
    damage(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_json_schema_is_published_for_anyone(client, db):
    response = client.get(reverse("reports:schema"))
    assert response.json() == SCHEMA


def test_json_leaves_comments_inside(second, alice):
    Comment.objects.create(score=second.scores.first(), text="Nur für uns", author=alice)
    assert "Nur für uns" not in render_json(load_profile(second)).decode()


# --- The same figures, the same bytes ---------------------------------------------------------------------------------------


def test_figures_agree_in_json_csv_xlsx_and_on_screen(client, second, alice):
    client.force_login(alice)
    document = get(client, "json", second).json()
    rows = csv_rows(get(client, "csv", second).content)
    book = sheets(get(client, "xlsx", second).content)
    page = " ".join(get(client, "profile", second).content.decode().split())

    assert document["overall"]["average"] == {"value": 1.6, "rated": 5, "of": 6, "is_provisional": False}
    assert document["overall"]["change"]["value"] == 0.0
    levels = [int(row["Stufe"]) for row in rows if row["Stufe"]]
    assert (round(sum(levels) / len(levels), 1), len(levels), len(rows)) == (1.6, 5, 6)
    overall, change = (next(row for row in book[name] if row[0] == "Alle Kriterien") for name in ("Zahlen", "Veränderung"))
    assert overall[1:] == [1.6, None, 2, 1, 1, 2, 1, 0, 2.4, 6, 5, 0, 1, 0, 5, 1]
    assert change[1:6] == [4, 2, 2, 0, 6]
    assert "Im Mittel Stufe 1,6 von 4; 5 von 6 Kriterien sind eingeschätzt." in page
    assert "4 in beiden Runden" in page

    for figure in document["workstreams"] + document["phases"]:
        row = next(row for row in book["Zahlen"] if row[0] == figure["name"])
        assert [row[1], row[11], row[10]] == [figure["average"][key] for key in ("value", "rated", "of")]
        assert row[4:9] == list(figure["levels"].values())
        assert (row[2] == "vorläufig") == figure["average"]["is_provisional"]
    head, *lines = book["Einschätzungen"]
    assert list(rows[0]) == head
    for criterion, row, line in zip(document["criteria"], rows, lines, strict=True):
        assert row["Stufe"] == ("" if criterion["level"] is None else str(criterion["level"]))
        assert line[head.index("Stufe")] == criterion["level"]
        assert row["Kriterium"] == line[1] == criterion["title"]
        assert row["Veränderung"] == ("" if criterion["change"] is None else str(criterion["change"]))
    assert [row[4] for row in book["Vergleich"][1:]] == [criterion["change"] for criterion in document["criteria"]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_figures_of_the_pdf_are_those_of_the_data(client, second, alice, variant):
    client.force_login(alice)
    document = get(client, "json", second).json()
    text = text_of(get(client, "pdf", second, umfang=variant).content)
    assert "Im Mittel Stufe 1,6 von 4; 5 von 6 Kriterien sind eingeschätzt." in text

    def said(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}".replace(".", ",")

    for figure in [*document["workstreams"], document["overall"] | {"name": "Alle Kriterien"}]:
        average, change = figure["average"], figure["change"]
        moved = "–" if change["value"] is None else f"{change['value']:+.1f}".replace("-", "−").replace(".", ",")
        row = [figure["name"].capitalize() if figure["name"] != "Alle Kriterien" else figure["name"]]
        row += [str(count) for count in figure["levels"].values()] + [f"{average['rated']} von {average['of']}"]
        row += [said(average["value"]), *(["vorläufig"] if average["is_provisional"] else [])]
        row += [said(figure["median"]).removesuffix(",0"), said(figure["planned"])]
        row += ["±0" if change["value"] == 0 else moved, f"aus {change['rated_in_both']}"]
        assert " ".join(row) in text
    for criterion in document["criteria"]:
        assert f"{criterion['number']} {criterion['title']}" in text
        if criterion["level"] is not None:
            assert f"Stufe {criterion['level']} – {criterion['level_name']}" in text or variant == "kurz"
            assert f"{criterion['level']} {criterion['level_name']} ·" in text, "in the key above the table"


@pytest.mark.parametrize("render", RENDERERS)
def test_same_state_gives_the_same_bytes(second, render):
    again = Assessment.objects.with_context().get(pk=second.pk)
    assert render(load_profile(second)) == render(load_profile(again))


@pytest.mark.parametrize("render", RENDERERS)
def test_another_state_gives_other_bytes(second, alice, render):
    before = render(load_profile(second))
    answer(second, alice, {"nutzertest": Answer("rated", 1, "Einer")})
    assert render(load_profile(second)) != before


# --- Spreadsheets -----------------------------------------------------------------------------------------------------------


def test_csv_opens_in_a_german_spreadsheet(second):
    content = render_csv(load_profile(second))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.splitlines()[0].decode("utf-8-sig").startswith('"Nr.";"Kriterium";')
    row = csv_rows(content)[0]
    assert (row["Zielstufe"], row["Ziel bis"], row["Stufe vorher"], row["Verglichen mit"]) == (
        "4",
        "2027-06-30",
        "1",
        "Runde 1",
    )
    assert row["Nachweise"] == "Vertrag (https://example.org/vertrag)\nProtokoll"


def test_xlsx_holds_real_numbers_and_dates(second):
    book = sheets(render_xlsx(load_profile(second)))
    assert list(book) == [
        "Zusammenfassung",
        "Zahlen",
        "Einschätzungen",
        "Begründungen und Nachweise",
        "Prioritäten",
        "Was aufhält",
        "Maßnahmen",
        "Veränderung",
        "Vergleich",
        "Verlauf",
        "Verlauf je Kriterium",
    ]
    head, row = book["Einschätzungen"][:2]
    assert row[head.index("Zielstufe")] == 4.0
    assert row[head.index("Ziel bis")] == serial(date(2027, 6, 30))
    assert book["Maßnahmen"][1] == ["Muster", "Kriterium vertrauen", "Alice", serial(date(2027, 2, 1)), "geplant"]


def test_xlsx_of_a_first_round_says_that_there_is_nothing_to_compare(first):
    book = sheets(render_xlsx(load_profile(first)))
    assert book["Vergleich"][0][0] == "Es gibt keine frühere freigegebene Runde."
    assert "Veränderung" not in book


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", " ="])
def test_csv_text_that_looks_like_a_formula_is_led_by_an_apostrophe(second, start):
    second.scores.filter(criterion__key="vertrauen").update(rationale=f"{start}cmd|' /C calc'!A0")
    row = csv_rows(render_csv(load_profile(second)))[0]
    assert row["Begründung"].startswith(f"'{start}cmd")


@pytest.mark.parametrize("text", ["", "Text", "a=b", "Stufe -1", "'=x"])
def test_csv_text_that_is_harmless_stays_as_it_is(text):
    assert harmless(text) == text


def test_csv_numbers_below_zero_stay_numbers(second):
    rows = csv_rows(render_csv(load_profile(second)))
    assert rows[1]["Veränderung"] == "-1"


def test_xlsx_has_no_formula_and_no_link_but_ours_whatever_people_write(second):
    usual = formulas(render_xlsx(load_profile(second)))
    second.scores.filter(criterion__key="vertrauen").update(rationale='=HYPERLINK("https://example.org")')
    Evidence.objects.create(score=second.scores.first(), text="https://example.org/x")
    Measure.objects.create(project=second.project, text="=1+1", owner_text="{=1+1}")
    content = render_xlsx(load_profile(second))
    book = zipfile.ZipFile(io.BytesIO(content))
    assert not any(b"<hyperlink" in book.read(name) for name in book.namelist())
    assert formulas(content) == usual
    assert set(usual) == {"Zahlen", "Veränderung"}
    assert '=HYPERLINK("https://example.org")' in [cell for row in sheets(content)["Einschätzungen"] for cell in row]


def test_xlsx_cuts_a_text_longer_than_a_cell(second):
    second.scores.filter(criterion__key="vertrauen").update(rationale="ä" * 40_000)
    head, row = sheets(render_xlsx(load_profile(second)))["Einschätzungen"][:2]
    assert row[head.index("Begründung")] == "ä" * 32_766 + "…"


# --- Addresses --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["json", "csv", "xlsx", "ods"])
def test_file_is_for_those_who_may_see_the_round(client, first, second, rita, charlie, name):
    assert get(client, name, first).status_code == 302
    client.force_login(rita)
    assert [get(client, name, a).status_code for a in (first, second)] == [200, 404]
    client.force_login(charlie)
    assert get(client, name, first).status_code == 404


@pytest.mark.parametrize("name", ["json", "csv", "xlsx", "ods"])
def test_file_names_project_round_and_draft(client, first, second, alice, name):
    client.force_login(alice)
    found = [get(client, name, a)["Content-Disposition"] for a in (first, second)]
    assert found == [
        f'attachment; filename="reifeprofil-parkraum-app-runde-1.{name}"',
        f'attachment; filename="reifeprofil-parkraum-app-runde-2-entwurf.{name}"',
    ]


def test_file_speaks_the_language_asked_for(client, second, alice):
    client.force_login(alice)
    document = get(client, "json", second, sprache="en").json()
    assert (document["meta"]["language"], document["criteria"][0]["title"]) == ("en", "Trust")
    assert get(client, "json", second, sprache="fr").status_code == 404


def test_file_compares_with_the_chosen_round(client, second, alice, bob, project):
    approved(second, bob, date(2026, 6, 1))
    third = workflow.start_assessment(project=project, by=alice)
    first = Assessment.objects.get(project=project, round=1)
    client.force_login(alice)
    document = get(client, "json", third, vergleich=first.public_id).json()
    assert document["meta"]["compared_with"]["round"] == 1
    assert get(client, "json", third, vergleich=third.public_id).status_code == 404
