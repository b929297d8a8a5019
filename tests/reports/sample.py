"""Maturity profiles without a database: the real catalogue's texts and invented answers, the same every time."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import override

from assessments.reports.profile.build import build_profile
from assessments.reports.profile.inputs import AnswerFact, Facts, MilestoneFact, PhaseFact, RoundFact
from assessments.reports.profile.model import (
    CommentItem,
    EvidenceItem,
    MaturityProfile,
    MeasureItem,
    Meta,
    RoundRef,
    ScaleLevel,
    WorkflowStep,
)
from assessments.scoring import GateMilestone, Rating
from catalogue.levels import Level

STREAMS = (
    ("finanziell", "Finanziell"),
    ("organisatorisch", "Organisatorisch"),
    ("technisch", "Technisch"),
    ("wirtschaftlich", "Wirtschaftlich"),
)
REASON = (
    "Die Zuständigkeit liegt seit März beim Fachdienst Mobilität; die Stelle ist bis Ende 2027 im Stellenplan. "
    "Im Dezernat sind **Vertretung und Übergabe** beschrieben, geübt wurde beides noch nicht.\n\n"
    "Offen ist, wer nach dem Ende der Förderung die laufenden Kosten trägt. Die Kämmerei rechnet bis zum Herbst."
)
EARLIER_REASON = "Die Aufgabe lag beim Projektbüro; im Stellenplan stand sie nicht."


@cache
def _catalogue(name: str) -> dict[str, Any]:
    text = (settings.BASE_DIR / "fixtures" / "catalogue" / name).read_text()
    return yaml.load(text, Loader=yaml.CSafeLoader)


def make_facts(criteria: int = 21, *, language: str = "de", approved: bool = True, rounds: int = 2, **meta: Any) -> Facts:
    """``rounds`` counts the earlier ones. Beyond the 21 cross-phase criteria come those of the phases, then repetitions."""
    source = _catalogue("edition-2.yaml" if criteria > 21 else "edition-1.yaml")
    phases = tuple(
        PhaseFact(p["key"], p["code"], p["name"][language], _phase_label(p, language), p["key"] == "durchgehend")
        for p in source["phases"]
    )
    rows = source["criteria"]
    answers, milestones = [], []
    for number in range(criteria):
        answers.append(_answer(number, rows[number % len(rows)], language))
        if number % 4 == 0 or rows[number % len(rows)]["phase"] != "durchgehend":
            rating = answers[-1].rating
            milestones.append(MilestoneFact(GateMilestone(rating.key, rating.phase, 3), answers[-1].title, "Meilenstein"))
    refs = [
        RoundRef(f"round{number}", number, f"Runde {number}", date(2024, 3, 12) + timedelta(240 * number))
        for number in range(1, rounds + 1)
    ]
    this = rounds + 1
    facts = Meta(
        public_id="sample",
        municipality="Stadt Musterhafen",
        coat_of_arms="",
        is_fictional=True,
        project="Parkraum-App mit Belegungsanzeige",
        project_slug="parkraum-app",
        project_summary="Die App zeigt freie Stellplätze in der Innenstadt und lotst Autos auf kurzem Weg dorthin.",
        confidentiality="",
        confidentiality_label="",
        is_municipality_wide=False,
        phase="p3",
        phase_label="P3 Pilot",
        round=this,
        round_label=f"Runde {this}",
        state="approved" if approved else "draft",
        state_label="freigegeben" if approved else "in Arbeit",
        is_draft=not approved,
        edition=source["edition"]["number"],
        edition_title=source["edition"]["title"][language],
        edition_checksum="0123456789abcdef" * 4,
        scope=("Durchgehend",) if criteria <= 21 else tuple(phase.label for phase in phases),
        language=language,
        as_of=date(2026, 3, 20),
        started_on=date(2026, 2, 3),
        submitted_on=date(2026, 3, 16),
        approved_on=date(2026, 3, 20) if approved else None,
        approved_by="Bob Berger" if approved else "",
        steps=(
            WorkflowStep("begonnen", date(2026, 2, 3), "Alice Ahlers"),
            WorkflowStep("eingereicht", date(2026, 3, 16), "Alice Ahlers"),
            *([WorkflowStep("freigegeben", date(2026, 3, 20), "Bob Berger")] if approved else []),
        ),
        compared=refs[-1] if refs else None,
        rounds=tuple(reversed(refs)),
        attribution=source["edition"]["attribution"][language],
        level_scale_notice=source["edition"]["level_scale_notice"][language],
    )
    return Facts(
        meta=replace(facts, **meta),
        phases=tuple(sorted(phases, key=lambda phase: phase.is_cross_phase)),
        workstreams=STREAMS,
        answers=tuple(answers),
        milestones=tuple(milestones),
        rounds=tuple(
            RoundFact(ref, tuple(_earlier(answer, ref, number) for answer in answers)) for number, ref in enumerate(refs)
        ),
        measures=tuple(_measure(answers[number * 3], number) for number in range(min(6, len(answers) // 3))),
    )


def make_profile(criteria: int = 21, *, language: str = "de", **fields: Any) -> MaturityProfile:
    with override(language):
        return build_profile(make_facts(criteria, language=language, **fields))


def make_empty(criteria: int = 21) -> MaturityProfile:
    """A round that has just begun: nothing answered, nothing before."""
    facts = make_facts(criteria, approved=False, rounds=0)
    answers = tuple(
        replace(
            answer,
            rating=replace(answer.rating, state="open", level=None, target=None),
            rationale="",
            target_date=None,
            evidence=(),
            comments=(),
            by="",
            on=None,
        )
        for answer in facts.answers
    )
    with override("de"):
        return build_profile(replace(facts, answers=answers, measures=()))


def with_rationale(text: str, criteria: int = 3) -> MaturityProfile:
    """A profile whose every reason is the given text."""
    facts = make_facts(criteria)
    with override("de"):
        return build_profile(replace(facts, answers=tuple(replace(answer, rationale=text) for answer in facts.answers)))


def with_measures(count: int) -> MaturityProfile:
    facts = make_facts(3)
    measure = _measure(facts.answers[0], 0)
    with override("de"):
        return build_profile(replace(facts, measures=tuple(replace(measure, text=f"Maßnahme {n}") for n in range(count))))


def _phase_label(phase: dict[str, Any], language: str) -> str:
    name = phase["name"][language]
    return name if phase["key"] == "durchgehend" else f"{phase['code']} {name}"


def _answer(number: int, row: dict[str, Any], language: str) -> AnswerFact:
    state = "unknown" if number % 9 == 7 else "not_applicable" if number % 9 == 5 else "open" if number % 21 == 13 else "rated"
    level = (number * 7 + number // 3) % 5 if state == "rated" else None
    rating = Rating(
        key=row["key"] if number < 56 else f"{row['key']}-{number}",
        state=state,
        level=level,
        target=min(level + 1 + number % 2, 4) if level is not None and number % 5 else None,
        confirmed=number % 8 != 3,
        workstreams=tuple(row["workstreams"]),
        phase=row["phase"],
    )
    with override(language):
        levels = tuple(
            ScaleLevel(
                step["level"],
                str(Level(step["level"]).label),
                step["description"][language],
                step.get("next_step", {}).get(language, ""),
            )
            for step in row["levels"]
        )
    evidence = tuple(
        EvidenceItem(text, "https://ratsinfo.example/vorlage/2025-117" if number % 2 else "", date(2026, 2, 20))
        for text in row["evidence_examples"]["de"][: 1 + number % 3]
    )
    return AnswerFact(
        rating=rating,
        title=row["title"][language],
        summary=row["summary"][language],
        levels=levels,
        rationale="" if state == "open" else REASON if number % 3 else REASON.split("\n")[0],
        target_date=date(2027, 3 + number % 9, 1) if rating.target is not None else None,
        evidence=evidence if state == "rated" else (),
        comments=(CommentItem("Bitte mit der Kämmerei abstimmen.", "Bob Berger", date(2026, 3, 18), False),)
        if number == 2
        else (),
        by="" if state == "open" else "Alice Ahlers",
        on=None if state == "open" else date(2026, 2, 25),
    )


def _earlier(answer: AnswerFact, ref: RoundRef, number: int) -> AnswerFact:
    level = answer.rating.level
    before = None if level is None else max(0, min(4, level - (2 - number) + (level % 3 == 2)))
    rating = replace(answer.rating, state="open" if before is None else "rated", level=before, confirmed=True)
    return AnswerFact(rating, answer.title, EARLIER_REASON, "Alice Ahlers", ref.on)


def _measure(answer: AnswerFact, number: int) -> MeasureItem:
    status = ("planned", "running", "done")[number % 3]
    return MeasureItem(
        text="Übergabe mit der Kämmerei vereinbaren und im Stellenplan verankern",
        who="Alice Ahlers" if number % 2 else "Fachdienst Mobilität",
        due_on=date(2026, 6 + number % 6, 30),
        status=status,
        status_label={"planned": "geplant", "running": "läuft", "done": "erledigt"}[status],
        criterion_key=answer.rating.key,
        criterion_title=answer.title,
    )
