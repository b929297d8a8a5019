"""What a text of the catalogue has to be. Each rule says why; an exception stands in ``exceptions.yaml``, with its reason.

Pure. Works on criteria as they stand in an edition's document; where a field is missing its rules are silent.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.texts.measures import lix, runs, sentences, words

LANGUAGES = ("de", "en")


@dataclass(frozen=True)
class Text:
    """One text of one criterion in one language. ``place``: ``levels.2.description``, ``municipality_wording.summary`` …"""

    key: str
    place: str
    language: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.key}.{self.place}.{self.language}"

    @property
    def field(self) -> str:
        """``description``, ``next_step``, ``summary`` …, the same in both wordings."""
        return next(part for part in reversed(self.place.split(".")) if not part.isdecimal())

    @property
    def level(self) -> int | None:
        number = self.place.split(".")[-2:-1]
        return int(number[0]) if number and number[0].isdecimal() else None

    @property
    def wording(self) -> str:
        """Which of the two wordings of its criterion the text is part of."""
        return "municipality" if self.place.startswith("municipality_wording.") else "first"

    @property
    def is_level(self) -> bool:
        return self.field == "description"

    @property
    def is_hint(self) -> bool:
        return self.field == "next_step"


@dataclass(frozen=True)
class Problem:
    rule: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule:12} {self.path}: {self.what}"


def texts_of(criteria: dict[str, Any]) -> list[Text]:
    """All texts of criteria given by key, levels one by one, in both languages."""
    return [text for key, criterion in criteria.items() for text in _texts(key, criterion, "")]


def _texts(key: str, part: dict[str, Any], prefix: str) -> Iterator[Text]:
    for field in ("summary", "why", "questions", "note", "evidence_examples", "not_here"):
        for language in LANGUAGES:
            value = (part.get(field) or {}).get(language) or ""
            for number, text in enumerate([value] if isinstance(value, str) else value):
                if text:
                    yield Text(key, f"{prefix}{field}" + ("" if isinstance(value, str) else f".{number}"), language, text)
    for level in part.get("levels") or ():
        for field in ("description", "next_step"):
            for language in LANGUAGES:
                if text := (level.get(field) or {}).get(language):
                    yield Text(key, f"{prefix}levels.{level['level']}.{field}", language, text)
    if part.get("municipality_wording"):
        yield from _texts(key, part["municipality_wording"], "municipality_wording.")


# --- Rules for one text -----------------------------------------------------------------------------------------------------

#: In a workshop a level is read aloud once. What has more than 25 words has to be read twice.
LONGEST_SENTENCE = 25
#: The room answers yes or no. With more than three parts it answers „zum Teil“, and no level says what that means.
MAX_CONDITIONS = 3
#: A hint is for Monday. Whoever is told four things does the first.
MAX_ACTIONS = 2
#: One text may be a little harder than the average when it needs the name of a law or an office. German compounds are long.
HARDEST = {"de": 60.0, "en": 56.0}
#: The average over all levels and hints of an edition; 50 is a newspaper, 60 is an ordinance.
HARDEST_AVERAGE = 50.0

#: Two people in one room read these differently, so a level with one of them is no yes or no.
VAGUE = {
    "de": r"die meisten|meistens|wichtig\w*|was sich lohnt|deutlich\w*|regelmäßig\w*|ausreichend\w*|angemessen\w*|gut"
    r"|gute[rnms]?|einige[rnms]?|weitgehend\w*|rechtzeitig\w*|in der regel|überwiegend\w*|wesentlich\w*|relevant\w*|zeitnah\w*"
    r"|genügend\w*|größere[rnms]? teile?\w*|(?<!wie )viele[rnms]?|wenige[rnms]?|hinreichend\w*|sinnvoll\w*",
    "en": r"(?<!the )most|important|significant\w*|regularly|regular|appropriate\w*|sufficient\w*|adequate\w*|relevant|key"
    r"|usually|enough|suitable|major|largely|substantial\w*|(?<!how )many|timely",
}
#: A rhythm makes „regelmäßig“ decidable, so it may stand beside one.
RHYTHM = re.compile(
    r"jährlich|monatlich|wöchentlich|täglich|quartal|jahr|monat|woche|tag|year|month|week|quarter|dai?ly|annual", re.IGNORECASE
)
#: Nobody wants to find themselves described as the one who did nothing; and level 0 is an example, no finding.
BLAME = {"de": r"niemand\w*|nirgends|nirgendwo|keiner|versäumt\w*", "en": r"nobody|nowhere|no one|no-one|neglected|failed to"}
#: A level presupposes those below it. What is only true on the way is false once the next level is met.
PASSING = {
    "de": r"noch nicht|noch kein\w*|bisher nur|bislang|lediglich|termin steht|steht bevor|ist geplant|sind geplant"
    r"|liegt zur \w+ vor|zur entscheidung vor|in vorbereitung|wird vorbereitet|werden vorbereitet"
    r"|ist vorgesehen|sind vorgesehen",
    "en": r"not yet|so far only|merely|is planned|are planned|is scheduled|are scheduled|is being prepared|are being prepared"
    r"|in preparation|awaits|is pending",
}
#: Below level 4, a date that lies ahead is true until that day. Level 4 alone asks for the date of the next review.
AHEAD = {
    "de": r"\w*termin(?:e|en|iert)?|im kalender|hat ein datum|in arbeit",
    "en": r"in the calendar|has a date|a date (?:has been|is) set|appointment|under way|is arranged|are arranged",
}
#: A level is read about somebody, by somebody else: in a council paper „wir“ is the council.
WE = {"de": r"wir|uns|unser\w*", "en": r"we|us|our|ours"}
#: Words that say something else to a treasurer, or that only a translation uses.
WRONG = {
    "de": r"rechnung|drei verläufe|gebern|sachbearbeitungen|klickmuster|geändert oder bestätigt",
    # „The house“ for an administration and „look back“ as a noun stand in no English paper; „came to pass“ in the Bible.
    "en": r"those who|whom|by when|changed or confirmed|(?:the|whole) house(?:’s)?(?! rules)|next look back|came to pass",
}
LENGTHS = {
    "summary": (100, 330),
    "why": (120, 420),
    "note": (60, 320),
    "questions": (30, 187),
    "description": (60, 230),
    "next_step": (50, 210),
}


def _found(pattern: str, text: str) -> list[str]:
    return [match.group() for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.IGNORECASE)]


def sentence_length(text: Text) -> Iterator[str]:
    for sentence in sentences(text.text):
        if (number := len(words(sentence))) > LONGEST_SENTENCE:
            yield f"{number} words in a sentence, at most {LONGEST_SENTENCE}: {sentence}"


def conditions(text: Text) -> Iterator[str]:
    """A heuristic: a sentence, a half at a semicolon, a main clause after a comma and „und“ is one condition each."""
    if text.is_level and text.level:
        joined = r", und (?!zwar)" if text.language == "de" else r", and "
        number = sum(1 + sentence.count(";") + len(re.findall(joined, sentence)) for sentence in sentences(text.text))
        if number > MAX_CONDITIONS:
            yield f"about {number} conditions, at most {MAX_CONDITIONS}: {text.text}"


def actions(text: Text) -> Iterator[str]:
    """A heuristic: as many sentences or halves as actions."""
    if text.is_hint:
        number = sum(1 + sentence.count(";") for sentence in sentences(text.text))
        if number > MAX_ACTIONS:
            yield f"{number} actions, at most {MAX_ACTIONS}: {text.text}"


def hint_verb(text: Text) -> Iterator[str]:
    """A hint is something to do: in German it ends in an infinitive, in English it begins with a verb."""
    if not text.is_hint:
        return
    for sentence in sentences(text.text):
        if text.language == "de":
            clauses = re.split(r"[;:,–(]", sentence)
            if not any(re.search(r"(?:[a-zäöü]n|tun|sein)$", (words(clause) or [""])[-1]) for clause in clauses):
                yield f"no infinitive at an end: {sentence}"
        elif words(sentence)[0].lower() in {"the", "a", "an", "it", "this", "there", "we", "you", "they"}:
            yield f"begins with no verb: {sentence}"


def vague(text: Text) -> Iterator[str]:
    if (text.is_level and text.level) or text.is_hint:
        for word in _found(VAGUE[text.language], text.text):
            if not (word.lower().startswith("regul") or word.lower().startswith("regel")) or not RHYTHM.search(text.text):
                yield f"„{word}“: a number, a list or a named document instead: {text.text}"


def blame(text: Text) -> Iterator[str]:
    if text.is_level or text.is_hint:
        for word in _found(BLAME[text.language], text.text):
            yield f"„{word}“: {text.text}"
    if text.is_level and text.level == 0 and text.text.lower().startswith(("etwa", "for example", "for instance")):
        yield "begins with what the page adds itself"


def passing(text: Text) -> Iterator[str]:
    if text.is_level and text.level:
        ahead = _found(AHEAD[text.language], text.text) if text.level < 4 else []
        for word in _found(PASSING[text.language], text.text) + ahead:
            yield f"„{word}“ becomes false later: {text.text}"


def voice(text: Text) -> Iterator[str]:
    if text.is_level or text.is_hint:
        for word in _found(WE[text.language], text.text):
            yield f"„{word}“: {text.text}"


def wrong_words(text: Text) -> Iterator[str]:
    for word in _found(WRONG[text.language], text.text):
        yield f"„{word}“: {text.text}"


def hardest(text: Text) -> Iterator[str]:
    if (text.is_level or text.is_hint) and (value := lix(text.text)) > HARDEST[text.language]:
        yield f"LIX {value:.0f}, at most {HARDEST[text.language]:.0f}: {text.text}"


def length(text: Text) -> Iterator[str]:
    if bounds := LENGTHS.get(text.field):
        # English runs a little shorter or longer than the German it says again.
        low, high = bounds if text.language == "de" else (round(bounds[0] * 0.8), round(bounds[1] * 1.1))
        if not low <= len(text.text) <= high:
            yield f"{len(text.text)} characters, {low} to {high} are right"
    if text.field == "questions" and not text.text.endswith("?"):
        yield "no question"


def typography(text: Text) -> Iterator[str]:
    if '"' in text.text or " - " in text.text or "..." in text.text or "'" in text.text:
        yield f"straight quotes, hyphen as a dash or three points: {text.text}"
    if text.language == "de" and (text.text.count("„") != text.text.count("“") or "‘" in text.text):
        yield f"German quotation marks are „…“: {text.text}"
    if text.language == "en" and ("„" in text.text or "“" in text.text):
        yield f"British quotation marks are ‘…’: {text.text}"
    if re.search(r"[a-zäöü][*:_/]-?innen\b", text.text):
        yield f"mark inside a word: {text.text}"


ONE_TEXT: dict[str, Callable[[Text], Iterator[str]]] = {
    "sentence": sentence_length,
    "conditions": conditions,
    "actions": actions,
    "hint-verb": hint_verb,
    "vague": vague,
    "blame": blame,
    "passing": passing,
    "voice": voice,
    "wrong-word": wrong_words,
    "lix": hardest,
    "length": length,
    "typography": typography,
}


# --- Rules across texts -----------------------------------------------------------------------------------------------------

#: Two criteria that share twelve words in a row are one criterion, or one of them was filled in from the other.
TWIN_WORDS = 12
#: The form letter shows first at its beginnings: three quarters of the hints once began with „Mit“ or the like.
MAX_MIT = 0.2
MAX_SEMICOLONS = 0.25
#: Forty-three of fifty-five began level 4 with „Mindestens jährlich“.
MAX_RHYTHM_FIRST = 0.3
#: Fewer texts than this have no shares.
SMALLEST = 20


def twins(all_texts: list[Text]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Text] = {}
    reported = set()
    for text in all_texts:
        for run in sorted(runs(text.text, TWIN_WORDS)):
            other = first.setdefault((text.language, run), text)
            if (other.key, other.wording) != (text.key, text.wording) and (other.path, text.path) not in reported:
                reported.add((other.path, text.path))
                yield Problem("twins", text.path, f"shares with {other.path}: {run}")


def same_beginnings(all_texts: list[Text]) -> Iterator[Problem]:
    """Five levels that begin alike are read as one; the difference belongs where the eye falls first."""
    starts = defaultdict(list)
    for text in all_texts:
        if text.is_level:
            start = " ".join(word.lower() for word in words(text.text)[:2])
            starts[text.key, text.wording, text.language, start].append(text)
    for (_key, _wording, _language, start), alike in starts.items():
        if len(alike) > 1:
            yield Problem("beginnings", alike[1].path, f"begins like level {alike[0].level}: {start} …")


def shares(all_texts: list[Text]) -> Iterator[Problem]:
    """What is fine once and a mannerism in every second text."""
    for language in LANGUAGES:
        levels = [text for text in all_texts if text.is_level and text.language == language]
        hints = [text for text in all_texts if text.is_hint and text.language == language]
        last = [text for text in levels if text.level == 4]
        for name, group, most, test in (
            ("hints beginning with Mit/With", hints, MAX_MIT, lambda t: words(t)[0] in {"Mit", "With"}),
            ("levels with a semicolon", levels, MAX_SEMICOLONS, lambda t: ";" in t),
            ("level 4 beginning with its rhythm", last, MAX_RHYTHM_FIRST, _begins_with_rhythm),
        ):
            number = sum(test(text.text) for text in group)
            if len(group) >= SMALLEST and number > most * len(group):
                yield Problem("share", language, f"{number} of {len(group)} {name}, at most {most:.0%}")
        for name, group in (("levels", levels), ("hints", hints)):
            average = sum(lix(text.text) for text in group) / len(group) if group else 0
            if average > HARDEST_AVERAGE:
                yield Problem("lix", language, f"{name} have {average:.1f} on average, at most {HARDEST_AVERAGE:.0f}")


def _begins_with_rhythm(text: str) -> bool:
    start = " ".join(words(text)[:3])
    return bool(re.search(r"jährlich|jahr|monat|quartal|year|month|quarter|annual", start, re.IGNORECASE))


ACROSS: tuple[Callable[[list[Text]], Iterator[Problem]], ...] = (twins, same_beginnings, shares)


def problems(all_texts: list[Text]) -> list[Problem]:
    found = [Problem(rule, text.path, what) for text in all_texts for rule, check in ONE_TEXT.items() for what in check(text)]
    return found + [problem for rule in ACROSS for problem in rule(all_texts)]


def figures(all_texts: list[Text]) -> Iterator[str]:
    """What the rules measure, a line per language and kind of text."""
    for language in LANGUAGES:
        for name in ("summary", "why", "note", "questions", "description", "next_step"):
            group = [text.text for text in all_texts if text.field == name and text.language == language]
            if group:
                number = sum(len(sentences(text)) for text in group)
                average = sum(len(words(text)) for text in group) / number
                mean = sum(map(lix, group)) / len(group)
                openings = Counter(words(text)[0] for text in group).most_common(4)
                most = ", ".join(f"{word} {count}" for word, count in openings)
                yield (
                    f"{language} {name:12} {len(group):4} texts, {average:4.1f} words a sentence, LIX {mean:4.1f}"
                    f" (hardest {max(map(lix, group)):.0f}), openings: {most}"
                )
