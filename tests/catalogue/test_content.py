"""The shipped texts: complete, specific, in our own words."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assessments.duration import sittings
from catalogue.levels import Level
from catalogue.services.importing import load_file
from scaling.settings import BASE_DIR
from tests.catalogue.texts import own_texts, runs, words

EDITIONS = ["edition-1", "edition-2", "edition-3"]
LANGUAGES = ["de", "en"]
#: What the third edition adds to the cross-phase set of the source.
ADDED_CROSS_PHASE = [
    "wartung-und-erneuerung-der-technik",
    "informationssicherheit-und-notbetrieb",
    "datenschutz",
    "beteiligung-und-barrierefreiheit",
]

pytestmark = pytest.mark.parametrize("name", EDITIONS)


@cache
def document(name: str) -> dict[str, Any]:
    path = BASE_DIR / "fixtures/catalogue" / f"{name}.yaml"
    return load_file(path.read_bytes(), name).data


@cache
def source_runs() -> frozenset[str]:
    lines = Path(__file__).with_name("source_runs.txt").read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def criteria(name: str) -> list[dict[str, Any]]:
    return document(name)["criteria"]


def test_number_of_criteria(name):
    assert len(criteria(name)) == {"edition-1": 21, "edition-2": 55, "edition-3": 62}[name]


def test_cross_phase_criteria_complete(name):
    cross = [c["key"] for c in criteria(name) if c["phase"] == "durchgehend"]
    added = ADDED_CROSS_PHASE if name == "edition-3" else []
    assert [key for key in cross if key not in added] == [c["key"] for c in criteria("edition-1")]
    assert len(cross) == 21 + len(added)


def test_both_languages_everywhere(name):
    # A neighbour that is close enough to be told apart is not everywhere.
    empty = [path for path, text in own_texts(document(name)) if not text and ".not_here." not in path]
    # The first edition describes no operating models; nothing else may be empty.
    allowed = [".edition.operating_models_intro.de", ".edition.operating_models_intro.en"] if name == "edition-1" else []
    assert empty == allowed


def pieces(criterion: dict[str, Any], language: str) -> list[str]:
    """Everything of a criterion that no other criterion may share."""
    texts = [criterion["summary"][language], criterion["why"][language], criterion["note"][language]]
    texts += criterion["questions"][language]
    for level in criterion["levels"]:
        texts.append(level["description"][language])
        if "next_step" in level:
            texts.append(level["next_step"][language])
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_used_twice(name, language):
    counted = Counter(" ".join(words(text)) for criterion in criteria(name) for text in pieces(criterion, language))
    assert [text for text, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_levels_specific_not_a_template(name, language):
    """Two descriptors, or two hints, of the same level in different criteria never share twelve words in a row."""
    for level in range(5):
        for field in ("description", "next_step"):
            counted: Counter[str] = Counter()
            for criterion in criteria(name):
                counted.update(runs(criterion["levels"][level].get(field, {}).get(language, ""), 12))
            assert [run for run, times in counted.items() if times > 1] == []


def test_round_of_the_municipality_fits_into_one_sitting(name):
    """More than 24 questions to the house take longer than two hours."""
    asked = [criterion["key"] for criterion in criteria(name) if criterion["subject"] != "solution"]
    assert sittings(len(asked)) == 1
    assert all(criterion["municipality_wording"] for criterion in criteria(name) if criterion["key"] in asked)


ONE_SOLUTION = {
    "de": r"\b(?:die|der|dieser|diese|unsere[rn]?|eure[rn]?) lösung\b|\b(?:das|dem|unser|dieses|diesem) vorhaben\b",
    "en": r"\b(?:the|this|our) (?:solution|project)\b",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_wording_for_the_house_speaks_of_no_single_solution(name, language):
    """Somebody who rates the municipality has no solution before them; „eine Lösung der Liste“ and „alle Lösungen“ are fine."""
    found = []
    for criterion in criteria(name):
        wording = criterion["municipality_wording"]
        texts = [text for path, text in own_texts(wording or {}) if path.endswith(f".{language}") or f".{language}[" in path]
        found += [(criterion["key"], text) for text in texts if re.search(ONE_SOLUTION[language], text, re.IGNORECASE)]
    assert found == []


BOUNDS = {"summary": (100, 330), "why": (120, 420), "note": (60, 320)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_neither_thin_nor_long(name, language):
    # English runs a little shorter or longer than the German it says again.
    slack = (1.0, 1.0) if language == "de" else (0.8, 1.1)
    wrong = []

    def check(where: str, text: str, low: int, high: int) -> None:
        if not low * slack[0] <= len(text) <= high * slack[1]:
            wrong.append((where, len(text)))

    for criterion in criteria(name):
        key = criterion["key"]
        for field, bounds in BOUNDS.items():
            check(f"{key}.{field}", criterion[field][language], *bounds)
        assert 2 <= len(criterion["questions"][language]) <= 4
        assert 2 <= len(criterion["evidence_examples"][language]) <= 4
        for question in criterion["questions"][language]:
            check(f"{key}.question", question, 30, 187)
            assert question.endswith("?")
        for level in criterion["levels"]:
            check(f"{key}.{level['level']}", level["description"][language], 60, 230)
            if level["level"] < 4:
                check(f"{key}.{level['level']}.next", level["next_step"][language], 50, 210)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_levels_begin_differently(name, language):
    alike = []
    for criterion in criteria(name):
        starts = {tuple(words(level["description"][language])[:2]) for level in criterion["levels"]}
        if len(starts) < 4:
            alike.append(criterion["key"])
    assert alike == []


def test_levels_never_just_named(name):
    """A description says what one would see; it does not repeat the level's name or number."""
    labels = {f"ist {level.label}" for level in Level} | {"stufe", "teilweise umgesetzt", "vollständig umgesetzt"}
    found = []
    for criterion in criteria(name):
        for level in criterion["levels"]:
            text = " ".join(words(level["description"]["de"]))
            found += [(criterion["key"], level["level"], label) for label in labels if f" {label} " in f" {text} "]
    assert found == []


def test_no_sentence_of_the_source(name):
    # Titles in quotation marks are the source's on purpose.
    texts = ((path, re.sub("„[^“]*“", "", text)) for path, text in own_texts(document(name)))
    taken = [(path, text) for path, text in texts if runs(text) & source_runs()]
    assert taken == []


def test_every_criterion_names_neighbours_and_an_address(name):
    lost = [c["key"] for c in criteria(name) if not c["related"] or not any(r["url"] for r in c["references"])]
    assert lost == []


def test_editorial_titles_marked(name):
    for criterion in criteria(name):
        assert ("title" in criterion["editorial"]) == (criterion["title_source"] == "editorial"), criterion["key"]


def test_typography(name):
    """German quotation marks, dashes with blanks, no gender marks inside words, no straight quotes."""
    wrong = []
    for path, text in own_texts(document(name)):
        if '"' in text or " - " in text or "..." in text or (path.endswith(".de") and "'" in text):
            wrong.append(path)
        if text.count("„") != text.count("“") and ".de" in path:
            wrong.append(path)
        if any(mark in text for mark in ("*innen", ":innen", "_innen", "/-innen")):
            wrong.append(path)
    assert wrong == []
