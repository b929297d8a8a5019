"""How wide Fira Sans sets a text: by the vendored font files, so that charts can be laid out without a renderer."""

from bisect import bisect_right
from functools import cache

from scaling.common.static_files import static_file

FONT = "vendor/fira-sans-5.3.0/files/fira-sans-{letters}-{weight}-normal.woff2"
# What the font lacks is set in another one: assume the widest common case.
_UNKNOWN = 1.0


@cache
def _widths(bold: bool) -> dict[int, float]:
    """Advance widths by character, in parts of the font size. Some 20 ms, once per process."""
    from fontTools.ttLib import TTFont  # the library takes a moment to load: only where something is drawn

    widths: dict[int, float] = {}
    for letters in ("latin-ext", "latin"):
        path = static_file(FONT.format(letters=letters, weight=600 if bold else 400))
        with TTFont(path, lazy=True) as font:
            size, advances = font["head"].unitsPerEm, font["hmtx"]
            widths |= {character: advances[glyph][0] / size for character, glyph in font.getBestCmap().items()}
    return widths


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line of text in the unit of ``size``. Kerning is left out: it only ever makes the text narrower."""
    widths = _widths(bold)
    return sum(widths.get(ord(character), _UNKNOWN) for character in text) * size


def is_known(text: str, *, bold: bool = False) -> bool:
    """Whether Fira Sans has every character: then ``text_width`` is exact."""
    widths = _widths(bold)
    return all(ord(character) in widths for character in text)


def shortened(text: str, width: float, size: float, *, bold: bool = False, strip: str | None = None) -> str:
    """As much of the text's beginning as fits with „…“ behind it, and nothing of ``strip`` (blanks) in between."""

    def beginning(length: int) -> str:
        return text[:length].rstrip(strip) + "…"

    longer = bisect_right(range(len(text) + 1), width, key=lambda length: text_width(beginning(length), size, bold=bold))
    return beginning(max(longer - 1, 0))
