"""Shortening prose without breaking a sentence where that can be helped."""

import re

_END = re.compile(r"[.!?…](?=\s|$)")


def whole_sentences(text: str, limit: int) -> str:
    """As many whole sentences of the text, on one line, as fit into ``limit`` characters.

    Where not even the first fits it is cut after a whole word, and ends in „ …“.
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    ends = [found.end() for found in _END.finditer(text, 0, limit)]
    if ends and ends[-1] > limit // 4:
        return text[: ends[-1]]
    end = text.rfind(" ", 0, limit - 1)
    return text[: end if end > limit // 2 else limit - 2].rstrip(" ,;:–-") + " …"
