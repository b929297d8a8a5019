"""Shortening prose without breaking a sentence where that can be helped."""

import re

_END = re.compile(r"[.!?…](?=\s+[^\sa-zäöü]|\s*$)")
#: Words whose dot ends no sentence; so do those of one letter („z. B.“), and numbers („3. März“).
_ABBREVIATED = frozenset(
    ("abs", "art", "bzw", "ca", "dr", "evtl", "ggf", "inkl", "max", "min", "mind", "mio", "mr", "mrd", "mrs", "nr", "prof")
)


def _ends(text: str) -> list[int]:
    """Where the sentences of a text end."""
    return [found.end() for found in _END.finditer(text) if found[0] != "." or not _is_short(text[: found.start()])]


def _is_short(before: str) -> bool:
    word = re.split(r"[\s(„‚–/-]", before)[-1]
    return len(word) < 2 or word.isdigit() or word.lower() in _ABBREVIATED


_QUOTED = re.compile("„([^„“]*)“")
_QUOTED_IN_ENGLISH = re.compile(r"(?<!\w)‘([^‘’]*)’(?!\w)")


def within_quotes(text: str) -> str:
    """A text as it stands between quotation marks: its own become those within („Eine ‚Mission Mystique‘“)."""
    return _QUOTED_IN_ENGLISH.sub(r"“\1”", _QUOTED.sub(r"‚\1‘", text))


def whole_sentences(text: str, limit: int) -> str:
    """As many whole sentences of the text, on one line, as fit into ``limit`` characters.

    Where not even the first fits it is cut after a whole word, and ends in „ …“.
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    ends = [end for end in _ends(text) if end <= limit]
    if ends and ends[-1] > limit // 4:
        return text[: ends[-1]]
    end = text.rfind(" ", 0, limit - 1)
    return text[: end if end > limit // 2 else limit - 2].rstrip(" ,;:–-") + " …"


def at_least_one_sentence(text: str, limit: int) -> str:
    """As many whole sentences of the text, on one line, as fit into ``limit`` characters; the first whole, however long."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    ends = _ends(text) or [len(text)]
    return text[: max((end for end in ends if end <= limit), default=ends[0])]
