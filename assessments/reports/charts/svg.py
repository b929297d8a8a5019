"""The pen all charts draw with: one SVG for the screen and for the PDF.

Colours are presentation attributes, because page CSS does not reach into SVG in the PDF; classes beside them let the screen's
``charts.css`` restyle the same drawing for dark mode and forced colours. No ids and no references, so that any number of
charts may stand on one page, and the same data always gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from assessments.reports.charts.text_width import shortened, text_width

#: Colour by role, for white paper. Text and marks keep a contrast of at least 4.5 : 1, lines that only guide the eye need none.
COLOURS = {
    "ink": "#1d2034",
    "muted": "#51577a",
    "grid": "#c4c8d8",
    "track": "#e9ebf3",
    "paper": "#ffffff",
    "now": "#1a4fa3",
    "target": "#a14a00",
    "earlier": "#51577a",
    "good": "#0b6b4f",
    "bad": "#b3261e",
}
SIZE = 13.0  # text; at the PDF's usual width of 640 units this prints at 9 pt
SMALL = 11.5  # prints at 8.6 pt
LINE = 1.25  # line height, in parts of the size
#: Stands for the height of the line at the bottom that says what is pointed at; known only once the drawing is complete.
_FOOT = "{foot}"

# Dash and mark tell the roles apart without colour.
DASHES = {"now": "", "target": "7 4", "earlier": "2 3"}
WIDTHS = {"now": 2.4, "target": 1.6, "earlier": 1.6}


@dataclass(frozen=True)
class Box:
    """The space a text takes: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box", gap: float = 0) -> bool:
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )


def n(value: float) -> str:
    """A coordinate, to a tenth and without a trailing zero: shorter files, and no ``-0``."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{n(x)},{n(y)}" for x, y in pairs)


class Drawing:
    """Collects shapes; ``finish`` makes the SVG. The origin is the upper left corner, y grows downwards."""

    def __init__(self, width: float, kind: str) -> None:
        self.width = width
        self.kind = kind
        self._parts: list[str] = []
        self._has_links = False

    def _add(self, shape: str, *, fill: str = "", stroke: str = "", stroke_width: float = 0, extra: str = "") -> None:
        classes = " ".join([f"f-{fill}"] * bool(fill) + [f"s-{stroke}"] * bool(stroke))
        fills = f'fill="{COLOURS[fill]}"' if fill else 'fill="none"'
        strokes = f' stroke="{COLOURS[stroke]}" stroke-width="{n(stroke_width)}"' if stroke else ""
        self._parts.append(f'<{shape} class="{classes}" {fills}{strokes}{extra}/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, role: str, *, width: float = 0.8, dash: str = "") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._add(f'line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}"', stroke=role, stroke_width=width, extra=dashes)

    def rect(self, x: float, y: float, width: float, height: float, role: str, *, frame: str = "", radius: float = 0) -> None:
        rounded = f' rx="{n(radius)}"' if radius else ""
        self._add(
            f'rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"{rounded}',
            fill=role,
            stroke=frame,
            stroke_width=1,
        )

    def polygon(self, pairs: Sequence[tuple[float, float]], role: str, *, width: float = 0.8) -> None:
        """An outline only, for the grid."""
        self._add(f'polygon points="{points(pairs)}"', stroke=role, stroke_width=width)

    def area(self, pairs: Sequence[tuple[float, float]], role: str) -> None:
        """A closed line in the dash of its role; what is now is lightly filled, too."""
        opacity = ' fill-opacity=".12"' if role == "now" else ""
        self._add(
            f'polygon points="{points(pairs)}"',
            fill="now" if role == "now" else "",
            stroke=role,
            stroke_width=WIDTHS[role],
            extra=opacity + _dash(role),
        )

    def path(self, pairs: Sequence[tuple[float, float]], role: str) -> None:
        """An open line in the dash of its role."""
        self._add(f'polyline points="{points(pairs)}"', stroke=role, stroke_width=WIDTHS[role], extra=_dash(role))

    def mark(self, x: float, y: float, role: str) -> None:
        """Now: a filled square. Target: a diamond around it. Earlier: a ring. All three stay visible on one spot."""
        if role == "now":
            self._add(f'rect x="{n(x - 3.5)}" y="{n(y - 3.5)}" width="7" height="7"', fill="now")
        elif role == "target":
            diamond = [(x, y - 8.5), (x + 8.5, y), (x, y + 8.5), (x - 8.5, y)]
            self._add(f'polygon points="{points(diamond)}"', stroke="target", stroke_width=1.8)
        else:
            self._add(f'circle cx="{n(x)}" cy="{n(y)}" r="5.2"', stroke="earlier", stroke_width=1.6)

    def circle(self, x: float, y: float, radius: float, *, fill: str = "", stroke: str = "", width: float = 1.4) -> None:
        self._add(f'circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}"', fill=fill, stroke=stroke, stroke_width=width)

    def triangle(self, x: float, top: float, size: float, role: str) -> None:
        """A filled triangle that points upwards to (x, top)."""
        pairs = [(x, top), (x + size / 2, top + size), (x - size / 2, top + size)]
        self._add(f'polygon points="{points(pairs)}"', fill=role)

    def diamond(self, x: float, y: float, radius: float, role: str) -> None:
        pairs = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
        self._add(f'polygon points="{points(pairs)}"', fill="paper", stroke=role, stroke_width=1.6)

    def tick(self, x: float, y: float, role: str) -> None:
        """A check mark, drawn: the font has none."""
        pairs = [(x - 4.5, y + 0.3), (x - 1.3, y + 3.6), (x + 4.8, y - 3.6)]
        self._add(f'polyline points="{points(pairs)}"', stroke=role, stroke_width=2)

    def bar_mark(self, x: float, y: float, role: str) -> None:
        """A barrier: one thick horizontal line."""
        self._add(f'rect x="{n(x - 5)}" y="{n(y - 1.5)}" width="10" height="3"', fill=role)

    def text(
        self, x: float, y: float, text: str, *, size: float = SIZE, anchor: str = "start", role: str = "ink", bold: bool = False
    ) -> None:
        """One line of text; ``y`` is its baseline."""
        weight = ' font-weight="600"' if bold else ""
        anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._parts.append(
            f'<text x="{n(x)}" y="{n(y)}" font-size="{n(size)}"{anchored}{weight} class="f-{role}" fill="{COLOURS[role]}">'
            f"{escape(text)}</text>"
        )

    def lines(
        self,
        x: float,
        top: float,
        lines: Sequence[str],
        *,
        size: float = SIZE,
        anchor: str = "start",
        role: str = "ink",
        bold: bool = False,
    ) -> float:
        """Several lines of text from ``top`` downwards. Returns where they end."""
        for number, line in enumerate(lines):
            self.text(x, top + (number + 0.8) * size * LINE, line, size=size, anchor=anchor, role=role, bold=bold)
        return top + len(lines) * size * LINE

    @contextmanager
    def link(self, href: str, words: str, hit: Box | None = None) -> Iterator[None]:
        """What is drawn inside leads to ``href`` and is named by ``words``; with "" it is drawn as it is.

        ``hit`` is the area to be met by finger or mouse, at least 24 × 24; without it, what is drawn is a second way for the
        mouse beside a link that has one, and the keyboard passes it by. Who points at a link with an area or comes by keyboard
        reads ``words`` below the chart as well; the second way has them in its ``title`` only, for the weight of the page.
        """
        if not href:
            yield
            return
        self._has_links = True
        spoken = escape(words)
        named = f' aria-label="{spoken}"' if hit else ' tabindex="-1" aria-hidden="true"'
        self._parts.append(f'<a href="{escape(href)}" class="chart__link"{named}><title>{spoken}</title>')
        if hit:
            self._parts.append(
                f'<rect x="{n(hit.left)}" y="{n(hit.top)}" width="{n(hit.right - hit.left)}" '
                f'height="{n(hit.bottom - hit.top)}" class="chart__hit" fill="none" pointer-events="all"/>'
            )
        yield
        if hit:
            self._parts.append(
                f'<text x="2" y="{_FOOT}" font-size="{n(SMALL)}" class="f-ink chart__tip" fill="{COLOURS["ink"]}" '
                f'display="none" aria-hidden="true">{escape(self._one_line(words))}</text>'
            )
        self._parts.append("</a>")

    def _one_line(self, words: str) -> str:
        """As much of it as the drawing is wide; the name of the link has all of it."""
        room = self.width - 4
        return words if text_width(words, SMALL) <= room else shortened(words, room, SMALL)

    def finish(self, height: float, sentence: str) -> SafeString:
        """The SVG with its alternative text: ``title`` as the direct child, which WeasyPrint tags, and ``aria-label``.

        With links it is a group and no image: the parts of an image are hidden from those who hear the page.
        """
        spoken = escape(sentence)
        body = "".join(self._parts)
        if self._has_links:
            height += SMALL * LINE + 2
            body = body.replace(f'y="{_FOOT}"', f'y="{n(height - 4)}"')
        role = "group" if self._has_links else "img"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart chart--{self.kind}" role="{role}" aria-label="{spoken}" '
            f'viewBox="0 0 {n(self.width)} {n(height)}" width="{n(self.width)}" height="{n(height)}" '
            f'font-family="Fira Sans, sans-serif">'
        )
        return mark_safe(f"{head}<title>{spoken}</title>{body}</svg>")  # noqa: S308 – every text is escaped


def _dash(role: str) -> str:
    return f' stroke-dasharray="{DASHES[role]}"' if DASHES[role] else ""
