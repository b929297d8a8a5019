"""Each bound by itself: what is just within is taken, and what is just beyond is refused by this bound, in its own words.

A bound that only some library holds would go on holding when ours is taken away; so these are made to pass every other one.
"""

import io
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from assessments.services import evidence_files
from assessments.services.evidence_files import UploadRejected, validate_upload
from assessments.workbook import package, pdf_fields, pdf_form
from assessments.workbook.cells import UnreadableFile
from assessments.workbook.package import read_workbook
from assessments.workbook.pdf_form import read_fields
from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.documents.yaml_reader import read as read_yaml
from scaling.accounts import coats_of_arms
from scaling.accounts.coats_of_arms import PictureRejected, redraw
from scaling.people_list.reading import UnreadableList
from scaling.people_list.reading import read as read_people
from tests.assessments.workbook.workbooks import with_part, workbook
from tests.test_bombs import HEAD, at_most, chunk, pdf, text_field, zipped


def swelling(name: str, start: bytes, package: bytes) -> bytes:
    """The package with a part more, of 600 MB of blanks behind its start, packed piece by piece."""
    target = io.BytesIO(package)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive, archive.open(name, "w") as part:
        part.write(start)
        for _ in range(600):
            part.write(b" " * 1_000_000)
    return target.getvalue()


# --- Coats of arms


def grey(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel, whole and readable: a hundredth of what it takes in memory."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\x00\x00\x00\x00"
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def arms(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(redraw(SimpleUploadedFile("wappen.png", content))))


@pytest.mark.parametrize(("width", "height"), [(4001, 10), (10, 4001), (13_000, 13_000)])
def test_picture_of_too_many_pixels_is_refused_before_it_is_drawn(width, height):
    with at_most(2, 150), pytest.raises(PictureRejected, match="breiter oder höher als 4000"):
        arms(grey(width, height))


def test_picture_of_as_many_pixels_as_may_be_is_drawn_small():
    assert arms(grey(4000, 4000)).size == (800, 800)
    assert arms(grey(4000, 10)).width == 800


def test_picture_of_too_many_bytes_is_refused():
    content = grey(10, 10)
    most = 2 * 1024 * 1024
    assert arms(content + bytes(most - len(content))).size == (10, 10)
    with pytest.raises(PictureRejected, match=r"größer als 2\sMB"):
        arms(content + bytes(most - len(content) + 1))
    assert most == coats_of_arms.MAX_BYTES


# --- Evidence


def test_evidence_of_too_many_bytes_is_refused():
    most = 10 * 1024 * 1024
    assert validate_upload(SimpleUploadedFile("a.txt", b"x" * most)).ending == "txt"
    with pytest.raises(UploadRejected, match=r"größer als 10\sMB"):
        validate_upload(SimpleUploadedFile("a.txt", b"x" * (most + 1)))
    assert most == evidence_files.MAX_BYTES


def test_type_of_a_package_is_read_no_further_than_it_says_anything():
    """The part that names the type swells to 600 MB; its beginning is all that is unpacked."""
    content = swelling("mimetype", b"application/vnd.oasis.opendocument.text", zipped({"content.xml": b"<x/>"}))
    with at_most(2, 100):
        assert validate_upload(SimpleUploadedFile("a.odt", content)).ending == "odt"


# --- Catalogue


def nested(depth: int) -> bytes:
    return b"a: " + b"[" * (depth - 1) + b"]" * (depth - 1)


def test_yaml_deeper_than_may_be_is_refused():
    read_yaml(nested(12), "a.yaml")
    with pytest.raises(CatalogueFileError, match="tiefer als 12 Ebenen"):
        read_yaml(nested(13), "a.yaml")


def test_yaml_of_too_many_bytes_is_refused():
    most = 5 * 1024 * 1024
    start = b"a: 1\n#"
    read_yaml(start + b"x" * (most - len(start)), "a.yaml")
    with pytest.raises(CatalogueFileError, match=r"größer als 5\sMB"):
        read_yaml(start + b"x" * (most + 1 - len(start)), "a.yaml")


# --- Sheets


def filled(size: int) -> bytes:
    """A sheet with a picture that nobody looks at, of so many bytes when unpacked."""
    return with_part(workbook([["x"]]), "xl/media/bild.bin", b"\0" * size)


def unpacked(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(one.file_size for one in archive.infolist())


def test_sheet_that_is_too_large_unpacked_is_refused():
    most = 20 * 1024 * 1024
    rest = most - unpacked(filled(0))
    read_workbook(filled(rest))
    with pytest.raises(UnreadableFile, match="entpackt viel zu groß"):
        read_workbook(filled(rest + 1))
    with at_most(2, 100), pytest.raises(UnreadableFile, match="entpackt viel zu groß"):
        read_workbook(swelling("xl/a.bin", b"", workbook([["x"]])))


def test_sheet_of_too_many_parts_is_refused():
    data = workbook([["x"]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        there = len(archive.namelist())

    def parts(number: int) -> bytes:
        target = io.BytesIO(data)
        with zipfile.ZipFile(target, "a") as archive:
            for one in range(number - there):
                archive.writestr(f"xl/media/{one}.bin", b"")
        return target.getvalue()

    read_workbook(parts(400))
    with pytest.raises(UnreadableFile, match="zu viele Teile"):
        read_workbook(parts(401))


def test_sheet_of_too_many_tags_is_refused():
    def tags(number: int) -> bytes:
        return with_part(workbook([["x"]]), "xl/media/bild.bin", b"<" * number)

    read_workbook(tags(300_000))
    with pytest.raises(UnreadableFile, match="zu viele Zellen"):
        read_workbook(tags(300_001))


def test_sheet_of_too_many_bytes_is_refused():
    with pytest.raises(UnreadableFile, match=r"größer als 5\sMB"):
        read_workbook(b"PK" + bytes(5 * 1024 * 1024))
    with pytest.raises(UnreadableFile, match="beschädigt"):
        read_workbook(b"PK" + bytes(5 * 1024 * 1024 - 2))
    assert package.MAX_BYTES == 5 * 1024 * 1024


# --- Forms


def test_form_of_too_many_fields_is_refused():
    assert len(read_fields(pdf([text_field(f"f{n}") for n in range(5000)]))) == 5000
    with pytest.raises(UnreadableFile):
        read_fields(pdf([text_field(f"f{n}") for n in range(5001)]))


def test_form_whose_fields_lie_too_deep_is_refused():
    def deep(depth: int) -> bytes:
        field = text_field("f")
        for _ in range(depth):
            field = pikepdf.Dictionary(T=pikepdf.String("g"), Kids=pikepdf.Array([field]))
        return pdf([field])

    assert list(read_fields(deep(4))) == ["g.g.g.g.f"]
    with pytest.raises(UnreadableFile):
        read_fields(deep(5))


def test_value_of_a_form_is_cut():
    assert len(read_fields(pdf([text_field("f", "x" * 40_001)]))["f"]) == 40_000


def test_form_of_too_many_bytes_is_refused():
    form = pdf([text_field("f", "x")])
    most = 6 * 1024 * 1024
    assert read_fields(form + b"\n" * (most - len(form))) == {"f": "x"}
    with pytest.raises(UnreadableFile):
        read_fields(form + b"\n" * (most - len(form) + 1))


def of_one_value(number: int, value: str) -> bytes:
    """A small file whose fields all hold the same long value."""
    target = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        one = made.make_indirect(pikepdf.String(value))
        fields = [pikepdf.Dictionary(T=pikepdf.String(f"f{n}"), FT=pikepdf.Name.Tx, V=one) for n in range(number)]
        made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(fields))
        made.save(target)
    return target.getvalue()


def test_form_whose_fields_are_too_much_to_pass_on_is_refused():
    value = "\u4e2d" * 2_000  # six signs of JSON each
    assert len(read_fields(of_one_value(1_600, value))) == 1_600
    form = of_one_value(1_700, value)
    assert len(form) < pdf_fields.MAX_BYTES
    with pytest.raises(UnreadableFile):
        read_fields(form)


READER = Path(pdf_fields.__file__)
START = f"import sys; sys.path.insert(0, {str(READER.parent)!r}); import pdf_fields\n"


def reader(code: str) -> int:
    """How the process that reads a form ends when reading does this."""
    command = [sys.executable, "-I", "-c", START + code + "\nsys.exit(pdf_fields.main())"]
    return subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False).returncode


def test_process_that_reads_a_form_ends_where_it_takes_too_much():
    assert reader("pdf_fields.fields = lambda data: {}") == 0
    assert reader("pdf_fields.fields = lambda data: {'f': len(bytearray(900 * 1024 * 1024))}") == 1
    endless = "pdf_fields.SECONDS = 1\ndef fields(data):\n    while True: pass\npdf_fields.fields = fields"
    assert reader(endless) < 0  # by a signal of the system


def test_process_that_does_not_come_back_is_not_waited_for(monkeypatch):
    """Whatever it waits for: its own bound is of the processor's seconds alone."""
    form = pdf([text_field("f", "x")])
    assert read_fields(form) == {"f": "x"}
    monkeypatch.setattr(pdf_form, "SECONDS", 0.001)
    with pytest.raises(UnreadableFile):
        read_fields(form)


# --- People


@pytest.mark.django_db
def test_list_of_too_many_people_is_refused(municipality):
    def people(number: int) -> bytes:
        return HEAD + b"".join(b"p%d@example.org;A;Lesen;\n" % n for n in range(number))

    found, problems = read_people(people(2_000), municipality)
    assert (len(found), problems) == (2_000, [])
    with pytest.raises(UnreadableList, match=r"mehr als 2\.000\sZeilen"):
        read_people(people(2_001), municipality)


@pytest.mark.django_db
def test_list_of_too_many_bytes_is_refused(municipality):
    start = HEAD + b"a@example.org;A;Lesen;\n"
    read_people(start + b"\n" * (1_000_000 - len(start)), municipality)
    with pytest.raises(UnreadableList, match=r"größer als 1\sMB"):
        read_people(start + b"\n" * (1_000_001 - len(start)), municipality)


@pytest.mark.django_db
def test_name_in_a_list_that_is_too_long_is_refused(municipality):
    for length, wrong in ((120, []), (121, ["Der Name ist länger als 120\N{NO-BREAK SPACE}Zeichen."])):
        _people, problems = read_people(HEAD + b"a@example.org;" + b"x" * length + b";Lesen;\n", municipality)
        assert [one.text for one in problems] == wrong
