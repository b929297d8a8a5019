"""The workshop form filled in on a screen comes back like the sheet: the same bounds, preview and complaints."""

import io
import zlib
from datetime import date

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.models import Assessment, WorkbookUpload
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from assessments.workbook import pdf_form
from assessments.workbook.cells import UnreadableFile
from assessments.workbook.form_fields import FIELDS, field_name
from assessments.workbook.importing import read_upload
from assessments.workbook.pdf_form import read_fields
from tests.factories import make_catalogue, make_project

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def round_(municipality, alice):
    make_catalogue(3)
    project = make_project(municipality, "Parkraum", team=[alice])
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def blank(client, round_, alice):
    client.force_login(alice, backend=BACKEND)
    return client.get(reverse("reports:form", args=[round_.public_id])).content


def name(round_, field, key="kriterium-1", version=1):
    return field_name(round_.public_id, key, version, field)


def filled(pdf, values):
    """As a reader saves it: a text as it is, a box by its place in its group."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for field in opened.Root.AcroForm.Fields:
            wanted = values.get(str(field.T))
            if wanted is None:
                continue
            if str(field.FT) == "/Btn":
                place = [str(option) for option in field.Opt].index(wanted)
                field.V = pikepdf.Name(f"/{place}")
                for number, kid in enumerate(field.Kids):
                    kid.AS = pikepdf.Name(f"/{place}" if number == place else "/Off")
            else:
                field.V = pikepdf.String(wanted)
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def bring(client, round_, content, file_name="bogen.pdf"):
    file = SimpleUploadedFile(file_name, content, "application/pdf")
    return client.post(reverse("assessments:sheet_import", args=[round_.public_id]), {"file": file}, follow=True)


def test_filled_form_comes_back_by_way_of_the_preview(client, round_, blank):
    content = filled(
        blank,
        {
            name(round_, "answer"): "3",
            name(round_, "rationale"): "Der Rat hat „ja“ gesagt.\nZweite Zeile 中文",
            name(round_, "evidence_text"): "Beschluss",
            name(round_, "evidence_url"): "https://example.org/12",
            name(round_, "target_level"): "4",
            name(round_, "target_date"): "31.12.2027",
            name(round_, "answer", "kriterium-2"): "unknown",
        },
    )
    page = bring(client, round_, content)
    assert page.status_code == 200
    upload = WorkbookUpload.objects.get()
    seen = {f"gesehen-kriterium-{number}": "1" for number in (1, 2)}
    client.post(reverse("assessments:sheet_preview", args=[round_.public_id, upload.public_id]), seen)
    answers = {score.criterion.key: score for score in round_.scores.select_related("criterion")}
    assert Answer.of(answers["kriterium-1"]) == Answer(
        "rated", 3, "Der Rat hat „ja“ gesagt.\nZweite Zeile 中文", 4, date(2027, 12, 31)
    )
    assert [(one.text, one.url) for one in answers["kriterium-1"].evidence.all()] == [("Beschluss", "https://example.org/12")]
    assert answers["kriterium-2"].state == "unknown"
    assert answers["kriterium-3"].state == "open"


def test_empty_field_changes_nothing(client, round_, alice):
    score = round_.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Steht schon da", 3, date(2027, 1, 31)))
    client.force_login(alice, backend=BACKEND)
    blank = client.get(reverse("reports:form", args=[round_.public_id])).content
    sheet = read_upload(filled(blank, {name(round_, "answer", version=2): "4"}), round_)
    assert sheet.problems == []
    (row,) = sheet.rows
    assert row.answer == Answer("rated", 4, "Steht schon da", 3, date(2027, 1, 31))


@pytest.mark.parametrize("criteria", [1, 3])
def test_answers_are_fetched_once_for_a_form(round_, blank, criteria, django_assert_num_queries):
    """Those of the round, their evidence, and which criteria it ever had."""
    values = {name(round_, "answer", f"kriterium-{number}"): "3" for number in range(1, criteria + 1)}
    content = filled(blank, values)
    read_upload(content, round_)  # each process keeps the edition
    with django_assert_num_queries(3):
        sheet = read_upload(content, round_)
    assert [row.answer.level for row in sheet.rows] == [3] * criteria


def test_answer_saved_since_is_a_conflict_and_not_overwritten(client, round_, blank, alice, bob):
    save_score(score=round_.scores.get(criterion__key="kriterium-1"), version=1, by=bob, answer=Answer("rated", 1, "Von Bob"))
    page = bring(client, round_, filled(blank, {name(round_, "answer"): "3", name(round_, "rationale"): "Vom Papier"}))
    assert "Von Bob" in page.text
    assert "Vom Papier" in page.text
    assert round_.scores.get(criterion__key="kriterium-1").rationale == "Von Bob"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("target_date", "irgendwann", "„irgendwann“ ist kein Datum"),
        ("answer", "not_applicable", "egründe"),
        ("rationale", "x" * 10_001, "Höchstens"),
    ],
)
def test_complaint_names_criterion_and_field(client, round_, blank, field, value, said):
    page = bring(client, round_, filled(blank, {name(round_, field): value}))
    assert page.status_code == 422
    assert said in page.text
    assert "Kriterium kriterium-1: " in page.text
    assert not WorkbookUpload.objects.exists()


def test_form_says_nothing_of_answers_and_can_be_narrowed_and_filled(client, round_, alice):
    client.force_login(alice, backend=BACKEND)
    part = client.get(reverse("reports:form", args=[round_.public_id]), {"kriterien": "kriterium-2"}).content
    assert set(read_fields(part)) == {name(round_, field, "kriterium-2") for field in FIELDS}
    assert set(read_fields(part).values()) == {""}


def test_every_field_says_what_it_is_for(round_, blank):
    with pikepdf.open(io.BytesIO(blank)) as opened:
        form = opened.Root.AcroForm
        assert "/NeedAppearances" not in form
        fields = list(form.Fields)
        kids = [kid for field in fields for kid in field.get("/Kids", [])]
        assert len(fields) == 3 * len(FIELDS)
        assert len(kids) == 3 * 12
        assert all("Kriterium kriterium-" in str(one.TU) for one in (*fields, *kids))
        assert not any("/T" in kid for kid in kids)
        groups = {str(field.T): str(field.TU) for field in fields if "/Kids" in field}
        assert groups[name(round_, "answer")] == "Kriterium kriterium-1"
        assert groups[name(round_, "target_level")] == "Kriterium kriterium-1: Zielstufe"


# --- What is no form of ours ------------------------------------------------------------------------------------------------


def test_form_of_another_round_is_refused(client, round_, blank, municipality, alice):
    other = workflow.start_assessment(project=make_project(municipality, "Anderes", team=[alice]), by=alice)
    page = bring(client, other, filled(blank, {name(round_, "answer"): "3"}))
    assert page.status_code == 422
    assert "gehört zu einer anderen Bewertung" in page.text


def test_untouched_form_says_so(client, round_, blank):
    assert "nichts ausgefüllt" in bring(client, round_, blank).text


def without_fields():
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def encrypted(pdf):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="geheim", user="geheim"))
    return out.getvalue()


def many_fields():
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        fields = [pikepdf.Dictionary(T=pikepdf.String(f"f{n}"), FT=pikepdf.Name.Tx) for n in range(6000)]
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(fields))
        pdf.save(out)
    return out.getvalue()


def endless_fields():
    """A field that lies in itself."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        field = pdf.make_indirect(pikepdf.Dictionary(T=pikepdf.String("f"), FT=pikepdf.Name.Tx))
        field.Kids = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(out)
    return out.getvalue()


def bomb():
    """A packed stream of objects that would fill more memory than the reader may have."""
    packing, part = zlib.compressobj(1), b"0" * 10_000_000
    packed = b"".join(packing.compress(part) for _ in range(90)) + packing.flush()
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length " + str(len(packed)).encode()
    body = head + b" >>\nstream\n" + packed + b"\nendstream\nendobj\n"
    xref = b"2 0 obj\n<< /Type /XRef /Size 4 /W [1 4 1] /Root 3 0 R /Length 24 >>\nstream\n"
    rows = b"\0\0\0\0\0\xff" + b"\1" + (9).to_bytes(4, "big") + b"\0" + b"\1" + len(body).to_bytes(4, "big") + b"\0"
    return body + xref + rows + b"\2\0\0\0\1\0" + b"\nendstream\nendobj\nstartxref\n" + str(len(body)).encode() + b"\n%%EOF\n"


@pytest.mark.parametrize("make", [without_fields, many_fields, endless_fields, bomb])
def test_strange_file_is_refused_within_bounds(round_, make):
    with pytest.raises(UnreadableFile):
        read_upload(make(), round_)


@pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7\n" + b"\x00" * 500, b"%PDF-1.7\n" + b"<<" * 100_000])
def test_damaged_file_is_refused(client, round_, alice, content):
    client.force_login(alice, backend=BACKEND)
    assert bring(client, round_, content).status_code == 422


def test_encrypted_form_is_refused(round_, blank):
    with pytest.raises(UnreadableFile, match="geschützt"):
        read_upload(encrypted(blank), round_)


def test_reader_that_takes_too_long_is_stopped(round_, blank, monkeypatch):
    monkeypatch.setattr(pdf_form, "SECONDS", 0.001)
    with pytest.raises(UnreadableFile):
        read_upload(blank, round_)


def test_names_that_are_not_ours_are_left_alone(round_, blank):
    with pikepdf.open(io.BytesIO(blank)) as opened:
        for field in opened.Root.AcroForm.Fields:
            if str(field.T).endswith(":rationale"):
                field.T = pikepdf.String(str(field.T).replace(":1:", ":٣:"))
        out = io.BytesIO()
        opened.save(out)
    assert {key for key, _version in pdf_form.filled_in(out.getvalue(), assessment=round_.public_id)} == {
        f"kriterium-{number}" for number in (1, 2, 3)
    }


def test_import_needs_a_round_that_can_be_edited(client, round_, blank, alice):
    content = filled(blank, {name(round_, "answer"): "3"})
    workflow.submit(assessment=round_, by=alice)
    assert bring(client, Assessment.objects.get(pk=round_.pk), content).status_code == 409
