"""An example to look at: the maturity profile of an invented town, as the record of a round of the demo keeps it.

Nothing of it is in the database, so it can be neither edited nor mixed with real rounds, and a fresh installation shows it as
well as the demo does. Its facts are kept in ``fixtures/example``, one file a language, written by ``export_example``. In the
English one, people write English: the demo's file holds their words in both languages.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.conf import settings

from assessments.reports.profile.build import build_profile
from assessments.reports.profile.inputs import AnswerFact, Facts
from assessments.reports.profile.model import MaturityProfile, MeasureItem, RoundRef
from assessments.reports.profile.statements import active_language
from assessments.reports.records.codec import from_plain, to_plain

FOLDER = settings.BASE_DIR / "fixtures" / "example"
PROJECT, ROUND = "parkraum-lotse", 3


def example_profile() -> MaturityProfile:
    """The example in the active language. No query; read and built once per process and language (some 20 ms)."""
    return _profile(active_language())


@cache
def _profile(language: str) -> MaturityProfile:
    return build_profile(read_facts(file_of(language)))


def file_of(language: str, folder: Path = FOLDER) -> Path:
    return folder / f"{language}.json"


def read_facts(file: Path) -> Facts:
    facts: Facts = from_plain(Facts, json.loads(file.read_text(encoding="utf-8")), {})
    return facts


def write_facts(file: Path, facts: Facts) -> None:
    """The same facts give the same bytes."""
    text = json.dumps(to_plain(_without_addresses(facts)), ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


class Untranslated(ValueError):
    """Words of the demo's people have no English beside them."""


def in_english(facts: Facts, words: Mapping[str, str]) -> Facts:
    """The facts with reasons, evidence and measures in English; ``words`` by the German. Raises Untranslated with the first."""

    def say(text: str) -> str:
        if text and text not in words:
            raise Untranslated(text)
        return words.get(text, "")

    def answer(one: AnswerFact) -> AnswerFact:
        evidence = tuple(replace(item, text=say(item.text)) for item in one.evidence)
        comments = tuple(replace(item, text=say(item.text)) for item in one.comments)
        return replace(one, rationale=say(one.rationale), evidence=evidence, comments=comments)

    def measure(one: MeasureItem) -> MeasureItem:
        return replace(one, text=say(one.text), who=one.who if one.who_is_person else say(one.who))

    return replace(
        facts,
        meta=replace(facts.meta, project_summary=say(facts.meta.project_summary), written_in="en"),
        answers=tuple(map(answer, facts.answers)),
        rounds=tuple(replace(one, answers=tuple(map(answer, one.answers))) for one in facts.rounds),
        measures=tuple(map(measure, facts.measures)),
    )


def _without_addresses(facts: Facts) -> Facts:
    """Without what leads somewhere: public ids of rows, and invented addresses of evidence."""

    def ref(one: RoundRef) -> RoundRef:
        return replace(one, public_id=f"beispiel-{one.number}")

    def answer(one: AnswerFact) -> AnswerFact:
        return replace(one, evidence=tuple(replace(item, url="") for item in one.evidence))

    meta = facts.meta
    return replace(
        facts,
        meta=replace(
            meta,
            public_id="beispiel",
            coat_of_arms="",
            compared=meta.compared and ref(meta.compared),
            rounds=tuple(map(ref, meta.rounds)),
        ),
        answers=tuple(map(answer, facts.answers)),
        rounds=tuple(replace(one, ref=ref(one.ref)) for one in facts.rounds),
    )
