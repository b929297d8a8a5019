"""Keeps a report readable and quick whatever people typed: bounds on length and number, and characters that can be drawn."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

from assessments import scoring
from assessments.limits import RATIONALE
from assessments.models import ScoreState
from assessments.reports.profile.model import AgedEvidence, CommentItem, CriterionResult, MaturityProfile, MeasureItem

#: What a line costs beyond its characters: a short one takes as much of the page as a long one.
LINE = 60
#: What one text may cost: whatever the forms take is printed whole. Longer ones can only be older than their limit.
TEXT = RATIONALE.characters + LINE * RATIONALE.lines
#: What all reasons together may cost, some hundred pages; beyond, each gets an equal share.
ALL_TEXTS = 250_000
SHORTEST = 400
EVIDENCE, MEASURES, COMMENTS = 100, 12, 100  # per criterion; all measures stand in the list of them
LISTED_MEASURES = 400

# Nothing to draw: controls, and halves of characters that some programs leave behind.
_UNDRAWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U0010ffff]"
)
_TEXT = re.compile(r">[^<]{80,}")  # what stands between tags
_ENDLESS = re.compile(r"[^\s<>]{80,}")
_THIRTY = re.compile(r"(?:&[#\w]{1,8};|[^&]){30}")
_MONTHS = "Jan|Feb|Mar|Mär|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec"
# What a line must not end between: „Stufe | 2“, „bis | 30.04.2027“, „9. | Februar“, „P4 | Verstetigung“, „Dr. | Osterkamp“,
# „(2 | fehlen)“; nor start with a dash or a dot in the middle. What a block begins with is a heading or a label, and may break
# as it needs.
_TOGETHER = re.compile(
    rf"\b(?:bis|by) \d{{1,2}}\.?[ \u00a0](?:{_MONTHS})[a-zä]*(?: \d{{4}})?"  # untranslated: both languages
    rf"|\b\d{{1,2}}\.? (?:(?:{_MONTHS})\b(?: \d{{4}})?|(?:{_MONTHS})[a-zä]+)"
    r"|(?<!>)\b(?:\d (?=auf|to|bis))?(?:bis|by|auf|to|Stufe|[Ll]evel|Runde|Round|Ziel|[Tt]arget) (?=\d)"
    r"|(?<=<i class=\"muted\">)(?:Stufe|[Ll]evel) (?=\d)"
    r"|\bP\d (?=[A-Z])|\d (?=[%€]|[Ww]orkstream|Meilenstein|milestone|unbestätigt|unconfirmed)|\b / (?=\w)| (?=– ?[,\w])"
    r"|\b(?:Dr|Prof)\. (?=\w)|\(\d+ (?=\w)"
    r"|(?:(?<=[^\s>])|(?<=</[abi]>)|(?<=</span>))[ \n]+(?=·)"
)
# „Betrieb und -pflege“: what is left out before a hyphen at a word's beginning stays with it, and a line ends before both.
_SUSPENDED = re.compile(r"(?<=[\s(„‚‘“/]-)(?=[^\W\d_])")
_JOINER = "\u2060"
_BLANKS = re.compile("[ \n]+")
# A line whose text has room but for its last blank, and goes on in an element, is broken after its first word by WeasyPrint.
# Within the element, the blank does no harm, and at the end of a paragraph nobody misses it.
_BLANK_BEFORE = re.compile(r"(?<=[^\s>]) (<(?:span|strong|b|i|em)\b[^>]*>)(?=[^\s<])")
_BLANK_AT_END = re.compile(r"[ \n]+(?=</(?:p|li|h[1-4]|t[dh]|caption|blockquote)>|<br)")
_SILENT = "\ufe0e\ufe0f\u200d\u20e3"


@dataclass(frozen=True)
class Shortened:
    """A text and how many of its words are left out."""

    text: str
    left_out: int = 0

    @property
    def left_out_label(self) -> str:
        """„50.143“."""
        return number_format(self.left_out, force_grouping=True)


@dataclass(frozen=True)
class Entry:
    """One criterion's page part, within bounds; the ``more_…`` say how many items are left out.

    ``before`` is the reason of the round compared with, where somebody will ask for it: where a level fell or went, and not
    ``is_same_reason``. All others stand in the spreadsheet, beside those of this round.
    """

    result: CriterionResult
    rationale: Shortened
    before: Shortened
    is_same_reason: bool
    evidence: Sequence[AgedEvidence]
    more_evidence: int
    measures: Sequence[MeasureItem]
    more_measures: int
    comments: Sequence[CommentItem]
    more_comments: int

    @property
    def proposal(self) -> str:
        """The catalogue's next step where it has a place: nobody has planned a measure, and the target is not reached."""
        one = self.result
        is_there = one.level is not None and one.target_level is not None and one.level >= one.target_level and not one.blocks
        return "" if one.level is None or is_there or any(measure.is_open for measure in one.measures) else one.next_step

    @property
    def is_empty(self) -> bool:
        """Nobody has rated the criterion, and the team has said nothing about it."""
        said = (self.rationale.text, self.evidence, self.measures, self.comments, self.result.spread)
        return self.result.state in (ScoreState.OPEN, ScoreState.UNKNOWN) and not any(said)


def cost(text: str) -> int:
    """What a text takes of the page, in characters."""
    return len(text) + LINE * text.count("\n")


def _affordable(text: str, limit: int) -> int:
    """How many characters of a text cost no more than ``limit``."""
    spent = end = 0
    for line in text.splitlines(keepends=True):
        if spent + len(line) >= limit:
            return end + max(limit - spent, 0)
        spent += len(line) + LINE
        end += len(line)
    return end


def shorten(text: str, limit: int) -> Shortened:
    """Cut after the last whole word that costs no more than ``limit``; a word longer than the limit is cut anywhere."""
    if cost(text) <= limit:
        return Shortened(text)
    limit = _affordable(text, limit)
    end = max(text.rfind(" ", 0, limit), text.rfind("\n", 0, limit))
    end = end if end > limit // 2 else limit
    return Shortened(text[:end].rstrip(" \n,;:–-") + " …", max(len(text[end:].split()), 1))


def entries(profile: MaturityProfile, *, with_comments: bool) -> list[Entry]:
    texts = [text for one in profile.criteria for text in (one.rationale, _before(one)) if text]
    limit = TEXT if sum(min(cost(text), TEXT) for text in texts) <= ALL_TEXTS else max(ALL_TEXTS // len(texts), SHORTEST)
    return [_entry(one, limit, with_comments) for one in profile.criteria]


def _before(one: CriterionResult) -> str:
    """The reason of the round compared with, where the criterion fell or has no level any more, and it was another."""
    change = one.change
    if change is None or change.previous is None or change.kind not in (scoring.DOWN, scoring.NO_LONGER_RATED):
        return ""
    return "" if change.previous.rationale == one.rationale else change.previous.rationale


def _entry(one: CriterionResult, limit: int, with_comments: bool) -> Entry:
    previous = one.change.previous if one.change else None
    is_same = previous is not None and bool(previous.rationale) and previous.rationale == one.rationale
    comments = one.comments if with_comments else ()
    return Entry(
        result=one,
        rationale=shorten(one.rationale, limit),
        before=shorten(_before(one), limit),
        is_same_reason=is_same,
        evidence=one.evidence[:EVIDENCE],
        more_evidence=max(len(one.evidence) - EVIDENCE, 0),
        measures=one.measures[:MEASURES],
        more_measures=max(len(one.measures) - MEASURES, 0),
        comments=comments[:COMMENTS],
        more_comments=max(len(comments) - COMMENTS, 0),
    )


def drawable(html: str) -> str:
    """Drop what has no form, let endless words break, keep others together. For whole documents.

    Looking for a break in a word of thousands of letters takes minutes; with one every thirty, no time at all.
    """
    html = _UNDRAWABLE.sub("", html)
    body = max(html.find("<body"), 0)  # the head's title is never laid out
    html = html[:body] + _TOGETHER.sub(lambda found: _BLANKS.sub("\u00a0", found[0]), _SUSPENDED.sub(_JOINER, html[body:]))
    html = _BLANK_AT_END.sub("", _BLANK_BEFORE.sub("\\1 ", html))
    return _TEXT.sub(lambda text: _ENDLESS.sub(lambda word: _THIRTY.sub("\\g<0>\u200b", word[0]), text[0]), html)


def spell_out(html: str, characters: Collection[str]) -> str:
    """Replace the given characters by their names."""
    return re.sub("[" + re.escape("".join(sorted(characters))) + "]", lambda found: _name(found[0]), html)


def _name(character: str) -> str:
    """„[thumbs up sign]“: Unicode's own name, which exists in English only."""
    if character in _SILENT:
        return ""
    return f"[{unicodedata.name(character, f'U+{ord(character):04X}').lower()}]"
