"""What a council paper says: filled in once, shown where it was, kept with the approval, hidden where it names people."""

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import Any

import docx
import jsonschema
import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from docx.oxml.ns import qn

from assessments.forms.council_paper import MAX_SIGNATURES, ProjectPaperForm, RoundPaperForm
from assessments.models import Assessment, ProjectPaper, RoundPaper
from assessments.reports.export import render_json
from assessments.reports.export.blocks import blocks_of, plain_text
from assessments.reports.export.docx_file import OWN_WORDS, column_widths, render_docx
from assessments.reports.pdf import VARIANTS, render_pdf
from assessments.reports.profile.load import load_profile
from assessments.reports.profile.model import CouncilPaper
from assessments.reports.records.keeping import current_record, record_profile
from assessments.reports.records.renditions import make_anonymous
from assessments.services import share_links, workflow
from assessments.services.answers import NotEditable
from assessments.services.council_paper import save_project_paper, save_round_paper
from scaling.common.versions import StaleRecord
from tests.factories import make_catalogue, make_project
from tests.reports.pdf_facts import open_pdf, page_text, text_of
from tests.reports.sample import make_profile

BACKEND = "django.contrib.auth.backends.ModelBackend"
ROUND: dict[str, Any] = {
    "number": "2026/117",
    "resolution": "Der Rat nimmt das Reifeprofil zur Kenntnis.\nDie Verwaltung legt bis Mai einen Plan vor.",
    "financial_effect": "Keine im laufenden Haushalt",
    "participants": "Frau Muster, Herr Beispiel",
    "method": "Workshop am 12. März",
    "signatures": "Amtsleitung\nBürgermeisterin",
}
PROJECT: dict[str, Any] = {
    "file_number": "10.24-1/2026",
    "office": "Amt für Digitales",
    "contact": None,
    "contact_text": "",
    "funding_reference": "SC-2023-0815",
    "funding_period": "01.2025 bis 12.2027",
    "distribution": "Kämmerei, Frau Beispiel",
}


@pytest.fixture
def round_(municipality, alice, bob):
    make_catalogue(2)
    project = make_project(municipality, "Parkraum-App", team=[alice])
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def filled(round_, alice):
    save_project_paper(project=round_.project, by=alice, **{**PROJECT, "contact": alice})
    save_round_paper(assessment=round_, by=alice, **ROUND)
    return Assessment.objects.with_context().get(pk=round_.pk)


def approved(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    return Assessment.objects.with_context().get(pk=assessment.pk)


def one_line(text):
    """Without what a line end has put into words."""
    return " ".join(text.replace("\u00a0", " ").replace("\u00ad", "").split()).replace("- ", "")


# --- Filling in -------------------------------------------------------------------------------------------------------------


def test_form_stores_and_shows_what_is_filled_in(client, round_, alice):
    client.force_login(alice, backend=BACKEND)
    address = reverse("assessments:project_paper", args=[round_.project.public_id])
    assert 'name="version" value="1"' in client.get(address).text
    page = client.post(address, {"file_number": " 10.24-1/2026 ", "contact": alice.pk, "version": "1"}, follow=True)
    assert "10.24-1/2026" in page.text
    client.post(reverse("assessments:round_paper", args=[round_.public_id]), {**ROUND, "version": "1"})
    assert RoundPaper.objects.get().signatures == "Amtsleitung\nBürgermeisterin"
    page = client.get(reverse("assessments:project", args=[round_.project.public_id])).text
    assert "2026/117" in page
    assert "Förderkennzeichen" not in page


def test_second_of_two_who_fill_it_in_is_asked_which_one_is_meant(client, round_, alice):
    client.force_login(alice, backend=BACKEND)
    address = reverse("assessments:project_paper", args=[round_.project.public_id])
    client.post(address, {"file_number": "A", "version": "1"})
    page = client.post(address, {"file_number": "B", "office": "Bauamt", "version": "1"})
    assert page.status_code == 409
    assert "Bauamt" in page.text
    assert ProjectPaper.objects.get().file_number == "A"
    with pytest.raises(StaleRecord):
        save_project_paper(project=round_.project, by=alice, version=1, **PROJECT)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("signatures", "\n".join("abcdefg"), "Höchstens sechs Unterschriften"),
        ("signatures", "x" * 61, "höchstens 60 Zeichen"),
        ("resolution", "x" * 1501, "1500"),
    ],
)
def test_too_much_is_told_and_nothing_typed_is_lost(client, round_, alice, name, value, said):
    client.force_login(alice, backend=BACKEND)
    page = client.post(reverse("assessments:round_paper", args=[round_.public_id]), {name: value, "version": "1"})
    assert page.status_code == 422
    assert said in page.text.replace("\u00a0", " ").replace("1.500", "1500")
    assert not RoundPaper.objects.exists()


def test_history_says_who_filled_in_what(client, filled, alice):
    save_round_paper(assessment=filled, by=alice, **{**ROUND, "number": "2026/118"})
    client.force_login(alice, backend=BACKEND)
    page = one_line(client.get(reverse("assessments:project_history", args=[filled.project.public_id])).text)
    assert "Angaben für die Vorlage eingetragen" in page
    assert "Angaben für die Vorlage geändert" in page
    assert "2026/118" in page


def test_approved_round_keeps_what_it_said(client, filled, alice, bob):
    done = approved(filled, alice, bob)
    with pytest.raises(NotEditable):
        save_round_paper(assessment=done, by=bob, **{**ROUND, "number": "anders"})
    save_project_paper(project=done.project, by=bob, **{**PROJECT, "file_number": "später"})
    record = current_record(done)
    assert record is not None
    paper = record_profile(record).meta.paper
    assert paper is not None
    assert (paper.file_number, paper.number, paper.contact) == ("10.24-1/2026", "2026/117", "Alice")
    schema = json.loads((django_settings.BASE_DIR / "assessments/reports/export/schema/record-1.json").read_text())
    jsonschema.validate(record.document, schema)
    client.force_login(bob, backend=BACKEND)
    page = client.get(reverse("assessments:round_paper", args=[done.public_id]), follow=True)
    assert "ihre Angaben für die Vorlage stehen fest" in page.text


def test_contact_goes_with_the_persons_name(filled, alice, bob):
    done = approved(filled, alice, bob)
    make_anonymous(user=alice)
    record = current_record(done)
    assert record is not None
    paper = record_profile(record).meta.paper
    assert paper is not None
    assert paper.contact == "Name gelöscht"


# --- Where it is shown ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_pdf_shows_what_is_filled_in_and_nothing_else(filled, variant):
    text = one_line(text_of(render_pdf(load_profile(filled), variant=variant)))
    for said in (
        "Aktenzeichen: 10.24-1/2026",
        "Federführendes Amt: Amt für Digitales",
        "Der Rat nimmt das Reifeprofil zur",
        "Amtsleitung",
    ):
        assert said in text
    RoundPaper.objects.all().delete()
    ProjectPaper.objects.update(office="")
    emptied = Assessment.objects.with_context().get(pk=filled.pk)
    text = one_line(text_of(render_pdf(load_profile(emptied), variant=variant)))
    assert "Aktenzeichen: 10.24-1/2026" in text
    assert "Federführendes Amt" not in text
    assert "Beschlussvorschlag" not in text


def longest(form):
    """What a form takes at most, in words of usual length."""
    lengths = {name: getattr(field, "max_length", None) for name, field in form.base_fields.items()}
    return {name: ("Zuständigkeit bleibt. " * 80)[:length] for name, length in lengths.items() if length}


@pytest.mark.parametrize(("criteria", "pages"), [(21, 4), (60, 5)])
def test_longest_paper_spoils_no_report(criteria, pages):
    texts = longest(ProjectPaperForm) | longest(RoundPaperForm)
    contact, signatures = texts.pop("contact_text"), ("Leitung des Fachdienstes",) * MAX_SIGNATURES
    paper = CouncilPaper(**texts | {"contact": contact, "signatures": signatures})
    profile = make_profile(criteria)
    profile = replace(profile, meta=replace(profile.meta, paper=paper))
    with open_pdf(render_pdf(profile, variant="kurz")) as short:
        assert len(short.pages) <= pages
        assert "Was kommt als Nächstes?" in one_line(page_text(short.pages[0]))
    with open_pdf(render_pdf(profile, variant="lang")) as pdf:
        cover, first = (one_line(page_text(page)) for page in pdf.pages[:2])
    assert "Wo stehen wir?" not in cover
    assert "Wo stehen wir?" in first, "the cover is one page"
    assert "Was kommt als Nächstes?" in first


def test_round_without_any_says_nothing_of_it(round_):
    assessment = Assessment.objects.with_context().get(pk=round_.pk)
    profile = load_profile(assessment)
    assert profile.meta.paper is None
    assert json.loads(render_json(profile))["meta"]["council_paper"] is None
    assert "Angaben für die Vorlage" not in text_of(render_pdf(profile, variant="kurz"))


def test_shared_link_without_names_hides_what_may_name_people(client, filled, alice, bob, settings):
    done = approved(filled, alice, bob)
    link = share_links.create_link(assessment=done, by=bob, purpose="Rat", expires_on=timezone.localdate())
    text = one_line(text_of(client.get(reverse("reports:shared_pdf", args=[link.token]), {"umfang": "kurz"}).content))
    assert "10.24-1/2026" in text
    assert "Der Rat nimmt das Reifeprofil zur" in text
    for hidden in ("Frau Muster", "Frau Beispiel", "Alice", "Bürgermeisterin", "Teilnehmende"):
        assert hidden not in text


def test_json_keeps_its_schema(filled):
    document = json.loads(render_json(load_profile(filled)))
    schema = json.loads((django_settings.BASE_DIR / "assessments/reports/export/schema/profile-2.json").read_text())
    jsonschema.validate(document, schema)
    assert document["meta"]["council_paper"]["signatures"] == ["Amtsleitung", "Bürgermeisterin"]
    del document["meta"]["council_paper"]  # as files from before have it
    jsonschema.validate(document, schema)


# --- As text ----------------------------------------------------------------------------------------------------------------


def test_text_can_be_copied_without_a_script(client, filled, alice):
    client.force_login(alice, backend=BACKEND)
    page = client.get(reverse("reports:text", args=[filled.public_id]))
    assert re.search(r"<textarea[^>]+readonly", page.text)
    assert "Aktenzeichen: 10.24-1/2026" in page.text
    assert "hidden data-copy" in page.text


def test_text_document_has_headings_table_heads_and_its_language():
    profile = make_profile(21)
    with override("de"):
        document = docx.Document(io.BytesIO(render_docx(profile)))
        text = plain_text(blocks_of(profile))
    styles = [p.style.name if p.style else "" for p in document.paragraphs]
    assert styles[0] == "Title"
    assert styles.count("Heading 1") >= 5
    tables = list(document.element.body.iter(qn("w:tbl")))
    assert len(tables) >= 2
    for table in tables:
        rows = list(table.iter(qn("w:tr")))
        assert [bool(list(row.iter(qn("w:tblHeader")))) for row in rows] == [True] + [False] * (len(rows) - 1)
    assert {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))} == {"de-DE"}
    english = docx.Document(io.BytesIO(_in_english()))
    assert {one.get(qn("w:val")) for one in english.styles.element.iter(qn("w:lang"))} == {"en-GB", "de-DE"}
    assert [run.text for p in english.paragraphs for run in p.runs if run.style.name == OWN_WORDS] == [
        make_profile(3).meta.project_summary
    ]
    assert document.core_properties.language == "de-DE"
    written = " ".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    for item in profile.priorities[:3]:
        assert item.criterion.title in written
        assert item.criterion.title in text


def test_columns_of_a_text_document_hold_their_longest_words():
    head = ("Gruppe", "0", "1", "2", "3", "4", "eingeschätzt", "Mittlere Stufe", "Mittel mit allen Zielen", "Veränderung")
    row = ("Organisatorisch", "1", "2", "3", "4", "5", "16 von 21", "2,3", "3,0", "+0,6")
    widths = [width.cm for width in column_widths(head, (row,))]
    assert sum(widths) == pytest.approx(16.6, abs=0.01)
    assert all(width >= len(word) * 0.2 for width, word in zip(widths, ("Organisatorisch", *head[1:7]), strict=False))


def _in_english():
    with override("en"):
        return render_docx(make_profile(3, language="en"))


def test_text_document_holds_no_program_and_no_time_of_today():
    profile = make_profile(3, language="en")
    with override("en"):
        content = render_docx(profile)
        assert content == render_docx(profile)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any("vba" in name.lower() for name in archive.namelist())
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


@pytest.mark.parametrize("text", ["Zeile\x01 mit\u2028Steuerzeichen", "中文 🙂", "<w:t>&"])
def test_text_document_holds_whatever_people_type(filled, alice, text):
    save_round_paper(assessment=filled, by=alice, **{**ROUND, "resolution": text})
    with override("de"):
        content = render_docx(load_profile(filled))
    document = docx.Document(io.BytesIO(content))
    assert RoundPaper.objects.get().resolution.replace("\n", "") in "".join(p.text for p in document.paragraphs).replace(
        "\n", ""
    )
