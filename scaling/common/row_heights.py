"""How high a row of a spreadsheet has to be: what is written without a height is not fitted to its text by every program."""

from math import ceil
from unicodedata import east_asian_width

#: How many points a row can be high, by the file formats.
MAX_ROW_HEIGHT = 409.0
#: Points of one line at 11 points, and of the white above and below.
LINE, PADDING = 15.0, 3.0


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many characters: rather one too many than one too few."""
    return sum(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: float) -> int:
    if width_of(line) <= width:
        return 1
    lines, used = 1, 0
    for word in line.split(" "):
        length = width_of(word)
        if used and used + 1 + length > width:
            lines, used = lines + 1, 0
        used += length + bool(used)
        if used > width:  # one long word runs on
            lines += ceil(used / width) - 1
            used = used % int(width) or int(width)
    return lines


def width_of(word: str) -> int:
    """Chinese and the like are twice as wide, the first of them a sign of Korean; nothing else comes near that."""
    return len(word) if max(word, default="") < "\u1100" else sum(2 if east_asian_width(sign) in "WF" else 1 for sign in word)
