"""The words of a chart, set in the finished file.

WeasyPrint lays out and draws each letter of an SVG's text by itself, and a second time all of them together, only to
measure: a seventh of a Kurzfassung's time. So the words are taken out of the drawings; in each stays one letter, at a place
that no drawing has. In the first drawing stay all letters of all of them, once in each face: what the file shows them with
is read there. Before the file's bytes are written, the letter's place is taken by the drawing's words, one after another,
as wide as they were laid out (``charts.text_width``): the same words in the same font at the same place, inside the same
tag.

What holds a sign that Fira Sans lacks stays where it is. Where not all is found, nothing is changed, and the document has
to be laid out with all of its words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from assessments.reports.charts.text_width import is_known, text_width

_CHART = re.compile(r'(<svg [^>]*class="chart [^>]*>)(.*?)(</svg>)', re.DOTALL)
#: As ``charts.svg.Drawing.text`` writes it.
_TEXT = re.compile(
    r'<text x="(?P<x>[-.\d]+)" y="(?P<y>[-.\d]+)" font-size="(?P<size>[.\d]+)"(?: text-anchor="(?P<anchor>middle|end)")?'
    r'(?P<bold> font-weight="600")? class="f-\w+" fill="#(?P<colour>[\da-f]{6})">(?P<text>[^<]*)</text>'
)
#: Stand-ins are left of every drawing: this far and their number more.
FAR = 9000
_STAND_IN = '<text x="-{far}" y="0" font-size="13"{weight}>{text}</text>'
_WEIGHTS = {False: "", True: ' font-weight="600"'}
_MATRIX = re.compile(rb"1 0 0 -1 -(\d+) 0 Tm")
_FONT = re.compile(rb"/(\S+) \S+ Tf")
_SIGN = re.compile(rb"\[<(\w{4})>0?\] TJ")


@dataclass(frozen=True)
class _Label:
    """One line of text of a drawing, from its left end."""

    x: float
    y: str
    size: str
    is_bold: bool
    colour: str
    text: str


@dataclass(frozen=True)
class _Found:
    """The parts of a stream from ``first`` to ``last``, which place and show a stand-in."""

    stream: Any
    first: int
    last: int
    font: bytes
    signs: tuple[bytes, ...]


class ChartLabels:
    """Those of one document: ``html`` is to be laid out in its stead; ``are_set`` once all of them stand in the file."""

    def __init__(self, html: str, *, whole: bool = False) -> None:
        """``whole``: nothing is taken out."""
        self.charts: list[list[_Label]] = []
        self.letters: dict[bool, str] = {}
        parts = _CHART.split(html)  # what is between, then the three groups of each chart
        for place in [] if whole else range(2, len(parts), 4):
            parts[place] = self._without_labels(parts[place])
        labels = [label for chart in self.charts for label in chart]
        for bold in (False, True):
            signs = {sign for one in labels if one.is_bold == bold for sign in one.text if not sign.isspace()}
            self.letters[bold] = "".join(sorted(signs))
        self.html = "".join(parts)
        if self.charts:
            faces = (
                _STAND_IN.format(far=FAR + bold, weight=_WEIGHTS[bold], text=escape(letters))
                for bold, letters in self.letters.items()
                if letters
            )
            self.html = self.html.replace(_place(0), "".join(faces) + _place(0), 1)
        self.are_set = not self.charts

    def _without_labels(self, drawing: str) -> str:
        labels: list[_Label] = []

        def take(found: re.Match[str]) -> str:
            text, bold = unescape(found["text"]), bool(found["bold"])
            if not text.strip() or not is_known(text, bold=bold):
                return found[0]
            width = text_width(text, float(found["size"]), bold=bold) if found["anchor"] else 0
            x = float(found["x"]) - (width / 2 if found["anchor"] == "middle" else width)
            labels.append(_Label(x, found["y"], found["size"], bold, found["colour"], text))
            return ""

        drawing = _TEXT.sub(take, drawing)
        if not labels:
            return drawing
        self.charts.append(labels)
        return drawing + _place(len(self.charts) - 1)

    def set_in(self, _pages: Sequence[Any], pdf: Any) -> None:
        """In a file, before anything in it is packed."""
        if self.are_set:
            return
        found = dict(_stand_ins(pdf))
        try:
            signs = {
                bold: dict(zip(letters, found[bold].signs, strict=True)) for bold, letters in self.letters.items() if letters
            }
            fonts = {bold: found[bold].font for bold in signs}
            texts = [(found[number], _drawn(chart, fonts, signs)) for number, chart in enumerate(self.charts, start=2)]
        except (LookupError, ValueError):
            return
        texts += [(found[bold], b"") for bold in signs]
        for one, text in texts:
            one.stream.stream[one.first] = text
            for place in range(one.first + 1, one.last + 1):
                one.stream.stream[place] = b""
        self.are_set = True


def _place(number: int) -> str:
    """Where the words of a drawing will stand."""
    return _STAND_IN.format(far=FAR + 2 + number, weight="", text="0")


def _stand_ins(pdf: Any) -> Iterator[tuple[int, _Found]]:
    """By their number."""
    for stream in pdf.objects:
        parts = getattr(stream, "stream", ())
        for place, part in enumerate(parts):
            if isinstance(part, bytes) and part.endswith(b" Tm") and (matrix := _MATRIX.fullmatch(part)):
                number, end = int(matrix[1]) - FAR, parts.index(b"ET", place)
                shown = parts[place:end]
                if number >= 0 and (font := next(filter(None, map(_FONT.fullmatch, shown)), None)):
                    signs = tuple(sign[1] for sign in map(_SIGN.fullmatch, shown) if sign)
                    yield number, _Found(stream, place, end - 1, font[1], signs)


def _drawn(labels: list[_Label], fonts: dict[bool, bytes], signs: dict[bool, dict[str, bytes]]) -> bytes:
    parts: list[str] = []
    colour = face = ""
    for one in labels:
        if one.colour != colour:
            colour = one.colour
            parts.append(" ".join(f"{value / 255:.6g}" for value in bytes.fromhex(colour)) + " rg")
        if face != (face := f"/{fonts[one.is_bold].decode()} {one.size} Tf"):
            parts.append(face)
        shown = "".join(_blank(sign, one) if sign.isspace() else signs[one.is_bold][sign].decode() for sign in one.text)
        parts.append(f"1 0 0 -1 {one.x:.2f} {one.y} Tm\n[<{shown}>] TJ")
    return "\n".join(parts).encode()


def _blank(sign: str, label: _Label) -> str:
    """It moves the next sign, as WeasyPrint has it, which draws none."""
    return f">{-1000 * text_width(sign, 1, bold=label.is_bold):.0f}<"
