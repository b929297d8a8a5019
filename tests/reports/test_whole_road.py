"""Random projects by the road people take, from the rows to the record: record, files and portfolio agree with the rules."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, AssessmentRecord, Measure
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import EditionState, Milestone
from scaling.accounts.models import Municipality, User
from tests.factories import make_criteria, make_edition, make_project
from tests.reports import recomputed
from tests.reports.conftest import publish
from tests.reports.recomputed import EVERYWHERE, NAMED, PHASES, Case, Said
from tests.reports.test_export import sheets
from tests.reports.test_recomputation import KINDS, check_csv


@dataclass(frozen=True)
class Filed:
    """Where a criterion is filed, and what it asks for as a milestone (None where it is none)."""

    phase: str
    streams: tuple[str, ...]
    required: tuple[int, ...] | None


def make_catalogue(rng: random.Random) -> dict[str, Filed]:
    """Published; at least one criterion is asked in every phase."""
    filed = {}
    for number in range(rng.randint(1, 12)):
        phase = rng.choice([*PHASES, EVERYWHERE]) if number else EVERYWHERE
        streams = tuple(s for s in NAMED if rng.random() < 0.5) or ("technisch",)
        one = rng.randint(1, 4)
        levels = sorted(rng.randint(1, 4) for _ in PHASES) if phase == EVERYWHERE else [one] * len(PHASES)
        filed[f"k{number}"] = Filed(phase, streams, tuple(levels) if rng.random() < 0.6 else None)
    edition = make_edition(state=EditionState.DRAFT)
    made = make_criteria(edition, {key: {"phase": one.phase, "workstreams": one.streams} for key, one in filed.items()})
    Milestone.objects.bulk_create(
        Milestone(
            criterion=criterion,
            kind="roadmap",
            required_level=max(required),
            required_levels=list(required) if filed[criterion.key].phase == EVERYWHERE else [],
        )
        for criterion in made
        if (required := filed[criterion.key].required)
    )
    publish(edition)
    return filed


def live_through(seed: int, municipality: Municipality, alice: User, bob: User) -> tuple[Assessment, Case]:
    """One approved round, or two; and, kept beside it, what was said in them."""
    rng = random.Random(seed)
    filed, phase = make_catalogue(rng), rng.choice(PHASES)
    project = make_project(municipality, "Zufall", phase=phase, team=[alice])
    scope = {EVERYWHERE, *PHASES[: PHASES.index(phase) + 1]}
    keys = [key for key, one in filed.items() if one.phase in scope]
    share = rng.choice((0.0, 0.3, 0.8, 1.0))

    def answer(key: str) -> Said:
        state = "rated" if rng.random() < share else rng.choice(("open", "unknown", "not_applicable"))
        level = rng.randint(0, 4) if state == "rated" else None
        return Said(key, filed[key].phase, filed[key].streams, state, level, rng.choice((None, rng.randint(0, 4))))

    def save(assessment: Assessment, said: Said) -> Said:
        score = assessment.scores.get(criterion__key=said.key)
        reason = f"Grund zu {said.key}." if said.state == "not_applicable" else ""
        answered = Answer(said.state, said.level, reason, said.target)
        save_score(score=score, version=score.version, by=alice, answer=answered)
        return said

    def approve(assessment: Assessment) -> None:
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)

    overdue = frozenset(key for key in keys if rng.random() < 0.2)
    for key in overdue:
        yesterday = timezone.localdate() - timedelta(days=1)
        Measure.objects.create(project=project, criterion_key=key, text=f"Maßnahme {key}", due_on=yesterday)
    assessment = workflow.start_assessment(project=project, by=alice)
    now = tuple(save(assessment, answer(key)) for key in keys)
    approve(assessment)
    before = None
    if rng.random() < 0.75:
        before = now
        assessment = workflow.start_assessment(project=project, by=alice)
        now = tuple(
            Said(one.key, one.phase, one.streams, one.state, one.level, one.target, confirmed=one.state == "open")
            if (chance := rng.random()) < 0.4
            else save(assessment, one if chance < 0.5 else answer(one.key))
            for one in before
        )
        approve(assessment)
    asked = {key: (one.phase, dict(zip(PHASES, one.required, strict=True))) for key, one in filed.items() if one.required}
    return assessment, Case(phase, now, before, asked, overdue)


@pytest.mark.parametrize("seed", range(10))
def test_record_and_portfolio_say_what_the_rules_say(client: Any, municipality: Any, alice: Any, bob: Any, seed: int) -> None:
    assessment, case = live_through(seed, municipality, alice, bob)
    client.force_login(bob)
    said = client.get(reverse("reports:json", args=[assessment.public_id])).json()
    record = AssessmentRecord.objects.get(assessment=assessment, superseded_at=None)
    assert record.figures == record.document["figures"]
    for figure in (said["overall"], *said["workstreams"], *said["phases"]):
        check_figure(case, figure)
    for gate in said["gates"]:
        wanted = recomputed.gate(case, gate["phase"])
        assert (gate["state"], gate["passed"], gate["total"]) == (wanted["state"], wanted["passed"], wanted["total"])
        assert {one["criterion"] for one in gate["blocked_by"]} == set(wanted["missing"])
        assert {one["criterion"] for one in gate["dropped"]} == set(wanted["dropped"])
    assert [one["criterion"] for one in said["priorities"]] == recomputed.priorities(case)
    check_csv(case, client.get(reverse("reports:csv", args=[assessment.public_id])).content)
    check_portfolio(case, client.get(reverse("reports:portfolio_json", args=[municipality.public_id])).json())
    book = sheets(client.get(reverse("reports:portfolio_xlsx", args=[municipality.public_id])).content)
    (row,) = (row for row in book["Portfolio"] if row and row[0] == "Zufall")
    assert row[4] == recomputed.figure(case, "")["mean"]


def check_figure(case: Case, figure: dict[str, Any]) -> None:
    wanted = recomputed.figure(case, figure["key"])
    average, counts = figure["average"], figure["counts"]
    assert (average["value"], average["rated"], average["of"]) == (wanted["mean"], wanted["n"], wanted["m"])
    assert average["is_provisional"] == wanted["provisional"]
    assert list(figure["levels"].values()) == wanted["levels"]
    assert [counts[state] for state in ("rated", "unknown", "not_applicable", "open")] == wanted["states"]
    assert (counts["confirmed"], counts["unconfirmed"]) == (wanted["confirmed"], wanted["unconfirmed"])
    assert (figure["change"] is None) == (wanted["change"] is None)
    if figure["change"]:
        change = wanted["change"]
        assert (figure["change"]["value"], figure["change"]["rated_in_both"]) == (change["delta"], change["n"])
        assert [figure["change"]["counts"][kind] for kind in KINDS] == [change["kinds"][kind] for kind in KINDS]


def check_portfolio(case: Case, said: dict[str, Any]) -> None:
    (row,) = said["projects"]
    for figure in (row["overall"], *row["workstreams"]):
        wanted = recomputed.figure(case, figure["key"])
        change = wanted["change"] or {"delta": None, "n": 0}
        average = figure["average"]
        assert (average["value"], average["rated"], average["of"]) == (wanted["mean"], wanted["n"], wanted["m"])
        assert average["is_provisional"] == wanted["provisional"]
        assert list(figure["levels"].values()) == wanted["levels"]
        assert (figure["change"]["value"], figure["change"]["rated_in_both"]) == (change["delta"], change["n"])
    for gate in row["gates"]:
        wanted = recomputed.gate(case, gate["phase"])
        assert (gate["state"], set(gate["waiting_for"])) == (wanted["state"], set(wanted["missing"]))
    own = recomputed.gate(case, case.phase)["state"]
    assert said["gates"] == {state: int(state == own) for state in ("reached", "blocked", "not_examined")}
    kinds = (recomputed.change(case, "") or {"kinds": {"down": 0, "up": 0}})["kinds"]
    assert (row["fallen"], row["risen"]) == (kinds["down"], kinds["up"])
    assert row["measures"] == {"open": len(case.overdue), "overdue": len(case.overdue)}
