"""Fitting words into a given width: wrapped between words, hyphenated inside long ones, shortened at the end."""

from functools import cache
from typing import Any

from django.utils.translation import get_language

from assessments.reports.charts.svg import SIZE
from assessments.reports.charts.text_width import shortened, text_width


@cache
def _hyphenator(language: str) -> Any:
    import pyphen  # reads its word list: only once a long word turns up

    return pyphen.Pyphen(lang="en_GB" if language == "en" else "de_DE", left=3, right=3)


def load_syllables() -> None:
    """Read the word lists now (a second each), so that nobody waits for them."""
    for language in ("de", "en"):
        _hyphenator(language)


def wrap(text: str, width: float, *, size: float = SIZE, bold: bool = False, max_lines: int = 3) -> list[str]:
    """Break a text into at most ``max_lines`` lines no wider than ``width``; what is left over becomes „…“.

    The table beside each chart holds the full text. A word is split only where it would not fit on a line of its own:
    at a hyphenation point, or anywhere if there is none.
    """
    fits = _Fits(width, size, bold)
    lines: list[str] = []
    line = ""
    words = text.split()
    while words:
        word = words.pop(0)
        joined = f"{line} {word}" if line else word
        if fits(joined):
            line = joined
            continue
        if not fits(word):
            head, tail = _split(word, fits, f"{line} " if line else "")
            if head:
                line = f"{line} {head}" if line else head
                word = tail
            elif not line:
                return [*lines[:-1], _ending(lines[-1], fits)] if lines else []  # not even one letter fits
        lines.append(line)
        line = ""
        if len(lines) == max_lines:
            lines[-1] = _ending(lines[-1], fits)
            return lines
        words.insert(0, word)
    return [*lines, line] if line else lines


class _Fits:
    def __init__(self, width: float, size: float, bold: bool) -> None:
        self.width, self.size, self.bold = width, size, bold

    def __call__(self, text: str) -> bool:
        return text_width(text, self.size, bold=self.bold) <= self.width


def _split(word: str, fits: _Fits, before: str) -> tuple[str, str]:
    """The longest first part that fits behind ``before``, with its hyphen, and the rest. Empty if none does."""
    if word.isalpha() or "-" in word:
        places = sorted({*_hyphenator((get_language() or "de")[:2]).positions(word), *_after_hyphens(word)}, reverse=True)
        for place in places:
            head = word[:place] if word[place - 1] == "-" else word[:place] + "-"
            if fits(before + head):
                return head, word[place:]
    if before:
        return "", word
    for place in range(len(word) - 1, 0, -1):
        if fits(word[:place]):
            return word[:place], word[place:]
    return "", word


def _after_hyphens(word: str) -> list[int]:
    return [place + 1 for place, char in enumerate(word[:-1]) if char == "-" and place]


def _ending(line: str, fits: _Fits) -> str:
    """The last line there is room for, with „…“ for what follows."""
    return shortened(line, fits.width, fits.size, bold=fits.bold, strip=" -–,")
