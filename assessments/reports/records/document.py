"""From facts to the document a record keeps, and back to the profile. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override

from assessments.reports.export.json_file import document as figures_of
from assessments.reports.profile.build import build_profile, kept_profile
from assessments.reports.profile.inputs import Facts
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.profile.person import PersonName
from assessments.reports.records.codec import LANGUAGES, from_plain, in_both, in_one, to_plain

SCHEMA = "record-1"
#: What of the profile's own JSON is kept as figures; the rest repeats the facts.
FIGURES = ("headline", "overall", "workstreams", "phases", "gates", "changes", "trend")

Names = Mapping[str, tuple[int | None, str]]


class People:
    """Gives every person of a document a reference, in the order they are met. Two people of one name stay two."""

    def __init__(self) -> None:
        self.refs: dict[tuple[int | None, str], str] = {}

    def ref(self, name: PersonName) -> str:
        return self.refs.setdefault((name.user_id, str(name)), f"p{len(self.refs) + 1}")


def document_of(
    facts: Mapping[str, Facts], *, number: str, version: int, approved_at: datetime
) -> tuple[dict[str, Any], dict[str, tuple[int | None, str]]]:
    """The document of the facts in each language of ``LANGUAGES``, and who its references stand for.

    ``facts`` hold the whole truth; ``figures`` say what was computed from them on that day, for whoever reads the document
    without this program.
    """
    people = People()
    plain, figures = {}, {}
    for language in LANGUAGES:
        plain[language] = to_plain(facts[language], people.ref)
        del plain[language]["meta"]["record"]  # it names this very document
        with override(language):
            computed = figures_of(build_profile(facts[language]))
        figures[language] = to_plain({key: computed[key] for key in FIGURES}, people.ref)
    document = {
        "schema": SCHEMA,
        "number": number,
        "version": version,
        "approved_at": approved_at.isoformat(timespec="seconds"),
        "facts": in_both(*(plain[language] for language in LANGUAGES)),
        "figures": in_both(*(figures[language] for language in LANGUAGES)),
    }
    return document, {ref: person for person, ref in people.refs.items()}


def facts_in(document: Mapping[str, Any], *, language: str, names: Names) -> Facts:
    """The facts as they were, with a word in place of a name that went. Raises Unreadable for a document of another shape."""
    with override(language):
        gone = gettext("Name gelöscht")
    told = {ref: (user_id, name or gone) for ref, (user_id, name) in names.items()}
    found: Facts = from_plain(Facts, in_one(document["facts"], language), told)
    return found


def profile_in(document: Mapping[str, Any], *, language: str, names: Names, compared: str | None = None) -> MaturityProfile:
    """The profile of a document, compared with the round of that public id; as approved where it is None.

    Raises LookupError for a round it knows nothing of.
    """
    facts = facts_in(document, language=language, names=names)
    if compared is not None:
        refs = {fact.ref.public_id: fact.ref for fact in facts.rounds}
        facts = replace(facts, meta=replace(facts.meta, compared=refs[compared]))
    with override(language):
        return kept_profile(facts)
