"""The page on which something stands, printed elsewhere: in the contents, and beside each criterion in the table of all.

CSS has a way (``target-counter``), but such a number is known only once all pages are laid out; then each page that prints one
is laid out again, twice over: a fifth of a Langfassung's time. So each place is laid out with a stand-in of four figures, and
the number takes its place in the finished pages, before their bytes are written: other signs of the same font in the same text,
so that tags stay as they are. Figures there have one width (``tabular-nums``).

Stand-ins are known by the blanks between their figures (``letter-spacing`` in ``print-report.css``), which no other text
has. Where not each of them is found, in order, nothing is changed, and the document has to be laid out in the way of CSS.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

#: The way of CSS, over the report's own sheet.
BY_CSS = "css/print-page-numbers.css"
#: The first stand-in: with the six that follow it, it brings all ten figures into the font.
FIRST = 7890
_PLACE = re.compile(r'data-to="#([^"]+)"')
#: The blanks between its figures, in thousandths of the text's size: of a number set from the left, and of one that ends right.
LEFT, RIGHT = 110, 60
#: What shows four signs of a font: between them the numbers that move the next one, which Pango gives in one or two parts.
_SIGN, _BLANK = rb"<(\w{4})>", rb"((?:<>|[-\d.])+)"
_FOUR_SIGNS = re.compile(rb"\[" + _BLANK.join([_SIGN] * 4) + rb"(?:<>|[-\d.])*\] TJ")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
#: The file has them in whole numbers.
ROUNDED = 3
_FONT = re.compile(rb"/(\S+) \S+ Tf")


@dataclass(frozen=True)
class _StandIn:
    """Where it stands in the file; its font and four signs as the file names them."""

    stream: Any
    place: int
    font: str
    signs: tuple[str, ...]
    blank: int


class PageNumbers:
    """Those of one document: ``html`` is to be laid out in its stead; ``are_set`` once all of them stand in the file."""

    def __init__(self, html: str) -> None:
        self.anchors: list[str] = []
        self.html = _PLACE.sub(self._with_stand_in, html)
        self.are_set = not self.anchors

    def _with_stand_in(self, found: re.Match[str]) -> str:
        self.anchors.append(found[1])
        return f'{found[0]} data-number="{FIRST + len(self.anchors) - 1}"'

    def set_in(self, pages: Sequence[Any], pdf: Any) -> None:
        """In a file of these pages (WeasyPrint's), before anything in it is packed."""
        if self.are_set:
            return
        page_of = {anchor: str(number) for number, page in enumerate(pages, start=1) for anchor in page.anchors}
        found = list(islice(_stand_ins(pdf), len(self.anchors)))  # the first pages have them all
        try:
            signs, widths = _signs_of_figures(found), _widths(pdf)
            numbers = [page_of[anchor] for anchor in self.anchors]
            texts = [_text(number, one, signs, widths) for number, one in zip(numbers, found, strict=True)]
        except (LookupError, ValueError):
            return
        for one, text in zip(found, texts, strict=True):
            one.stream.stream[one.place] = text
        self.are_set = True


def _stand_ins(pdf: Any) -> Iterator[_StandIn]:
    for stream in pdf.objects:
        font = ""
        for place, part in enumerate(getattr(stream, "stream", ())):
            if not isinstance(part, bytes):
                continue
            if part.endswith(b" Tf") and (named := _FONT.fullmatch(part)):
                font = named[1].decode()
            elif part.endswith(b"] TJ") and (found := _FOUR_SIGNS.fullmatch(part)):
                blanks = [-sum(map(float, _NUMBER.findall(between))) for between in found.group(2, 4, 6)]
                for blank in (LEFT, RIGHT):
                    if all(abs(one - blank) < ROUNDED for one in blanks):
                        yield _StandIn(stream, place, font, tuple(sign.decode() for sign in found.group(1, 3, 5, 7)), blank)


def _signs_of_figures(found: Sequence[_StandIn]) -> dict[tuple[str, str], str]:
    """By font and figure. ValueError where the stand-ins are not all in their order: then a figure would have two signs."""
    signs: dict[tuple[str, str], str] = {}
    for number, one in enumerate(found, start=FIRST):
        for figure, sign in zip(str(number), one.signs, strict=True):
            if signs.setdefault((one.font, figure), sign) != sign:
                raise ValueError(f"Two signs for {figure}")
    if len({(font, sign) for (font, _figure), sign in signs.items()}) < len(signs):
        raise ValueError("One sign for two figures")
    return signs


def _widths(pdf: Any) -> dict[tuple[str, str], float]:
    """Of each sign in a font's list of them, in thousandths of the text's size."""
    widths: dict[tuple[str, str], float] = {}
    for one in pdf.objects:
        if isinstance(one, dict) and "W" in one and one.get("Type") == "/Font":
            font = one["BaseFont"].decode().removeprefix("/").split("+")[0]
            runs = one["W"]
            for first, run in zip(runs[::2], runs[1::2], strict=True):
                widths |= {(font, f"{first + place:04x}"): width for place, width in enumerate(run)}
    return widths


def _text(number: str, stand_in: _StandIn, signs: dict[tuple[str, str], str], widths: dict[tuple[str, str], float]) -> bytes:
    """What shows the number where the stand-in stood, which was never narrower."""
    own = [signs[stand_in.font, figure] for figure in number]
    start = ""
    if stand_in.blank == RIGHT:
        room = sum(widths[stand_in.font, sign] + RIGHT for sign in stand_in.signs)
        start = f"{round(sum(widths[stand_in.font, sign] for sign in own) - room)}"
    return f"[{start}<{''.join(own)}>] TJ".encode()
