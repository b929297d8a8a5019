"""The Kurzfassung as a text document (.docx) for a council paper: real headings, tables with heads, no macros."""

import io
import zipfile
from datetime import UTC, datetime, time
from typing import Any

from assessments.reports.export.blocks import Block, Bullets, Heading, Lines, NamedFacts, Paragraph, TextTable, blocks_of
from assessments.reports.export.ods_file import writable
from assessments.reports.profile.model import MaturityProfile

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: The style of what people typed.
OWN_WORDS = "Written by people"
#: Of tables, in points; in centimetres a bold letter of a wide font, both margins of a cell, and the page's text.
TABLE_SIZE = 8.5
LETTER, CELL_MARGINS, TEXT_WIDTH = 0.22, 0.4, 16.6
TAGS = {"de": "de-DE", "en": "en-GB"}


def render_docx(profile: MaturityProfile) -> bytes:
    """The same profile gives the same bytes."""
    import docx  # here, since only who asks for such a file needs it: it takes a fifth of a second

    document = docx.Document()
    meta = profile.meta
    _prepare(document, meta.language, written_in=TAGS[meta.written_in])
    properties = document.core_properties
    properties.title = f"{meta.project}, {meta.round_label}"
    properties.author, properties.language = meta.municipality, TAGS[meta.language]
    properties.comments, properties.last_modified_by = "", ""
    properties.created = properties.modified = datetime.combine(meta.as_of, time(), UTC).replace(tzinfo=None)
    for block in blocks_of(profile):
        _add(document, block)
    _close_tables(document)
    return _always_the_same(document)


def _prepare(document: Any, language: str, *, written_in: str) -> None:
    """A page, and a style for what people typed, which says its language, so that it is read aloud as what it is."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    document.styles["Normal"].font.size = Pt(10.5)
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), TAGS[language])
    mark = OxmlElement("w:lang")
    mark.set(qn("w:val"), written_in)
    document.styles.add_style(OWN_WORDS, WD_STYLE_TYPE.CHARACTER).element.get_or_add_rPr().append(mark)


def _add(document: Any, block: Block) -> None:
    match block:
        case Heading(text, level):
            document.add_heading(writable(text), 0 if level == 1 else level - 1)
        case Paragraph(text, is_written):
            document.add_paragraph().add_run(writable(text), style=OWN_WORDS if is_written else None)
        case Bullets(items):
            for item in items:
                document.add_paragraph(writable(item), style="List Bullet")
        case NamedFacts(rows):
            for name, value in rows:
                paragraph = document.add_paragraph()
                paragraph.paragraph_format.space_after = 0
                paragraph.add_run(f"{writable(name)}: ").bold = True
                paragraph.add_run(writable(value))
        case TextTable(title, head, rows):
            _table(document, title, head, rows)
        case Lines(labels):
            for label in labels:
                paragraph = document.add_paragraph("\n\n" + "_" * 36 + "\n" + writable(label))
                paragraph.paragraph_format.keep_together = True


def _table(document: Any, title: str, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    from docx.shared import Pt

    caption = document.add_paragraph(writable(title), style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=len(rows) + 1, cols=len(head), style="Table Grid")
    table.autofit = False
    widths = column_widths(head, rows)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for line, (cells, texts) in enumerate(zip(table.rows, (head, *rows), strict=True)):
        for cell, text, width in zip(cells.cells, texts, widths, strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(writable(text))
            run.font.size = Pt(TABLE_SIZE)
            run.bold = line == 0 or None
    document.add_paragraph()


def column_widths(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[Any]:
    """Of a table as wide as the page's text: each column takes its longest word, and of the rest what its texts need."""
    from docx.shared import Cm

    columns = list(zip(head, *rows, strict=True))
    words = [max(len(word) for text in column for word in (*text.split(), "")) * LETTER + CELL_MARGINS for column in columns]
    texts = [min(max(map(len, column)) * LETTER + CELL_MARGINS, TEXT_WIDTH / 2) for column in columns]
    more = [max(text - word, 0.0) for text, word in zip(texts, words, strict=True)]
    rest = TEXT_WIDTH - sum(words)
    if rest < 0:
        return [Cm(TEXT_WIDTH * word / sum(words)) for word in words]
    shares = [one / sum(more) for one in more] if any(more) else [1 / len(columns)] * len(columns)
    return [Cm(word + rest * share) for word, share in zip(words, shares, strict=True)]


def _close_tables(document: Any) -> None:
    """Say to programs that read aloud that each table's first row is its head; it repeats on every page, too."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for table in document.element.body.iter(qn("w:tbl")):
        first = next(table.iter(qn("w:tr")))
        first.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for row in table.iter(qn("w:tr")):
            row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _always_the_same(document: Any) -> bytes:
    """The package with no time of today in it."""
    made, out = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for entry in archive.infolist():
            plain = zipfile.ZipInfo(entry.filename)
            plain.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(plain, archive.read(entry))
    return out.getvalue()
