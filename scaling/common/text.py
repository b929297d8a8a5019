"""One function for text: whatever people type, paste or bring in a file is brought into one form before it is judged or stored.

Two texts that look the same are then the same, and a text that shows nothing is empty.
"""

import re
import unicodedata

from django.utils.text import slugify

#: What people and programs end a line with, besides \\n: carriage returns, vertical tabs, form feeds, Unicode's own separators.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
#: Characters that take no room. They come along with pasted text, make equal words differ and hide what a text says.
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters but tab and line end
    "\u00ad\u034f\u061c\u180e"  # soft hyphen, grapheme joiner, marks of direction and of Mongolian
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, marks, overrides and isolates of direction
    "\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"  # fillers, which pass for letters, and an empty braille cell
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags
    "]"
)
#: Categories of characters that show nothing by themselves: spaces, joiners, accents without a letter, unassigned ones.
_SHOWS_NOTHING = ("Z", "C", "M")


def tidy_text(text: str) -> str:
    """``text`` in Unicode's composed form, with \\n for every kind of line end and without invisible characters.

    Empty if nothing of it can be seen. Spaces, tabs and line ends stay, and so do joiners within words and emoji.
    """
    if text.isascii() and text.isprintable():
        return text if text.strip() else ""
    tidied = unicodedata.normalize("NFC", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)))
    return tidied if any(unicodedata.category(sign)[0] not in _SHOWS_NOTHING for sign in tidied) else ""


def tidy_line(text: str) -> str:
    """``tidy_text`` for what stands on one line, such as a name: every run of blanks and line ends is one blank."""
    return " ".join(tidy_text(text).split())


def tidy_password(text: str) -> str:
    """The form in which a password is the same on every system and keyboard (NFKC, as RFC 8265 asks). Nothing is left out."""
    return unicodedata.normalize("NFKC", text)


def tidy_file_name(name: str) -> str:
    """The last part of a path, composed, without what cannot be printed or turns the direction of reading."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in tidy_text(last) if sign.isprintable()).strip()


def look_alike(name: str) -> str:
    """The same for all names a reader would take for one: whatever their case, width, blanks and composition."""
    folded = unicodedata.normalize("NFKC", tidy_line(name)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def has_letters(text: str) -> bool:
    """Whether anything is said: dots, dashes and figures alone give no reason."""
    return any(sign.isalpha() for sign in tidy_text(text))


def german_slug(text: str) -> str:
    """For addresses and names of files: „Kämmerei“ is „kaemmerei“, where Unicode alone would make it „kammerei“."""
    german = unicodedata.normalize("NFC", text).lower()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        german = german.replace(letter, letters)
    return slugify(german)
