"""An example to look at: the maturity profile of an invented town, as the demo's longest project gives it in its third round.

Nothing of it is in the database, so it can be neither edited nor mixed with real rounds, and a fresh installation shows it as
well as the demo does. Its facts are kept in ``fixtures/example``, one file a language, written by ``export_example``.
"""

import json
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings
from django.utils.translation import get_language

from assessments.reports.profile.build import build_profile
from assessments.reports.profile.inputs import AnswerFact, Facts
from assessments.reports.profile.load import DEFAULT_LANGUAGE
from assessments.reports.profile.model import MaturityProfile, RoundRef

FOLDER = settings.BASE_DIR / "fixtures" / "example"
PROJECT, ROUND = "parkraum-lotse", 3


def example_profile() -> MaturityProfile:
    """The example in the active language. No query; read and built once per process and language (some 20 ms)."""
    return _profile((get_language() or DEFAULT_LANGUAGE).split("-")[0])


@cache
def _profile(language: str) -> MaturityProfile:
    return build_profile(read_facts(file_of(language)))


def file_of(language: str, folder: Path = FOLDER) -> Path:
    return folder / f"{language}.json"


def read_facts(file: Path) -> Facts:
    facts: Facts = _restored(Facts, json.loads(file.read_text(encoding="utf-8")))
    return facts


def write_facts(file: Path, facts: Facts) -> None:
    """The same facts give the same bytes."""
    text = json.dumps(asdict(_without_addresses(facts)), ensure_ascii=False, indent=1, default=date.isoformat)
    file.write_text(text + "\n", encoding="utf-8")


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


def _restored(kind: Any, value: Any) -> Any:
    """A value of JSON as what ``asdict`` made it from: a dataclass, a tuple, a day, one of these or None, or itself."""
    if value is None:
        return None
    if get_origin(kind) is UnionType:
        return _restored(next(one for one in get_args(kind) if one is not type(None)), value)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        kinds = [inner[0]] * len(value) if inner[-1] is ... else inner
        return tuple(map(_restored, kinds, value))
    if kind is date:
        return date.fromisoformat(value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _restored(hints[field.name], value[field.name]) for field in fields(kind)})  # type: ignore[operator]
    return value
