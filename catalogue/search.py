"""Search over a published edition: criteria, good practices and operating models, in German and English at once.

A word is found in other forms (*Kommunen* finds *Kommune*), however its umlauts are written (*Qualitaet*), as the beginning of
a longer word, anywhere inside a title, and with a typing error (*Invesor* finds *Investor*, and the page says so). Parts of a
compound count one by one (*IT-Sicherheit*). Several words must all occur; where nothing has them all, what has most of them.
A word after a minus must not occur. Phases (*P4*) and milestones are found by their names.

The words of an edition are few (some ten thousand) and never change once it is published, so they are kept in memory.
"""

import re
import threading
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from time import monotonic

import Stemmer
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import translation
from django.utils.html import format_html
from rapidfuzz import fuzz, process

from catalogue.models import Criterion, Edition, EditionState, GoodPractice, OperatingModel, Phase, Workstream

MAX_QUERY_LENGTH = 200
MAX_WORDS = 8
#: Shorter prefixes would find nearly everything.
MIN_PREFIX_LENGTH = 3
#: Shorter words differ too little from one another to guess which one was meant.
MIN_GUESSED_LENGTH = 4
#: Per cent of likeness from which a word counts as a typing error of another.
MIN_LIKENESS = 82
#: Seconds until another process learns of a phase's or workstream's new name.
TTL = 600

LANGUAGES = {"de": "german", "en": "english"}
CRITERION, PRACTICE, MODEL = "criterion", "practice", "model"

# How much a word counts by where it stands, and by how it was matched.
TITLE, TAG, SUMMARY, BODY, LEVEL = 8.0, 6.0, 4.0, 2.0, 1.0
EXACT, STEM, PREFIX, INSIDE, GUESSED = 1.0, 0.9, 0.7, 0.6, 0.5

#: The texts of a criterion and of its levels beside title and summary, in both wordings.
BODIES = ("why", "note", "municipality_summary")
LISTS = ("questions", "evidence_examples", "municipality_questions", "municipality_evidence_examples")
LEVELS = ("description", "next_step", "municipality_description", "municipality_next_step")

# Words that say nothing about what is meant.
STOP_WORDS = frozenset(
    """aber als am an auch auf aus bei bis das dass dem den der des die ein eine einem einen einer es fuer hat im in ist mit
    nach nicht noch oder sich sie sind so und um vom von vor was wer wie wir zu zum zur
    a an and are as at be by for from has in is it its of on or that the this to was what who with""".split()  # noqa: SIM905 – a list of words reads as one
)
_local = threading.local()
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Hit:
    """One thing found. ``kind`` is CRITERION, PRACTICE or MODEL, ``rank`` above 0; ``words`` are those in it that matched."""

    kind: str
    pk: int
    rank: float
    words: frozenset[str]


@dataclass(frozen=True)
class SearchResult:
    """The best first. ``guessed`` tells which word was taken for which; ``is_partial`` that no hit has all words."""

    hits: tuple[Hit, ...] = ()
    guessed: tuple[tuple[str, str], ...] = ()
    is_partial: bool = False

    def of(self, kind: str) -> list[int]:
        """The primary keys of one kind, the best first."""
        return [hit.pk for hit in self.hits if hit.kind == kind]


def fold(word: str) -> str:
    """One spelling for all ways to write a word: small letters, umlauts as two letters, other accents dropped."""
    word = unicodedata.normalize("NFC", word).lower().translate(_FOLDED)
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))


@lru_cache(maxsize=50_000)
def _stem(word: str, language: str) -> str:
    """The word's stem, marked so that it is taken for no word. Each thread has a stemmer of its own: they keep their place."""
    stemmers = vars(_local).setdefault("stemmers", {})
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(LANGUAGES[language])
    return f"~{language}{stemmers[language].stemWord(word)}"


@dataclass
class Index:
    """Where each word of an edition stands: per term the places (kind, primary key) with the weight of the best one."""

    places: dict[str, dict[tuple[str, int], float]] = field(default_factory=lambda: defaultdict(dict))
    title_words: dict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    spelling: dict[str, str] = field(default_factory=dict)
    vocabulary: list[str] = field(default_factory=list)

    def add(self, place: tuple[str, int], weight: float, language: str, texts: Iterable[str]) -> None:
        for text in texts:
            for spelled in words_of(text):
                word = fold(spelled)
                self.spelling.setdefault(word, spelled)
                for term in (word, _stem(word, language)):
                    found = self.places[term]
                    found[place] = max(found.get(place, 0.0), weight)
                if weight == TITLE:
                    self.title_words[word].add(place)

    def close(self) -> "Index":
        self.vocabulary = sorted(self.spelling)
        return self

    def with_prefix(self, prefix: str) -> Iterable[str]:
        for position in range(bisect_left(self.vocabulary, prefix), len(self.vocabulary)):
            if not self.vocabulary[position].startswith(prefix):
                return
            yield self.vocabulary[position]


def search(edition: Edition, text: str) -> SearchResult:
    """What the edition says about the words of ``text``. No query once the edition's words are known, else six."""
    wanted, unwanted = _words(text[:MAX_QUERY_LENGTH])
    if not wanted:
        return SearchResult()
    index = _index_of(edition)
    matches: list[dict[tuple[str, int], tuple[float, str]]] = []
    guessed: list[tuple[str, str]] = []
    for spelled in wanted:
        word = fold(spelled)
        found = _match(index, word)
        if not found and len(word) >= MIN_GUESSED_LENGTH:
            best = process.extractOne(word, index.vocabulary, scorer=fuzz.ratio, score_cutoff=MIN_LIKENESS)
            if best is not None:
                guessed.append((spelled, index.spelling[best[0]]))
                found = {place: (rank * GUESSED, at) for place, (rank, at) in _match(index, best[0]).items()}
        matches.append(found)
    excluded = {place for word in unwanted for place in _match(index, fold(word))}
    counted: dict[tuple[str, int], list[tuple[float, str]]] = defaultdict(list)
    for found in matches:
        for place in found.keys() - excluded:
            counted[place].append(found[place])
    most = max(map(len, counted.values()), default=0)
    if most * 2 < len(wanted):  # fewer than half of the words: that is not what was asked for
        return SearchResult(guessed=tuple(guessed))
    hits = [
        Hit(kind, pk, sum(rank for rank, _ in found), frozenset(at for _, at in found))
        for (kind, pk), found in counted.items()
        if len(found) == most
    ]
    order = {CRITERION: 0, PRACTICE: 1, MODEL: 2}
    return SearchResult(
        hits=tuple(sorted(hits, key=lambda hit: (-hit.rank, order[hit.kind], hit.pk))),
        guessed=tuple(guessed),
        is_partial=most < len(wanted),
    )


def _words(text: str) -> tuple[list[str], list[str]]:
    """The words to look for, and those that must not occur (after a minus that begins a word)."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for part in text.split():
        into = unwanted if part.startswith("-") else wanted
        into += [word for word in words_of(part) if fold(word) not in STOP_WORDS]
    return wanted[:MAX_WORDS], unwanted[:MAX_WORDS]


def _match(index: Index, word: str) -> dict[tuple[str, int], tuple[float, str]]:
    """Where the word stands, in any form, with its rank and the word as it stands there."""
    found: dict[tuple[str, int], tuple[float, str]] = {}

    def take(places: Iterable[tuple[tuple[str, int], float]], factor: float, at: str) -> None:
        for place, weight in places:
            if weight * factor > found.get(place, (0.0, ""))[0]:
                found[place] = (weight * factor, at)

    take(index.places.get(word, {}).items(), EXACT, word)
    for language in LANGUAGES:
        take(index.places.get(_stem(word, language), {}).items(), STEM, word)
    if len(word) >= MIN_PREFIX_LENGTH:
        for longer in index.with_prefix(word):
            take(index.places[longer].items(), PREFIX, longer)
        for longer, places in index.title_words.items():
            if word in longer:
                take(((place, TITLE) for place in places), INSIDE, longer)
    return found


_known: dict[tuple[int, datetime | None], tuple[float, Index]] = {}


def _index_of(edition: Edition) -> Index:
    if edition.state == EditionState.DRAFT:
        return _read(edition)
    known_by = (edition.pk, edition.published_at)
    until, index = _known.get(known_by, (0.0, None))
    if index is None or until < monotonic():
        index = _read(edition)
        _known[known_by] = (monotonic() + TTL, index)
    return index


def _read(edition: Edition) -> Index:
    index = Index()
    milestone = {"de": "Meilenstein", "en": "milestone"}
    criteria = list(Criterion.objects.filter(edition=edition).for_listing().prefetch_related("levels", "legal_notes"))
    practices = list(GoodPractice.objects.filter(edition=edition).select_related("phase"))
    models = list(OperatingModel.objects.filter(edition=edition))
    for language in LANGUAGES:
        for criterion in criteria:
            place = (CRITERION, criterion.pk)
            tags = [criterion.phase.code, _text(criterion.phase, "name", language)]
            tags += [milestone[language]] if criterion.is_milestone else []
            index.add(place, TAG, language, [*tags, *(_text(w, "name", language) for w in criterion.workstreams.all())])
            index.add(place, TITLE, language, [_text(criterion, "title", language)])
            index.add(place, SUMMARY, language, [_text(criterion, "summary", language)])
            with translation.override(language):
                index.add(place, BODY, language, [criterion.office_names])
            index.add(place, BODY, language, [_text(criterion, name, language) for name in BODIES])
            for name in LISTS:
                index.add(place, BODY, language, getattr(criterion, f"{name}_{language}") or [])
            index.add(place, BODY, language, [_text(note, "text", language) for note in criterion.legal_notes.all()])
            # What does not belong here names a close criterion: worth a look, but less than what does belong.
            index.add(place, LEVEL, language, [_text(criterion, "not_here", language)])
            for level in criterion.levels.all():
                index.add(place, LEVEL, language, [_text(level, name, language) for name in LEVELS])
        for practice in practices:
            place = (PRACTICE, practice.pk)
            if practice.phase:
                index.add(place, TAG, language, [practice.phase.code, _text(practice.phase, "name", language)])
            index.add(place, TITLE, language, [_text(practice, "title", language)])
            index.add(place, SUMMARY, language, [_text(practice, "summary", language)])
            index.add(place, BODY, language, [_text(practice, name, language) for name in ("body", "lesson")])
        for model in models:
            place = (MODEL, model.pk)
            index.add(place, TITLE, language, [_text(model, "name", language)])
            index.add(place, SUMMARY, language, [_text(model, name, language) for name in ("group", "summary")])
    return index.close()


#: Letters shown around the word that was found.
EXCERPT = 70


def excerpt(texts: Iterable[str], words: Collection[str]) -> str:
    """The first place in ``texts`` where one of ``words`` (folded) stands, with what surrounds it, the word marked; or "".

    Safe HTML: what is not the mark is escaped.
    """
    for text in texts:
        for found in re.finditer(r"[^\W_]+", text):
            if fold(found[0]) in words:
                start, end = max(found.start() - EXCERPT, 0), found.end() + EXCERPT
                before = ("… " + text[start : found.start()].partition(" ")[2]) if start else text[: found.start()]
                after = (text[found.end() : end].rpartition(" ")[0] + " …") if end < len(text) else text[found.end() :]
                return format_html("{}<mark>{}</mark>{}", before, found[0], after)
    return ""


def _text(row: object, name: str, language: str) -> str:
    return getattr(row, f"{name}_{language}") or ""


@receiver(post_save, sender=Phase)
@receiver(post_save, sender=Workstream)
def _forget(**_signal: object) -> None:
    """Editions share the names of phases and workstreams, and curators can change those."""
    _known.clear()
