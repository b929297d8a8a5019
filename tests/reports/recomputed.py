"""Random assessments and, written from the rules and not from ``scoring``, what a report has to say about them."""

import random
import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.reports.profile.inputs import AnswerFact, Facts, MilestoneFact, RoundFact
from assessments.reports.profile.model import MeasureItem, RoundRef, ScaleLevel
from assessments.scoring import GateMilestone, Rating
from tests.reports.sample import STREAMS, make_facts

PHASES = ("p1", "p2", "p3", "p4", "p5")
EVERYWHERE = "durchgehend"
DAY = date(2026, 3, 20)
NAMED = dict(STREAMS)


@dataclass(frozen=True)
class Said:
    """One answer: ``level`` None unless rated."""

    key: str
    phase: str
    streams: tuple[str, ...]
    state: str
    level: int | None = None
    target: int | None = None
    confirmed: bool = True


@dataclass(frozen=True)
class Case:
    """A round, the one before (None in a first round), its milestones with what each gate asks for, and overdue measures."""

    phase: str
    now: tuple[Said, ...]
    before: tuple[Said, ...] | None
    milestones: dict[str, tuple[str, dict[str, int]]]
    overdue: frozenset[str]


def make_case(seed: int) -> Case:
    rng = random.Random(seed)
    where = {
        f"k{number}": (
            rng.choice([*PHASES, EVERYWHERE, EVERYWHERE]),
            tuple(s for s in NAMED if rng.random() < 0.5) or ("technisch",),
        )
        for number in range(rng.randint(1, 12))
    }
    rated = rng.choice((0.0, 0.3, 0.8, 1.0))

    def answers(keys: list[str]) -> tuple[Said, ...]:
        found = []
        for key in keys:
            state = "rated" if rng.random() < rated else rng.choice(("open", "unknown", "not_applicable"))
            level = rng.randint(0, 4) if state == "rated" else None
            target = rng.choice((None, rng.randint(0, 4)))
            found.append(Said(key, *where[key], state, level, target, state == "open" or rng.random() < 0.7))
        return tuple(found)

    keys = list(where)
    now = [key for key in keys if rng.random() < 0.9] or keys
    before = [key for key in keys if rng.random() < 0.9] if rng.random() < 0.8 else None
    milestones = {}
    for key, (phase, _streams) in where.items():
        if rng.random() < 0.6:
            one = rng.randint(1, 4)
            milestones[key] = (phase, {p: min(one + n // 2, 4) if phase == EVERYWHERE else one for n, p in enumerate(PHASES)})
    overdue = frozenset(key for key in now if rng.random() < 0.15)
    return Case(rng.choice(PHASES), answers(now), answers(before) if before else None, milestones, overdue)


def facts_of(case: Case) -> Facts:
    """The case as a profile takes it."""
    ref = RoundRef("davor", 1, "Runde 1", date(2025, 1, 10))
    facts = make_facts(1, rounds=0, phase=case.phase, compared=ref if case.before else None)

    def fact(said: Said) -> AnswerFact:
        return AnswerFact(
            rating=Rating(said.key, said.state, said.level, said.target, said.confirmed, said.streams, said.phase),
            title=f"Kriterium {said.key}",
            rationale=f"Grund zu {said.key}." if said.state == "not_applicable" else "",
            by="",
            on=DAY,
            levels=tuple(
                ScaleLevel(n, f"s{n}", f"Text {said.key} {n}", f"Weiter {said.key} {n}" if n < 4 else "") for n in range(5)
            ),
        )

    return Facts(
        meta=facts.meta,
        phases=facts.phases,
        workstreams=STREAMS,
        answers=tuple(map(fact, case.now)),
        milestones=tuple(
            MilestoneFact(
                GateMilestone(key, phase, max(levels.values()), tuple(levels.items()) if phase == EVERYWHERE else ()),
                f"Kriterium {key}",
                "Meilenstein",
            )
            for key, (phase, levels) in case.milestones.items()
        ),
        rounds=(RoundFact(ref, tuple(map(fact, case.before))),) if case.before else (),
        measures=tuple(
            MeasureItem(f"Maßnahme {key}", "Kämmerei", DAY - timedelta(1), "planned", "geplant", key, "", False, False)
            for key in sorted(case.overdue)
        ),
    )


# --- The rules --------------------------------------------------------------------------------------------------------------


def one_decimal(value: Decimal) -> float:
    return float(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def mean(levels: list[int]) -> float | None:
    return one_decimal(Decimal(sum(levels)) / len(levels)) if levels else None


def members(said: tuple[Said, ...] | None, group: str) -> list[Said]:
    """A group is "" for all, a workstream or a phase."""
    return [one for one in said or () if group in ("", one.phase) or group in one.streams]


def figure(case: Case, group: str) -> dict[str, Any]:
    ours = members(case.now, group)
    levels = [one.level for one in ours if one.level is not None]
    states = Counter(one.state for one in ours)
    carried = sum(not one.confirmed for one in ours if one.state != "open")
    answered = len(ours) - states["open"]
    planned = [max(one.level, one.target or 0) for one in ours if one.level is not None]
    has_target = any(one.target is not None for one in ours if one.level is not None)
    return {
        "mean": mean(levels),
        "n": len(levels),
        "m": len(ours),
        "provisional": bool(levels) and (len(levels) < 3 or len(levels) < len(ours) / 2),
        "levels": [levels.count(level) for level in range(5)],
        "median": statistics.median(levels) if levels else None,
        "planned": mean(planned) if has_target else None,
        "states": [states[state] for state in ("rated", "unknown", "not_applicable", "open")],
        "confirmed": answered - carried,
        "unconfirmed": carried,
        "change": change(case, group),
    }


def change(case: Case, group: str) -> dict[str, Any] | None:
    if case.before is None:
        return None
    then = {one.key: one for one in case.before}
    ours = members(case.now, group)
    kinds = Counter(kind_of(one, then.get(one.key)) for one in ours)
    here = {one.key for one in case.now}
    kinds["dropped"] = sum(one.key not in here for one in members(case.before, group))
    both = [(one.level, then[one.key].level) for one in ours if one.key in then]
    both = [(a, b) for a, b in both if a is not None and b is not None]
    delta = Decimal(sum((a or 0) - (b or 0) for a, b in both)) / len(both) if both else None
    return {"delta": None if delta is None else one_decimal(delta), "n": len(both), "kinds": kinds}


def kind_of(now: Said, then: Said | None) -> str:
    if then is None:
        return "new"
    if now.level is None:
        return "still_unrated" if then.level is None else "no_longer_rated"
    if then.level is None:
        return "newly_rated"
    return "up" if now.level > then.level else "down" if now.level < then.level else "same"


def gate(case: Case, phase: str) -> dict[str, Any]:
    """Reached, blocked, not examined or ahead, with what is missing and what drops out."""
    answers = {one.key: one for one in case.now}
    upto = {EVERYWHERE, *PHASES[: PHASES.index(phase) + 1]}
    asked = {key: levels[phase] for key, (own, levels) in case.milestones.items() if own in upto}
    dropped = [key for key in asked if key in answers and answers[key].state == "not_applicable"]
    left = {key: needed for key, needed in asked.items() if key not in dropped}
    level = {key: answers[key].level if key in answers else None for key in left}
    missing = [key for key, needed in left.items() if (-1 if level[key] is None else level[key]) < needed]  # type: ignore[operator]
    examined = any(level[key] is not None for key in left if case.milestones[key][0] == phase)
    if examined and not missing:
        state = "reached"
    elif PHASES.index(phase) > PHASES.index(case.phase):
        state = "ahead"
    else:
        state = "blocked" if examined else "not_examined"
    carried = sum(not answers[key].confirmed and answers[key].state != "open" for key in asked if key in answers)
    return {
        "state": state,
        "missing": missing,
        "dropped": dropped,
        "passed": len(left) - len(missing),
        "total": len(left),
        "unconfirmed": carried,
    }


def priorities(case: Case) -> list[str]:
    blocking = set(gate(case, case.phase)["missing"])
    then = {one.key: one.level for one in case.before or ()}
    ranked = []
    for place, one in enumerate(case.now):
        earlier = then.get(one.key)
        fall = max(earlier - one.level, 0) if earlier is not None and one.level is not None else 0
        gap = max(one.target - one.level, 0) if one.target is not None and one.level is not None else 0
        at_goal = one.level is not None and (one.level == 4 or (one.target is not None and one.level >= one.target))
        if one.state == "not_applicable" or (one.key not in blocking and (one.level is None or (at_goal and not fall))):
            continue
        level = -1 if one.level is None else one.level
        ranked.append((one.key not in blocking, one.key not in case.overdue, -fall, -gap, level, place, one.key))
    return [entry[-1] for entry in sorted(ranked)]
