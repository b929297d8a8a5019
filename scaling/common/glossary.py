"""The glossary of fixtures/glossary.yaml: words a municipal reader may stumble over, in both languages."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings

from scaling.common.sorting import sort_key
from scaling.common.yaml_files import read_yaml


@dataclass(frozen=True)
class Term:
    """``in_reports``: whether a report that uses the word explains it in its annex."""

    term: str
    text: str
    in_reports: bool = True


@cache
def glossary(language: str) -> tuple[Term, ...]:
    """All terms in ``language`` ("de" or "en"), sorted by term. Read once per process."""
    path = settings.BASE_DIR / "fixtures" / "glossary.yaml"
    entries = read_yaml(path)
    terms = (Term(entry["term"][language], entry["text"][language], entry.get("in_reports", True)) for entry in entries)
    return tuple(sorted(terms, key=lambda term: sort_key(term.term)))
