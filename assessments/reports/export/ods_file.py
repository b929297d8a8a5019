"""The profile as an OpenDocument spreadsheet (.ods): the same sheets as the XLSX, for LibreOffice and archives."""

import io
import re
import zipfile
from datetime import date
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from assessments.reports.export.book import Book, BookCell, BookRow, BookSheet, Cells, Formula, cut, look_of
from assessments.reports.export.ods_styles import NAMES, Styles, settings_xml, styles_xml, tag
from assessments.reports.export.sheets import book_of
from assessments.reports.profile.model import MaturityProfile
from assessments.workbook.columns import letter_of

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
#: What XML cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"(\t|  +)")


def render_ods(profile: MaturityProfile) -> bytes:
    """The same profile gives the same bytes."""
    return write_ods(book_of(profile))


def write_ods(book: Book) -> bytes:
    styles = Styles(book)
    tables = [_table(sheet, styles) for sheet in book.sheets]  # first, since they say which styles there are
    # The prefix of the language of formulas stands in values only, where ElementTree does not see it.
    content = Element(tag("office:document-content"), {tag("office:version"): "1.3", "xmlns:of": NAMES["of"]})
    content.append(styles.automatic())
    spreadsheet = SubElement(SubElement(content, tag("office:body")), tag("office:spreadsheet"))
    spreadsheet.extend(tables)
    ranges = SubElement(spreadsheet, tag("table:database-ranges"))
    for number, sheet in enumerate(book.sheets):
        if sheet.head is not None and sheet.foot is not None:
            area = Cells(sheet.name, sheet.head, 0, sheet.foot, sheet.columns - 1)
            SubElement(
                ranges,
                tag("table:database-range"),
                {
                    tag("table:name"): f"__Anonymous_Sheet_DB__{number}",
                    tag("table:target-range-address"): _area(area),
                    tag("table:display-filter-buttons"): "true",
                },
            )
    parts = {
        "content.xml": content,
        "styles.xml": styles_xml(book),
        "settings.xml": settings_xml(book),
        "meta.xml": _meta(book),
        "META-INF/manifest.xml": _manifest(),
    }
    return _packed({name: ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True) for name, root in parts.items()})


def _packed(parts: dict[str, bytes]) -> bytes:
    """The type of the file first and uncompressed, as the format asks; no time of today anywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE)
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part)
    return out.getvalue()


def _meta(book: Book) -> Element:
    root = Element(tag("office:document-meta"), {tag("office:version"): "1.3"})
    meta = SubElement(root, tag("office:meta"))
    day = f"{book.day.isoformat()}T00:00:00"
    facts = {"meta:generator": "Skalierungscheck", "dc:title": book.title, "meta:initial-creator": book.author}
    for name, text in {**facts, "dc:language": book.language, "meta:creation-date": day, "dc:date": day}.items():
        SubElement(meta, tag(name)).text = writable(text)
    return root


def _manifest() -> Element:
    root = Element(tag("manifest:manifest"), {tag("manifest:version"): "1.3"})
    files = {"/": MIMETYPE, **dict.fromkeys(("content.xml", "styles.xml", "settings.xml", "meta.xml"), "text/xml")}
    for path, kind in files.items():
        entry = SubElement(root, tag("manifest:file-entry"))
        entry.set(tag("manifest:full-path"), path)
        entry.set(tag("manifest:media-type"), kind)
    return root


# --- Sheets -----------------------------------------------------------------------------------------------------------------


def _table(sheet: BookSheet, styles: Styles) -> Element:
    printed = _area(Cells(sheet.name, 0, 0, max(len(sheet.rows) - 1, 0), sheet.printed_columns - 1))
    names = {"table:name": sheet.name, "table:style-name": "sheet", "table:print-ranges": printed}
    table = Element(tag("table:table"), {tag(name): text for name, text in names.items()})
    for width in sheet.widths:
        SubElement(table, tag("table:table-column"), {tag("table:style-name"): styles.column(width)})
    for number, row in enumerate(sheet.rows):
        over = SubElement(table, tag("table:table-header-rows")) if number == sheet.head else table
        over.append(_row(sheet, number, row, styles))
    return table


def _row(sheet: BookSheet, number: int, row: BookRow, styles: Styles) -> Element:
    element = Element(tag("table:table-row"), {tag("table:style-name"): styles.row(row.height)})
    for column, cell in enumerate(row.cells):
        in_table = sheet.head is not None and sheet.foot is not None and sheet.head < number <= sheet.foot
        rule = (sheet.name, sheet.head + 1, column) if in_table and sheet.head is not None and column in sheet.levels else None
        one = _cell(cell, styles.cell(look_of(cell), rule))
        element.append(one)
        spanned = sheet.printed_columns - column
        if row.wide == column and spanned > 1:
            one.set(tag("table:number-columns-spanned"), str(spanned))
            one.set(tag("table:number-rows-spanned"), "1")
            SubElement(element, tag("table:covered-table-cell"), {tag("table:number-columns-repeated"): str(spanned - 1)})
    if not row.cells:
        SubElement(element, tag("table:table-cell"))
    return element


def _cell(cell: BookCell, style: str) -> Element:
    element = Element(tag("table:table-cell"), {tag("table:style-name"): style})
    value = cell.value
    if isinstance(value, Formula):
        element.set(tag("table:formula"), formula_text(value))
        value = value.value
    elif value is None or value == "":
        return element
    if isinstance(value, str):
        element.set(tag("office:value-type"), "string")
        for line in cut(value).split("\n"):
            _write_line(SubElement(element, tag("text:p")), line)
    elif isinstance(value, date):
        element.set(tag("office:value-type"), "date")
        element.set(tag("office:date-value"), value.isoformat())
    else:
        element.set(tag("office:value-type"), "float")
        element.set(tag("office:value"), repr(value))
    return element


def _write_line(paragraph: Element, line: str) -> None:
    """Tabs and rows of blanks have tags of their own, or they would come back as one blank."""
    last: Element | None = None
    line = writable(line)
    if line.startswith(" ") and not line.startswith("  "):
        last, line = SubElement(paragraph, tag("text:s")), line[1:]
    for part in filter(None, _BLANKS.split(line)):
        if part == "\t":
            last = SubElement(paragraph, tag("text:tab"))
        elif part.isspace() and part == " " * len(part) and len(part) > 1:
            last = SubElement(paragraph, tag("text:s"), {tag("text:c"): str(len(part))})
        elif last is None:
            paragraph.text = part
        else:
            last.tail = part


def writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


# --- Formulas ---------------------------------------------------------------------------------------------------------------


def formula_text(formula: Formula) -> str:
    text = formula.text.replace(",", ";")
    return "of:=" + text.format(**{name: _part(part) for name, part in formula.parts.items()})


def _part(part: Cells | str) -> str:
    if isinstance(part, str):
        return '"' + part.replace('"', '""') + '"'
    corners = _corners(part, fixed=True)
    return f"[$'{_quoted(part.sheet)}'.{':.'.join(dict.fromkeys(corners))}]"


def _area(part: Cells) -> str:
    return ":".join(f"'{_quoted(part.sheet)}'.{corner}" for corner in _corners(part))


def _quoted(name: str) -> str:
    return name.replace("'", "''")


def _corners(part: Cells, *, fixed: bool = False) -> tuple[str, str]:
    mark = "$" if fixed else ""
    last_row = part.row if part.last_row is None else part.last_row
    last_column = part.column if part.last_column is None else part.last_column
    first, last = ((part.row, part.column), (last_row, last_column))
    return tuple(f"{mark}{letter_of(column)}{mark}{row + 1}" for row, column in (first, last))  # type: ignore[return-value]


for _prefix, _address in NAMES.items():
    ElementTree.register_namespace(_prefix, _address)
