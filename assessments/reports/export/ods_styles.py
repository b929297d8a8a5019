"""How an OpenDocument spreadsheet looks and prints: styles, page, and what stays in sight on screen."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from assessments.reports.export.book import LEVEL_COLOURS, LOOKS, Book, BookSheet, Look
from assessments.workbook.columns import letter_of

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = {
    "office": f"{_OASIS}office:1.0",
    "table": f"{_OASIS}table:1.0",
    "text": f"{_OASIS}text:1.0",
    "style": f"{_OASIS}style:1.0",
    "fo": f"{_OASIS}xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}svg-compatible:1.0",
    "number": f"{_OASIS}datastyle:1.0",
    "meta": f"{_OASIS}meta:1.0",
    "config": f"{_OASIS}config:1.0",
    "manifest": f"{_OASIS}manifest:1.0",
    "of": f"{_OASIS}of:1.2",
    "dc": "http://purl.org/dc/elements/1.1/",
}
#: LibreOffice brings it along on every system.
FONT = "Liberation Sans"
#: Around the text of a cell: words of two columns do not touch.
PADDING = "0.07cm"
COUNTRIES = {"de": "DE", "en": "GB"}


def tag(name: str) -> str:
    """„table:table-row“ as ElementTree calls it."""
    prefix, _colon, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def _sub(parent: Element, name: str, attrs: Mapping[str, Any] | None = None, text: str = "") -> Element:
    element = SubElement(parent, tag(name), {tag(key): str(value) for key, value in (attrs or {}).items()})
    element.text = text or None
    return element


def width_in_cm(characters: int) -> float:
    """A little more than XLSX takes for as many: this font is wider than its own, and heights are reckoned once for both."""
    return (characters * 7.5 + 8) * 2.54 / 96


class Styles:
    """Gathers the styles that cells, rows and columns ask for, each once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.columns: dict[int, str] = {}
        self.rows: dict[float, str] = {}
        self.cells: dict[tuple[str, tuple[str, int, int] | None], str] = {}

    def column(self, width: int) -> str:
        return self.columns.setdefault(width, f"co{len(self.columns)}")

    def row(self, height: float) -> str:
        return self.rows.setdefault(height, f"ro{len(self.rows)}")

    def cell(self, look: str, rule: tuple[str, int, int] | None) -> str:
        """``rule`` is the place (sheet, row, column) from which cells are coloured by their level."""
        return self.cells.setdefault((look, rule), f"ce{len(self.cells)}")

    def automatic(self) -> Element:
        root = Element(tag("office:automatic-styles"))
        _number_styles(root, self.book.language)
        sheet = _sub(root, "style:style", {"style:name": "sheet", "style:family": "table", "style:master-page-name": "Default"})
        _sub(sheet, "style:table-properties", {"table:display": "true", "style:writing-mode": "lr-tb"})
        for width, name in self.columns.items():
            style = _sub(root, "style:style", {"style:name": name, "style:family": "table-column"})
            _sub(style, "style:table-column-properties", {"style:column-width": f"{width_in_cm(width):.3f}cm"})
        for height, name in self.rows.items():
            style = _sub(root, "style:style", {"style:name": name, "style:family": "table-row"})
            # Not left to LibreOffice: it fits them on screen, and prints a text with a line more over the next row.
            fixed = {"style:row-height": f"{height:.2f}pt", "style:use-optimal-row-height": "false"}
            _sub(style, "style:table-row-properties", fixed)
        for (look, rule), name in self.cells.items():
            self._cell_style(root, name, LOOKS[look], rule)
        return root

    def _cell_style(self, root: Element, name: str, look: Look, rule: tuple[str, int, int] | None) -> None:
        attrs = {"style:name": name, "style:family": "table-cell", "style:parent-style-name": "Default"}
        if look.number:
            attrs["style:data-style-name"] = f"n-{look.number}"
        style = _sub(root, "style:style", attrs)
        cell = {"fo:wrap-option": "wrap" if look.wrap else "no-wrap", "style:vertical-align": "top"}
        if look.fill:
            cell["fo:background-color"] = look.fill.lower()
        if look.line_below:
            cell["fo:border-bottom"] = "0.5pt solid #1d2034"
        _sub(style, "style:table-cell-properties", {**cell, "fo:padding": PADDING, "style:text-align-source": "fix"})
        _sub(style, "style:paragraph-properties", {"fo:text-align": "start" if look.align == "left" else look.align})
        text = {"fo:font-size": f"{look.size - 1}pt", **({"fo:font-weight": "bold"} if look.bold else {})}
        _sub(style, "style:text-properties", text)
        if rule:
            sheet, row, column = rule
            cell_name = f"{letter_of(column)}{row + 1}"
            for level in range(len(LEVEL_COLOURS)):
                condition = f"is-true-formula(AND(ISNUMBER([.{cell_name}]);[.{cell_name}]={level}))"
                base = f"'{sheet.replace(chr(39), chr(39) * 2)}'.{cell_name}"
                names = {"style:condition": condition, "style:apply-style-name": f"level{level}"}
                _sub(style, "style:map", {**names, "style:base-cell-address": base})


def _number_styles(root: Element, language: str) -> None:
    for name, decimals in (("whole", 0), ("mean", 1)):
        _number(_sub(root, "number:number-style", {"style:name": f"n-{name}"}), decimals)
    for name, decimals in (("signed", 0), ("signed_mean", 1)):
        for part, sign in (("P0", "+"), ("P1", "−")):
            style = _sub(root, "number:number-style", {"style:name": f"n-{name}{part}", "style:volatile": "true"})
            _sub(style, "number:text", text=sign)
            _number(style, decimals)
        style = _sub(root, "number:number-style", {"style:name": f"n-{name}"})
        _sub(style, "number:text", text="±")
        _number(style, decimals)
        for condition, part in (("value()>0", "P0"), ("value()<0", "P1")):
            _sub(style, "style:map", {"style:condition": condition, "style:apply-style-name": f"n-{name}{part}"})
    style = _sub(root, "number:date-style", {"style:name": "n-day"})
    german = language == "de"
    long = {"number:style": "long"}
    _sub(style, "number:day", long if german else {})
    _sub(style, "number:text", text="." if german else " ")
    _sub(style, "number:month", long if german else {"number:textual": "true"})
    _sub(style, "number:text", text="." if german else " ")
    _sub(style, "number:year", long)


def _number(style: Element, decimals: int) -> None:
    _sub(style, "number:number", {"number:decimal-places": decimals, "number:min-integer-digits": 1})


# --- Pages ------------------------------------------------------------------------------------------------------------------


def styles_xml(book: Book) -> Element:
    root = Element(tag("office:document-styles"), {tag("office:version"): "1.3"})
    faces = _sub(root, "office:font-face-decls")
    _sub(faces, "style:font-face", {"style:name": FONT, "svg:font-family": f"'{FONT}'", "style:font-family-generic": "swiss"})
    styles = _sub(root, "office:styles")
    default = _sub(styles, "style:default-style", {"style:family": "table-cell"})
    language = {"fo:language": book.language, "fo:country": COUNTRIES[book.language]}
    _sub(default, "style:text-properties", {"style:font-name": FONT, "fo:font-size": "10pt", **language})
    _sub(styles, "style:style", {"style:name": "Default", "style:family": "table-cell"})
    for level, (paper, ink) in enumerate(LEVEL_COLOURS):
        names = {"style:name": f"level{level}", "style:family": "table-cell", "style:parent-style-name": "Default"}
        style = _sub(styles, "style:style", names)
        _sub(style, "style:table-cell-properties", {"fo:background-color": paper, "style:text-align-source": "fix"})
        _sub(style, "style:paragraph-properties", {"fo:text-align": "center"})
        _sub(style, "style:text-properties", {"fo:color": ink})
    automatic = _sub(root, "office:automatic-styles")
    _paragraph(automatic, "small", {})
    _paragraph(automatic, "right", {"fo:text-align": "end"})
    layout = _sub(automatic, "style:page-layout", {"style:name": "page"})
    size = {"fo:page-width": "29.7cm", "fo:page-height": "21cm", "style:print-orientation": "landscape"}
    margins = {f"fo:margin-{side}": "1cm" for side in ("top", "bottom", "left", "right")}
    fitted = {"style:scale-to-X": 1, "style:scale-to-Y": 0, "style:print": "objects charts drawings zero-values"}
    _sub(layout, "style:page-layout-properties", {**size, **margins, **fitted})
    for part, side in (("header", "bottom"), ("footer", "top")):
        gap = {"fo:min-height": "0.8cm", f"fo:margin-{side}": "0.3cm", "fo:margin-left": "0cm", "fo:margin-right": "0cm"}
        _sub(_sub(layout, f"style:{part}-style"), "style:header-footer-properties", gap)
    masters = _sub(root, "office:master-styles")
    master = _sub(masters, "style:master-page", {"style:name": "Default", "style:page-layout-name": "page"})
    header = _sub(_sub(master, "style:header"), "style:region-left")
    _sub(header, "text:p", {"text:style-name": "small"}, book.heading)
    footer = _sub(master, "style:footer")
    _sub(_sub(footer, "style:region-left"), "text:p", {"text:style-name": "small"}, book.footing)
    paragraph = _sub(_sub(footer, "style:region-right"), "text:p", {"text:style-name": "right"})
    _page_of_pages(paragraph, book.of_pages)
    return root


def _paragraph(parent: Element, name: str, properties: Mapping[str, str]) -> None:
    style = _sub(parent, "style:style", {"style:name": name, "style:family": "paragraph"})
    if properties:
        _sub(style, "style:paragraph-properties", properties)
    _sub(style, "style:text-properties", {"fo:font-size": "8pt"})


def _page_of_pages(paragraph: Element, sentence: str) -> None:
    before, _page, rest = sentence.partition("%(page)s")
    between, _pages, after = rest.partition("%(pages)s")
    paragraph.text = before
    _sub(paragraph, "text:page-number").tail = between
    _sub(paragraph, "text:page-count").tail = after


# --- On screen --------------------------------------------------------------------------------------------------------------


def settings_xml(book: Book) -> Element:
    """Heads and first columns stay in sight."""
    root = Element(tag("office:document-settings"), {tag("office:version"): "1.3"})
    views = _sub(_sub(root, "office:settings"), "config:config-item-set", {"config:name": "ooo:view-settings"})
    view = _sub(_sub(views, "config:config-item-map-indexed", {"config:name": "Views"}), "config:config-item-map-entry")
    _item(view, "ViewId", "string", "view1")
    tables = _sub(view, "config:config-item-map-named", {"config:name": "Tables"})
    for sheet in book.sheets:
        entry = _sub(tables, "config:config-item-map-entry", {"config:name": sheet.name})
        for name, kind, value in _frozen(sheet):
            _item(entry, name, kind, value)
    _item(view, "ActiveTable", "string", book.sheets[0].name)
    for name in ("ShowZeroValues", "ShowGrid", "HasColumnRowHeaders", "HasSheetTabs"):  # off where nothing is said of them
        _item(view, name, "boolean", "true")
    return root


def _frozen(sheet: BookSheet) -> Iterable[tuple[str, str, object]]:
    rows, columns = (0 if sheet.head is None else sheet.head + 1), sheet.frozen_columns
    yield from (("HorizontalSplitMode", "short", 2 if columns else 0), ("VerticalSplitMode", "short", 2 if rows else 0))
    yield from (("HorizontalSplitPosition", "int", columns), ("VerticalSplitPosition", "int", rows))
    yield from (("ActiveSplitRange", "short", 3 if columns else 2), ("PositionLeft", "int", 0))
    yield from (("PositionRight", "int", columns), ("PositionTop", "int", 0), ("PositionBottom", "int", rows))


def _item(parent: Element, name: str, kind: str, value: object) -> None:
    _sub(parent, "config:config-item", {"config:name": name, "config:type": kind}, str(value))
