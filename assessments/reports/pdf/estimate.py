"""How high the page to decide by is, reckoned from its HTML: the widths of its words, and the sizes of ``print-report.css``.

To lay that page out alone, only to learn how much of its lists it can hold, cost a ninth of a Kurzfassung's time. Set from the
left and without syllables, its lines follow from the widths of their words. What is not as plain as that (a coat of arms, facts
of a council paper, other alphabets) is not reckoned. ``tests/reports/test_pdf_estimate.py`` holds it to what WeasyPrint does.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from assessments.reports.charts.text_width import is_known, text_width
from assessments.reports.pdf.document import as_xml

#: In CSS pixels, as all that follows.
MM, PT = 96 / 25.4, 96 / 72
PAGE_WIDTH, ITEM_INDENT, CHART_WIDTH, WIDE_IN_LANG = 172 * MM, 4.5 * MM, 170 * MM, 150 * MM
TOP = {"kurz": 16 * MM, "lang": 19 * MM}
KERNED = 0.02
_BLANKS = re.compile(r"[ \t\n]+")
#: Keeps a hyphen with its word, and has no width.
_JOINER = "\u2060"
#: Behind a blank, and behind a hyphen or a stroke within a word.
_BREAK = re.compile(r"(?<= )|(?<=\w[-/])(?=\w)")
#: What may stand in a line of text, with the classes that change nothing of its width.
_INLINE = {"b", "br", "span", "i"}


class _NotReckoned(Exception):
    """Something stands there whose height nobody knows before it is laid out."""


def places_of(html: str, variant: str, *, kerned: float = 0) -> dict[str, float] | None:
    """By id, how far from the page's upper edge each part of the page to decide by begins, on a sheet without an end.

    ``html`` is a document with that page alone. None where it holds what is not reckoned. Widths of letters leave out kerning,
    which makes words narrower by a part of their width between 0 and ``KERNED``: what is true of both ends is certain.
    """
    try:
        (content,) = ElementTree.fromstring(as_xml(html.replace(_JOINER, ""))).iterfind("body/div")  # noqa: S314 – our own text
        return _Column(variant, 1 - kerned).places_in(content)
    except (ElementTree.ParseError, _NotReckoned, ValueError):
        return None


class _Column:
    """Blocks below one another, whose margins collapse."""

    def __init__(self, variant: str, share: float) -> None:
        self.variant, self.share = variant, share
        self.bottom = TOP[variant]
        self.margin = 0.0
        self.places: dict[str, float] = {}

    def places_in(self, content: ElementTree.Element) -> dict[str, float]:
        for part in content:
            match _name(part):
                case "div.letterhead":
                    for block in part:
                        self.add_text(block, bottom=0 if block.tag == "h1" else 1 * MM)
                    self.leave_room(2.4 * MM + 1.2 * PT, bottom=3.6 * MM)
                case "h2.first":
                    self.margin = 0
                    self.leave_room(1.8 * MM + 1.2 * PT, bottom=0)
                    self.add_text(part, bottom=1.6 * MM)
                case "div.summary":
                    for block in part:
                        self.add_block(block)
                case "div":
                    pass  # the anchor at the end
                case _:
                    raise _NotReckoned
        return self.places

    def add_block(self, block: ElementTree.Element) -> None:
        match _name(block):
            case "ul" | "ol" | "ul.changes":
                for item in block:
                    self.add_text(item, bottom=0 if block.get("class") else 0.6 * MM, indent=ITEM_INDENT)
                self.margin = max(self.margin, 2 * MM)
            case "h2" | "h3":
                self.add_text(block, top=3 * MM, bottom=0.8 * MM)
            case "p.wide":
                self.add_text(block, bottom=2 * MM)
            case "p" | "p.small muted":
                self.add_text(block, bottom=1.2 * MM)
            case "div":
                self.places[block.attrib["id"]] = self.bottom + self.margin
            case name if name.startswith("{http://www.w3.org/2000/svg}svg.chart"):
                _x, _y, width, height = map(float, block.attrib["viewBox"].split())
                self.leave_room(CHART_WIDTH * height / width, bottom=0)
            case _:
                raise _NotReckoned

    def leave_room(self, height: float, *, top: float = 0, bottom: float) -> float:
        """Where it begins."""
        begin = self.bottom + max(self.margin, top)
        self.bottom, self.margin = begin + height, bottom
        return begin

    def add_text(self, block: ElementTree.Element, *, bottom: float, top: float = 0, indent: float = 0) -> None:
        size, line, bold, width = self.style(block)
        count = _count_lines(_runs(block, bold), size * self.share, width - indent)
        begin = self.leave_room(count * line, top=top, bottom=bottom)
        if "id" in block.attrib:
            self.places[block.attrib["id"]] = begin
        for one in block.iterfind(".//i[@id]"):  # at the end of a list's last item
            self.places[one.attrib["id"]] = begin + (count - 1) * line

    def style(self, block: ElementTree.Element) -> tuple[float, float, bool, float]:
        """Size, height of a line, whether it is bold, width of the column."""
        is_long = self.variant == "lang"
        match _name(block):
            case "h1":
                size, line, bold = 22.0, 27.0, True
            case "h2.first":
                size, line, bold = 15, 19, True
            case "h2" | "h3":
                size, line, bold = 12.5, 16, True
            case "p.wide":
                size, line, bold = (12, 17, False) if is_long else (10.5, 14, False)
            case "p.small muted":
                size, line, bold = 8.5, 11, False
            case "p" | "p.muted" | "li":
                size, line, bold = 10, 13.5, False
            case _:
                raise _NotReckoned
        return size * PT, line * PT, bold, WIDE_IN_LANG if is_long and block.get("class") == "wide" else PAGE_WIDTH


def _name(element: ElementTree.Element) -> str:
    return ".".join(filter(None, (element.tag, element.get("class"))))


def _runs(element: ElementTree.Element, bold: bool) -> Iterator[tuple[str, bool]]:
    """The text in pieces of one weight; a break in the text is a piece of its own."""
    yield _BLANKS.sub(" ", element.text or ""), bold
    for child in element:
        if child.tag not in _INLINE or (child.tag == "i" and child.get("class") != "muted" and "id" not in child.attrib):
            raise _NotReckoned
        if child.tag == "br":
            yield "\n", bold
        else:
            yield from _runs(child, bold or child.tag == "b")
        yield _BLANKS.sub(" ", child.tail or ""), bold


def _count_lines(runs: Iterator[tuple[str, bool]], size: float, width: float) -> int:
    count, at, word, behind, after_blank = 1, 0.0, 0.0, 0.0, True

    def end_word() -> None:
        nonlocal count, at, word, behind
        if word - behind > width:
            raise _NotReckoned  # it is broken somewhere
        if at and at + word - behind > width:
            count, at = count + 1, 0.0
        at, word, behind = at + word, 0.0, 0.0

    for text, bold in runs:
        if text == "\n":
            end_word()
            count, at, after_blank = count + 1, 0.0, True
            continue
        if not is_known(text, bold=bold):
            raise _NotReckoned
        pieces = _BREAK.split(text.removeprefix(" ") if after_blank else text)
        for place, piece in enumerate(pieces):
            if piece:
                word += text_width(piece, size, bold=bold)
                behind = text_width(" ", size, bold=bold) if piece.endswith(" ") else 0.0
                after_blank = piece.endswith(" ")
            if after_blank or place + 1 < len(pieces):
                end_word()
    end_word()
    return count
