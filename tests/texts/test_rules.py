"""Each rule for the catalogue's texts finds what it is there for, and lets the text beside it pass."""

import pytest

from tests.texts.files import EXCEPTIONS, edition_problems, exceptions, without_exceptions
from tests.texts.measures import lix, sentences, words
from tests.texts.rules import Problem, Text, problems, texts_of


def rules_of(text, place="levels.2.description", language="de"):
    found = problems([Text("eins", place, language, text)])
    return {problem.rule for problem in found} - {"length", "lix"}


@pytest.mark.parametrize(
    ("text", "place", "language", "rule"),
    [
        (" ".join(["Wort"] * 26) + ".", "why", "de", "sentence"),
        ("Eins gilt. Zwei gilt; drei gilt, und vier gilt.", "levels.2.description", "de", "conditions"),
        ("Eins tun. Zwei lassen. Drei holen.", "levels.2.next_step", "de", "actions"),
        ("Der Plan für das Jahr.", "levels.2.next_step", "de", "hint-verb"),
        ("The plan is written.", "levels.2.next_step", "en", "hint-verb"),
        ("Die meisten Ämter nutzen die Lösung.", "levels.2.description", "de", "vague"),
        ("Most departments use it.", "levels.2.description", "en", "vague"),
        ("Der Stand wird regelmäßig geprüft.", "levels.2.description", "de", "vague"),
        ("Niemand kümmert sich darum.", "levels.0.description", "de", "blame"),
        ("Etwa ein Gespräch hat es gegeben.", "levels.0.description", "de", "blame"),
        ("Der Termin steht.", "levels.1.description", "de", "passing"),
        ("The contract is not yet signed.", "levels.1.description", "en", "passing"),
        ("Der erste Durchgang steht im Kalender.", "levels.2.description", "de", "passing"),
        ("Der erste Test hat ein Datum.", "levels.1.description", "de", "passing"),
        ("The first test has a date.", "levels.3.description", "en", "passing"),
        ("Wir haben einen Plan.", "levels.1.description", "de", "voice"),
        ("Die Rechnung ist geprüft.", "levels.1.description", "de", "wrong-word"),
        ("Name those who decide.", "levels.1.next_step", "en", "wrong-word"),
        ("The house has two rules.", "levels.2.description", "en", "wrong-word"),
        ('Ein "Plan" liegt bereit.', "levels.1.description", "de", "typography"),
    ],
)
def test_rule_finds_what_it_is_for(text, place, language, rule):
    assert rule in rules_of(text, place, language)


@pytest.mark.parametrize(
    ("text", "place", "language"),
    [
        ("Ein Plan nennt Ziel und Frist. Die Kämmerei hat ihn geprüft.", "levels.2.description", "de"),
        ("Der Stand wird jährlich regelmäßig geprüft.", "levels.2.description", "de"),
        ("Eine Liste zeigt, wie viele Tage jede Antwort brauchte.", "levels.2.description", "de"),
        ("Die Kostenrechnung ist geprüft.", "levels.2.description", "de"),
        ("Drei Beispiele aufschreiben und mit dem Team besprechen.", "levels.2.next_step", "de"),
        ("Write down three examples.", "levels.2.next_step", "en"),
        ("Die meisten wissen das nicht.", "why", "de"),
        ("Der nächste Durchgang hat ein Datum.", "levels.4.description", "de"),
        ("Data governance is the house rules for data.", "note", "en"),
    ],
)
def test_rule_lets_pass(text, place, language):
    assert rules_of(text, place, language) == set()


def test_twins_found_across_criteria_and_wordings_only():
    run = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"
    a, b = Text("a", "why", "de", run), Text("b", "note", "de", f"Und {run}")
    assert [p.rule for p in problems([a, b]) if p.rule == "twins"] == ["twins"]
    assert not [p for p in problems([a, Text("a", "note", "de", run)]) if p.rule == "twins"]
    assert [p for p in problems([a, Text("a", "municipality_wording.summary", "de", run)]) if p.rule == "twins"]


def test_levels_that_begin_alike_found():
    levels = [Text("a", f"levels.{n}.description", "de", f"Ein Plan {n} liegt vor.") for n in (1, 2)]
    assert "beginnings" in {problem.rule for problem in problems(levels)}


def test_shares_found_in_a_group_only():
    hints = [Text(f"k{n}", "levels.1.next_step", "de", f"Mit Amt {n} sprechen.") for n in range(30)]
    assert "share" in {problem.rule for problem in problems(hints)}
    assert "share" not in {problem.rule for problem in problems(hints[:10])}


def test_texts_of_both_wordings_with_their_levels():
    level = {"level": 1, "description": {"de": "a", "en": "b"}}
    found = texts_of({"k": {"levels": [level], "municipality_wording": {"levels": [level]}}})
    assert [(text.path, text.level, text.wording) for text in found if text.language == "de"] == [
        ("k.levels.1.description.de", 1, "first"),
        ("k.municipality_wording.levels.1.description.de", 1, "municipality"),
    ]


def test_sentences_and_words_counted():
    assert len(sentences("Nach § 10 Abs. 2 DNG gilt das. Am 1. Januar auch.")) == 2
    assert words("Smart-City-Lösung, z. B. „heute“") == ["Smart-City-Lösung", "z", "B", "heute"]
    assert round(lix("Kurze Wörter sind gut. Verwaltungsvorschriften nicht.")) == 3 + 17


def test_exception_needs_a_reason_and_a_problem():
    problem = Problem("sentence", "k.why.de", "zu lang")
    entry = {"rule": "sentence", "path": "k.why.de", "reason": "ein Zitat"}
    assert without_exceptions([problem], [entry]) == ([], {("sentence", "k.why.de")})
    assert without_exceptions([problem], [entry | {"reason": ""}])[0] == [problem]
    assert without_exceptions([], [entry])[1] == set()


def test_shipped_editions_keep_the_rules():
    assert exceptions() is not None
    assert EXCEPTIONS.exists()
    assert edition_problems() == []
