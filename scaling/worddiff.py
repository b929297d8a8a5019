"""Which words changed between two texts. Pure; for catalogue texts and for the reasons people give."""

import re
from difflib import SequenceMatcher
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Kind = Literal["same", "removed", "added"]
Segment = tuple[Kind, str]

# Words with the blanks after them, and single signs: so a change of a comma marks the comma alone.
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
#: Comparing costs the product of both lengths in the worst case; beyond this, the whole text counts as changed.
MOST_TOKENS = 4000


def diff_words(before: str, after: str) -> list[Segment]:
    """Segments that give ``before`` without the added ones and ``after`` without the removed ones."""
    if before == after:
        return [("same", after)] if after else []
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(old) > MOST_TOKENS or len(new) > MOST_TOKENS:
        return _without_empty([("removed", before), ("added", after)])
    segments: list[Segment] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(("same", "".join(new[j1:j2])))
        else:
            segments += [("removed", "".join(old[i1:i2])), ("added", "".join(new[j1:j2]))]
    return _joined(_without_empty(segments))


def _without_empty(segments: list[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment[1]]


def _joined(segments: list[Segment]) -> list[Segment]:
    """A lone blank between two changes is read as part of them: „alte Wörter“ → „neue Begriffe“, not word by word."""
    result: list[Segment] = []
    index = 0
    while index < len(segments):
        removed = added = ""
        start = index
        while index < len(segments):
            kind, text = segments[index]
            between = start < index < len(segments) - 1 and text.isspace() and "\n" not in text
            if kind == "removed":
                removed += text
            elif kind == "added":
                added += text
            elif between:
                removed, added = removed + text, added + text
            else:
                break
            index += 1
        result += _without_empty([("removed", removed), ("added", added)])
        if index < len(segments):
            result.append(segments[index])
            index += 1
    return result


def diff_html(before: str, after: str) -> SafeString:
    """The segments as HTML: ``<del>`` and ``<ins>``, named for those who cannot see them; everything else is escaped."""
    names = {"removed": ("del", _("entfernt:")), "added": ("ins", _("neu:"))}
    parts = []
    for kind, text in diff_words(before, after):
        if kind == "same":
            parts.append(format_html("{}", text))
        else:
            tag, name = names[kind]
            parts.append(format_html('<{0}><span class="kern-sr-only">{1} </span>{2}</{0}>', tag, name, text))
    return format_html_join("", "{}", ((part,) for part in parts))
