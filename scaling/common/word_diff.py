"""Which words changed between two texts. Pure; for catalogue texts and for the reasons people give."""

import re
from difflib import SequenceMatcher
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Kind = Literal["same", "removed", "added"]
Segment = tuple[Kind, str]

# Words with the blanks after them, and single signs: so a change of a comma marks the comma alone.
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
#: Comparing costs the product of both lengths in the worst case; beyond this, the whole text counts as changed.
MAX_TOKENS = 4000


def diff_words(before: str, after: str) -> list[Segment]:
    """Segments that give ``before`` without the added ones and ``after`` without the removed ones."""
    if before == after:
        return [("same", after)] if after else []
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(old) > MAX_TOKENS or len(new) > MAX_TOKENS:
        return _without_empty([("removed", before), ("added", after)])
    segments: list[Segment] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(("same", "".join(new[j1:j2])))
        else:
            segments += [("removed", "".join(old[i1:i2])), ("added", "".join(new[j1:j2]))]
    return _coarser(_joined(_without_empty(segments)))


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


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _coarser(segments: list[Segment]) -> list[Segment]:
    """In a sentence written anew, the odd word that stayed („der“, „2026“) is read as part of the change, not as an island."""
    result: list[Segment] = []
    pending: tuple[str, str, str] | None = None  # removed, added, and the unchanged run after them

    def flush() -> None:
        if pending is not None:
            removed, added, same = pending
            result.extend(_without_empty([("removed", removed), ("added", added), ("same", same)]))

    index = 0
    while index < len(segments):
        parts = {"removed": "", "added": ""}
        while index < len(segments) and segments[index][0] != "same":
            parts[segments[index][0]] += segments[index][1]
            index += 1
        same = segments[index][1] if index < len(segments) else ""
        index += 1
        if pending is not None and _is_island(pending, parts["removed"], parts["added"]):
            old, new, between = pending
            pending = old + between + parts["removed"], new + between + parts["added"], same
        else:
            flush()
            pending = parts["removed"], parts["added"], same
    flush()
    return result


def _is_island(before: tuple[str, str, str], removed: str, added: str) -> bool:
    old, new, between = before
    around = max(_words(old), _words(new)) + max(_words(removed), _words(added))
    both_changed = (old or new) and (removed or added)
    return bool(both_changed and "\n" not in between and _words(between) <= 2 and around >= 6)


def diff_html(before: str, after: str) -> SafeString:
    """The segments as HTML: ``<del>`` and ``<ins>``, named for those who cannot see them; everything else is escaped."""
    names = {"removed": ("del", _("entfernt:")), "added": ("ins", _("neu:"))}
    parts = []
    last = "same"
    for kind, text in diff_words(before, after):
        if kind == "same":
            parts.append(format_html("{}", text))
        else:
            tag, name = names[kind]
            # What replaces a word stands a little apart from it.
            extra = mark_safe(' class="instead"') if kind == "added" and last == "removed" else ""
            parts.append(format_html('<{0}{3}><span class="kern-sr-only">{1} </span>{2}</{0}>', tag, name, text, extra))
        last = kind
    return format_html_join("", "{}", ((part,) for part in parts))
