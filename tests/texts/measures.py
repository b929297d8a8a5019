"""Counts words, sentences and long words, the same way for German and English."""

import re

#: A hyphenated compound or a word with an apostrophe is one word, as in word processors.
_WORD = re.compile(r"[^\W_]+(?:[-’'/][^\W_]+)*")
_END = re.compile(r"[.?!…:]?[.?!…][“’”)]*\s+(?=[A-ZÄÖÜ„‘“(§0-9])|\n+")
#: A full stop after these, or after a number or a single letter, ends no sentence.
_ABBREVIATIONS = {"abs", "art", "bzw", "ca", "ggf", "inkl", "nr", "st", "usw", "vgl", "no", "sec", "para"}
#: Läsbarhetsindex counts words of more than six letters as long (C. H. Björnsson, 1968).
LONG_WORD = 6


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a semicolon or a colon does not end one."""
    found, start = [], 0
    for match in _END.finditer(text):
        before = words(text[start : match.start()])
        last = before[-1] if before else ""
        is_abbreviation = last.lower() in _ABBREVIATIONS or len(last) == 1 or last.isdecimal()
        if is_abbreviation and match.group().startswith("."):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if words(sentence)]


def lix(text: str) -> float:
    """Words per sentence plus the percentage of long words. Below 40 is easy, above 60 is the language of laws."""
    all_words = words(text)
    if not all_words:
        return 0.0
    long_words = sum(len(word) > LONG_WORD for word in all_words)
    return len(all_words) / len(sentences(text)) + 100 * long_words / len(all_words)


def runs(text: str, length: int) -> set[str]:
    """Every run of so many words, in small letters."""
    found = [word.lower() for word in words(text)]
    return {" ".join(found[i : i + length]) for i in range(len(found) - length + 1)}
