"""A5: small files that ask for much. Each is judged within bounds of time and of memory, whatever the judgement.

What is refused, and with which words, stands beside each reader's other tests; here it is measured.
"""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from assessments.models import Evidence
from assessments.services import workflow
from assessments.services.evidence_files import CONTENT_TYPES, UploadRejected, validate_upload
from assessments.services.evidence_files import MAX_BYTES as MOST_EVIDENCE
from assessments.workbook import package
from assessments.workbook.cells import UnreadableFile
from assessments.workbook.package import read_workbook
from assessments.workbook.pdf_form import read_fields
from catalogue.documents.yaml_reader import MAX_BYTES as MOST_YAML
from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.documents.yaml_reader import read as read_yaml
from scaling.accounts.coats_of_arms import PictureRejected, redraw
from scaling.people_list.reading import MAX_BYTES as MOST_PEOPLE
from scaling.people_list.reading import UnreadableList
from scaling.people_list.reading import read as read_people
from tests.assessments.workbook.workbooks import with_part, workbook
from tests.factories import make_catalogue, make_project

STATUS, FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def megabytes(name: str) -> float:
    """What this process holds now (VmRSS), or held at most since it was last asked to forget (VmHWM)."""
    [line] = [line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


@contextmanager
def at_most(seconds: float, memory: int) -> Iterator[None]:
    """The time is that of this process alone, so that a busy machine is no failure; the memory is what comes on top."""
    if not STATUS.exists():
        pytest.skip("how much memory a process held at most is asked of Linux")
    with suppress(OSError):
        FORGET_PEAK.write_text("5")
    before, begun = megabytes("VmRSS"), time.process_time()
    yield
    took, more = time.process_time() - begun, megabytes("VmHWM") - before
    assert took < seconds
    assert more < memory


# --- Catalogue --------------------------------------------------------------------------------------------------------------

YAMLS = {
    "laughs": b"a: &a [x, x]\n" + b"".join(b"k%d: &k%d [*k%d, *k%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60)),
    "alias to itself": b"a: &a [*a]\n",
    "merged keys": b"a: &a {x: 1}\nb:\n  <<: *a\n",
    "deep in brackets": b"a: " + b"[" * (MOST_YAML - 3),
    "deep in braces": b"a: " + b"{a: " * (MOST_YAML // 4 - 1),
    "deep in lists": b"a:\n" + b"- " * (MOST_YAML // 2 - 2),
    "a tag as long as the file": b"a: !" + b"x" * (MOST_YAML - 4),
    "a quote that never ends": b'a: "' + b"\\n" * (MOST_YAML // 2 - 2),
    "two values of one name": b"a: 1\n" * (MOST_YAML // 5),
}


@pytest.mark.parametrize("which", YAMLS)
def test_yaml_is_refused_within_bounds(which):
    assert len(YAMLS[which]) <= MOST_YAML
    with at_most(8, 400), pytest.raises(CatalogueFileError):
        read_yaml(YAMLS[which], "datei.yaml")


def test_yaml_as_large_as_it_may_be_is_read_within_bounds():
    with at_most(20, 600):
        read_yaml(b"a:\n" + b"- x\n" * (MOST_YAML // 16), "datei.yaml")


# --- Coats of arms ----------------------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int = 8, more: bytes = b"", rows: bytes | None = None) -> bytes:
    """A PNG with transparency, all of it nothing; ``more`` stands before its pixels."""
    head = struct.pack(">IIBBBBB", width, height, depth, 6, 0, 0, 0)
    content = zlib.compress(bytes((1 + width * depth // 2) * height), 9) if rows is None else rows
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def words(name: bytes, size: int) -> bytes:
    """A packed comment that is ``size`` bytes long when it is unpacked."""
    return chunk(b"zTXt", name + b"\0\0" + zlib.compress(bytes(size), 9))


PICTURES = {
    "as large as it may be": lambda: png(4000, 4000, depth=16),
    "larger than it may be": lambda: png(4001, 4001, rows=zlib.compress(b"")),
    "a pixel bomb": lambda: png(65_000, 65_000, rows=zlib.compress(bytes(1000))),
    "more pixels than it says": lambda: png(10, 10, rows=zlib.compress(bytes(500_000_000), 9)),
    "a comment that swells": lambda: png(10, 10, more=words(b"Comment", 500_000_000)),
    "a thousand comments that swell": lambda: png(10, 10, more=words(b"Comment", 900_000) * 1000),
}


@pytest.mark.parametrize("which", PICTURES)
def test_picture_is_judged_within_bounds(which):
    content = PICTURES[which]()
    with at_most(8, 400), suppress(PictureRejected):
        drawn = Image.open(io.BytesIO(redraw(SimpleUploadedFile("wappen.png", content))))
        assert max(drawn.size) <= 800


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("content", [SVG, b"\n" + SVG, b"<?xml version='1.0'?>" + SVG, png(10, 10)[:8] + SVG])
def test_svg_is_no_coat_of_arms_however_it_begins(content):
    with pytest.raises(PictureRejected):
        redraw(SimpleUploadedFile("wappen.png", content))


@pytest.mark.parametrize(
    "content", [png(10, 10) + SVG, png(10, 10, more=chunk(b"tEXt", b"Comment\0" + SVG))], ids=["behind it", "in a comment"]
)
def test_picture_that_is_a_drawing_too_is_only_a_picture_afterwards(content):
    assert b"<svg" not in redraw(SimpleUploadedFile("wappen.png", content))


# --- Evidence ---------------------------------------------------------------------------------------------------------------


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def many_names() -> bytes:
    content = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"} | {f"{n}": b"" for n in range(90_000)})
    assert len(content) <= MOST_EVIDENCE
    return content


#: What it is called, what it is, and whether it is taken as what it says it is: nothing in it is ever unpacked or drawn.
FILES = {
    "document that swells": (
        "vermerk.docx",
        lambda: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": bytes(300_000_000)}),
        True,
    ),
    "type that swells": ("vermerk.odt", lambda: zipped({"mimetype": b"a" * 300_000_000}), False),
    "archives in an archive": ("archiv.docx", lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c": bytes(10**7)})})}), False),
    "very many names": ("vermerk.docx", many_names, True),
    "pixel bomb": ("bild.png", lambda: png(65_000, 65_000, rows=zlib.compress(bytes(1000))), True),
    "drawing called a picture": ("bild.png", lambda: SVG, False),
    "drawing called a text": ("bild.svg", lambda: SVG, False),
    "picture called a drawing": ("bild.svg", lambda: png(10, 10), False),
    "document that is an archive too": ("beschluss.pdf", lambda: b"%PDF-1.7\n" + zipped({"a": b"b"}), True),
    "text without an end": ("liste.csv", lambda: b"x" * MOST_EVIDENCE, True),
}


@pytest.mark.parametrize("which", FILES)
def test_evidence_is_judged_within_bounds(which):
    name, make, is_taken = FILES[which]
    upload = SimpleUploadedFile(name, make())
    with at_most(8, 200):
        try:
            validate_upload(upload)
            taken = True
        except UploadRejected:
            taken = False
    assert taken == is_taken


@pytest.mark.django_db
def test_picture_that_is_a_drawing_too_leaves_as_a_picture_to_be_saved(client, municipality, alice):
    """What is evidence stays as it came, so no browser may ever take it for anything else."""
    make_catalogue(1)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    client.force_login(alice)
    file = SimpleUploadedFile("bild.png", png(10, 10) + SVG, content_type="image/svg+xml")
    ids = [assessment.public_id, "kriterium-1"]
    client.post(reverse("assessments:evidence_file_add", args=ids), {"file": file, "text": "Bild"})
    answer = client.get(reverse("assessments:evidence_file", args=[*ids, Evidence.objects.get().pk]))
    assert b"".join(answer.streaming_content).endswith(SVG)
    assert answer["Content-Type"] == CONTENT_TYPES["png"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


# --- Sheets and forms that come back ----------------------------------------------------------------------------------------

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet(*rows: bytes) -> bytes:
    return b"<worksheet %s><sheetData>" % MAIN + b"".join(rows) + b"</sheetData></worksheet>"


def book(sheet_xml: bytes, texts: bytes = b"") -> bytes:
    made = with_part(workbook([["x"]]), "xl/worksheets/sheet1.xml", sheet_xml)
    return with_part(made, "xl/sharedStrings.xml", b"<sst %s>%s</sst>" % (MAIN, texts)) if texts else made


def one_text_in_each_cell() -> bytes:
    """A text of a megabyte that is in the file once, in the first cell of very many rows."""
    rows = [b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 20_001)]
    return book(sheet(*rows), b"<si><t>" + b"_x00" * 250_000 + b"</t></si>")


def formulas() -> bytes:
    cell = b'<row r="%d"><c r="A%d"><f>%s</f></c></row>'
    return book(sheet(*(cell % (n, n, b"SUM(" * 50 + b"1" + b")" * 50) for n in range(1, 30_001))))


def merged() -> bytes:
    content = sheet(b'<row r="1"><c r="A1"><v>1</v></c></row>').replace(
        b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    return book(content)


def said_to_be_large() -> bytes:
    return book(sheet().replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'))


@pytest.mark.parametrize("make", [one_text_in_each_cell, formulas, merged, said_to_be_large])
def test_workbook_is_judged_within_bounds(make):
    data = make()
    assert len(data) <= package.MAX_BYTES
    with at_most(8, 400), suppress(UnreadableFile):
        read_workbook(data)


def test_text_in_many_cells_is_refused_as_what_it_is_when_it_is_unpacked():
    with pytest.raises(UnreadableFile, match="entpackt viel zu groß"):
        read_workbook(one_text_in_each_cell())


def pdf(fields: list[pikepdf.Dictionary]) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(fields))
        made.save(target)
    return target.getvalue()


def text_field(name: str, value: str = "") -> pikepdf.Dictionary:
    return pikepdf.Dictionary(T=pikepdf.String(name), FT=pikepdf.Name.Tx, V=pikepdf.String(value))


def deep_arrays() -> bytes:
    start = pdf([text_field("f")])
    return start.replace(b"/FT /Tx", b"/X " + b"[" * 500_000 + b"]" * 500_000 + b" /FT /Tx")


FORMS = {
    "long values": lambda: pdf([text_field(f"f{n}", "x" * 50_000) for n in range(100)]),
    "very many fields": lambda: pdf([text_field(f"f{n}") for n in range(30_000)]),
    "deep arrays": deep_arrays,
    "objects without an end": lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<\n" * 300_000,
    "tables that lead to each other": lambda: b"%PDF-1.7\nxref\n0 0\ntrailer\n<< /Prev 9 >>\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("which", FORMS)
def test_form_is_read_within_bounds(which):
    """It is read by a process of its own that ends itself (assessments/workbook/pdf_fields.py); here it is waited for."""
    data, begun = FORMS[which](), time.monotonic()
    with at_most(2, 200), suppress(UnreadableFile):
        read_fields(data)
    assert time.monotonic() - begun < 25


# --- People -----------------------------------------------------------------------------------------------------------------

HEAD = b"E-Mail;Name;Rolle;Projekte\n"
PEOPLE = {
    "one cell without an end": HEAD + b'"' + b"x" * (MOST_PEOPLE - 30),
    "quotes in quotes": HEAD + b'"' * (MOST_PEOPLE - 30),
    "very many columns": b"E-Mail;Rolle" + b";" * (MOST_PEOPLE - 60) + b"\na@example.org;Lesen\n",
    "very many projects of one": HEAD + b"a@example.org;A;Lesen;" + b"x|" * 60_000,
    "very many projects of each": HEAD + b"".join(b"p%d@example.org;A;Lesen;%s\n" % (n, b"x|" * 230) for n in range(1_990)),
    "addresses that ask to be compared": HEAD + (b"a@" + b"a." * 200 + b";A;Lesen;\n") * 2_000,
    "blanks without an end": HEAD + b"a@example.org;" + b" " * 120_000 + b"x;Lesen;\n",
    "lines without an end": HEAD + b"\n" * (MOST_PEOPLE - 30),
}


@pytest.mark.django_db
@pytest.mark.parametrize("which", PEOPLE)
def test_list_of_people_is_judged_within_bounds(municipality, which):
    assert len(PEOPLE[which]) <= MOST_PEOPLE
    with at_most(8, 300), suppress(UnreadableList):
        read_people(PEOPLE[which], municipality)
