"""The numbers: tables of cases, and what holds for any answers at all."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import scoring
from assessments.models import ScoreState
from assessments.scoring import Average, Blocker, Gate, GateMilestone, Progress, Rating
from catalogue.models import CROSS_PHASE

PHASES = ["p1", "p2", "p3", "p4", "p5"]


def rated(level, key="k", **fields):
    return Rating(key, "rated", level, **fields)


ratings = st.one_of(
    st.builds(
        rated,
        st.integers(0, 4),
        target=st.none() | st.integers(0, 4),
        confirmed=st.booleans(),
        workstreams=st.sets(st.sampled_from("fotw"), min_size=1).map(tuple),
    ),
    st.builds(Rating, st.just("k"), st.sampled_from(["open", "unknown", "not_applicable"]), confirmed=st.booleans()),
)


@st.composite
def rounds(draw, /, **sizes):
    """Answers to criteria k0, k1, …, each in a phase or cross-phase."""
    found = draw(st.lists(st.tuples(ratings, st.sampled_from([*PHASES, CROSS_PHASE])), **sizes))
    return [
        Rating(f"k{number}", r.state, r.level, r.target, r.confirmed, r.workstreams, phase)
        for number, (r, phase) in enumerate(found)
    ]


def gates(milestones, answers, current="p3"):
    return scoring.gates(milestones, answers, phases=PHASES, current=current, cross_phase=CROSS_PHASE)


# --- Ratings, progress, counts, averages ------------------------------------------------------------------------------------


def test_states_are_those_of_the_model():
    assert set(scoring.STATES) == set(ScoreState.values)


@pytest.mark.parametrize(("state", "level"), [("open", 2), ("rated", None), ("unknown", 0), ("not_applicable", 4), ("done", 3)])
def test_rating_with_a_level_and_a_state_that_disagree_is_refused(state, level):
    with pytest.raises(ValueError, match="do not go together"):
        Rating("k", state, level)


@pytest.mark.parametrize(
    ("answered", "total", "percent"),
    [(0, 0, None), (0, 21, 0), (1, 200, 1), (1, 3, 33), (2, 3, 66), (20, 21, 95), (199, 200, 99), (21, 21, 100)],
)
def test_progress_is_100_only_for_all_and_0_only_for_none(answered, total, percent):
    assert scoring.progress(answered, total) == Progress(answered, total, percent)


@pytest.mark.parametrize(("answered", "total"), [(3, 2), (-1, 2)])
def test_progress_of_more_than_all_is_refused(answered, total):
    with pytest.raises(ValueError, match="cannot be answered"):
        scoring.progress(answered, total)


def test_coverage_counts_unknown_and_not_applicable_as_answered():
    answers = [rated(0), Rating("b", "unknown"), Rating("c", "not_applicable"), Rating("d")]
    assert scoring.coverage(answers) == Progress(3, 4, 75)


def test_counts_keep_the_states_apart():
    answers = [rated(0), rated(2, confirmed=False), Rating("u", "unknown"), Rating("n", "not_applicable"), Rating("o")]
    assert scoring.counts(answers) == scoring.Counts(total=5, rated=2, unknown=1, not_applicable=1, open=1, unconfirmed=1)


@pytest.mark.parametrize(
    ("levels", "value", "n", "m"),
    [
        ([], None, 0, 0),
        ([None, None], None, 0, 2),
        ([0, None], 0.0, 1, 2),
        ([0, 4], 2.0, 2, 2),
        ([2, 2, 2, 3], 2.3, 4, 4),  # 2.25: half up, not to even
        ([1, 2, 2, 2], 1.8, 4, 4),  # 1.75
        ([1, 1, 2], 1.3, 3, 3),
        ([2, 1, 2], 1.7, 3, 3),
        ([3] * 19 + [4], 3.1, 20, 20),  # 3.05, which floating point keeps below its half
        ([4, 4, None], 4.0, 2, 3),
    ],
)
def test_average_is_rounded_half_up_over_the_rated_ones(levels, value, n, m):
    assert scoring.average(levels) == Average(value, n, m)


@given(st.lists(st.none() | st.integers(0, 4)))
def test_average_lies_within_its_levels_and_ignores_what_has_none(levels):
    found = scoring.average(levels)
    there = [level for level in levels if level is not None]
    assert (found.n, found.m) == (len(there), len(levels))
    assert (found.value is None) == (not there)
    if there:
        assert min(there) <= found.value <= max(there)
        assert abs(found.value - sum(there) / len(there)) <= 0.05 + 1e-9
        assert found.value == scoring.average(there).value


@given(rounds())
def test_counts_of_states_add_up_and_progress_agrees_with_them(answers):
    found = scoring.counts(answers)
    assert found.rated + found.unknown + found.not_applicable + found.open == found.total == len(answers)
    covered = scoring.coverage(answers)
    assert covered.answered == found.total - found.open
    assert (covered.percent == 100) == (found.open == 0 and found.total > 0)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Average(None, 0, 0)),
        ([rated(2), rated(3)], Average(None, 0, 2)),
        ([rated(1, target=3), rated(2)], Average(2.5, 2, 2)),
        ([rated(4, target=2), rated(2, target=3)], Average(3.5, 2, 2)),
        ([Rating("u", "unknown", target=4), rated(1)], Average(None, 0, 2)),
        ([Rating("u", "unknown", target=4), rated(1, target=2)], Average(2.0, 1, 2)),
    ],
)
def test_planned_average_is_over_the_same_criteria_at_their_targets(answers, expected):
    assert scoring.planned(answers) == expected


@given(rounds())
def test_planned_average_is_never_below_the_present_one(answers):
    now, then = scoring.average(r.level for r in answers), scoring.planned(answers)
    assert then.value is None or (now.value is not None and then.value >= now.value and then.n == now.n)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(2.4, 2.1, 0.3), (2.0, 2.0, 0.0), (1.1, 1.4, -0.3), (None, 2.0, None), (2.0, None, None)],
)
def test_difference_is_that_of_the_averages_as_shown(now, before, expected):
    assert scoring.difference(Average(now, 1, 1), Average(before, 1, 1)) == expected


def test_difference_without_a_compared_round_is_none():
    assert scoring.difference(Average(2.0, 1, 1), None) is None


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        (rated(1, target=3), 2),
        (rated(3, target=3), 0),
        (rated(4, target=3), -1),
        (rated(1), None),
        (Rating("k", target=3), None),
    ],
)
def test_gap_needs_level_and_target(rating, expected):
    assert scoring.gap(rating) == expected


# --- Gates ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rating", "passed"),
    [
        (rated(2), False),
        (rated(3), True),
        (rated(4), True),
        (Rating("k", "not_applicable"), True),
        (Rating("k", "unknown"), False),
        (Rating("k"), False),
        (None, False),
    ],
)
def test_milestone_passes_at_its_level_or_where_it_does_not_apply(rating, passed):
    assert scoring.passes(GateMilestone("k", "p1", 3), rating) is passed


@pytest.mark.parametrize(
    ("answer", "cause", "level"),
    [
        (rated(2, "a"), "below", 2),
        (Rating("a"), "open", None),
        (Rating("a", "unknown"), "unknown", None),
        (None, "unassessed", None),
    ],
)
def test_gate_names_what_blocks_it_and_why(answer, cause, level):
    milestone = GateMilestone("a", "p3", 3)
    found = gates([milestone], [answer] if answer else [])
    assert found[2] == Gate("p3", "blocked", (Blocker(milestone, cause, level),), passed=0, total=1, unconfirmed=0, own=1)


def test_gate_asks_for_its_own_phase_the_earlier_ones_and_the_cross_phase_set():
    milestones = [
        GateMilestone("one", "p1", 3),
        GateMilestone("three", "p3", 3),
        GateMilestone("four", "p4", 3),
        GateMilestone("x", CROSS_PHASE, 3),
    ]
    answers = [rated(3, "one"), rated(3, "three"), rated(0, "four"), rated(3, "x")]
    found = gates(milestones, answers)
    assert [(gate.state, gate.passed, gate.total) for gate in found] == [
        ("reached", 2, 2),
        ("reached", 2, 2),
        ("reached", 3, 3),
        ("ahead", 3, 4),
        ("ahead", 3, 4),
    ]


def test_gate_is_blocked_by_an_earlier_milestone_whatever_the_average():
    milestones = [GateMilestone("one", "p1", 3), GateMilestone("three", "p3", 3)]
    found = gates(milestones, [rated(2, "one"), *(rated(4, f"k{n}") for n in range(50)), rated(4, "three")])
    assert [gate.state for gate in found] == ["blocked", "blocked", "blocked", "ahead", "ahead"]
    assert [blocker.milestone.key for blocker in found[2].blockers] == ["one"]


def test_gate_ahead_without_a_milestone_of_its_own_is_not_reached_by_what_came_before():
    found = gates([GateMilestone("x", CROSS_PHASE, 3)], [rated(4, "x")], current="p2")
    assert [gate.state for gate in found] == ["reached", "reached", "ahead", "ahead", "ahead"]


def test_gate_ahead_with_its_milestones_passed_is_reached():
    assert gates([GateMilestone("four", "p4", 3)], [rated(3, "four")])[3].state == "reached"


def test_gate_of_a_catalogue_without_milestones_is_none():
    assert [gate.state for gate in gates([], [rated(4)])] == ["none", "none", "none", "ahead", "ahead"]


def test_gate_counts_the_unconfirmed_answers_it_stands_on():
    milestones = [GateMilestone("a", "p1", 3), GateMilestone("b", "p1", 3)]
    found = gates(milestones, [rated(3, "a", confirmed=False), rated(1, "b", confirmed=False)])
    assert (found[0].passed, found[0].unconfirmed) == (1, 1)


def test_gate_of_the_municipality_as_a_whole_is_that_of_the_cross_phase_set():
    milestones = [GateMilestone("x", CROSS_PHASE, 3), GateMilestone("one", "p1", 3)]
    found = gates(milestones, [rated(3, "x")], current=None)
    assert found == (Gate(CROSS_PHASE, "reached", (), passed=1, total=1, unconfirmed=0, own=1),)


@given(rounds(), st.sampled_from(PHASES), st.data())
def test_gates_grow_stricter_from_phase_to_phase_and_agree_with_their_blockers(answers, current, data):
    assessed = data.draw(st.sets(st.sampled_from([r.key for r in answers])) if answers else st.just(set()))
    milestones = [GateMilestone(r.key, r.phase, 3) for r in answers]
    found = gates(milestones, [r for r in answers if r.key in assessed], current)
    for earlier, later in itertools.pairwise(found):
        assert set(earlier.blockers) <= set(later.blockers)
    for position, gate in enumerate(found):
        assert gate.passed + len(gate.blockers) == gate.total
        assert gate.own == sum(milestone.phase == gate.phase for milestone in milestones)
        assert gate.state != "reached" or (gate.total > 0 and not gate.blockers)
        assert (gate.state == "blocked") == (bool(gate.blockers) and position <= PHASES.index(current))


# --- Priorities -------------------------------------------------------------------------------------------------------------


def test_priorities_come_blocking_first_then_by_gap_and_workstreams_then_lowest_level_then_in_order():
    answers = [
        rated(1, "low"),
        rated(1, "low-too"),
        rated(0, "lowest"),
        rated(2, "gap-2-in-1", target=4, workstreams=("a",)),
        rated(1, "gap-1-in-3", target=2, workstreams=("a", "b", "c")),
        rated(2, "blocks"),
        Rating("blocks-unknown", "unknown"),
        rated(2, "blocks-with-gap", target=3, workstreams=("a",)),
    ]
    blocking = {"blocks", "blocks-unknown", "blocks-with-gap"}
    found = scoring.priorities(answers, blocking=blocking)
    assert [(p.key, p.is_blocking, p.weight) for p in found] == [
        ("blocks-with-gap", True, 1),
        ("blocks-unknown", True, 0),
        ("blocks", True, 0),
        ("gap-1-in-3", False, 3),
        ("gap-2-in-1", False, 2),
        ("lowest", False, 0),
        ("low", False, 0),
        ("low-too", False, 0),
    ]


def test_priorities_leave_out_what_needs_no_work_or_cannot_be_ranked():
    answers = [rated(4, "top"), Rating("n", "not_applicable"), Rating("o"), Rating("u", "unknown")]
    assert scoring.priorities(answers, blocking=()) == ()


def test_priorities_of_a_target_below_the_level_have_no_weight():
    assert scoring.priorities([rated(3, target=1, workstreams=("a",))], blocking=())[0].weight == 0


@given(rounds(), st.data())
def test_priorities_never_put_anything_before_a_blocking_milestone(answers, data):
    blocking = data.draw(st.sets(st.sampled_from([r.key for r in answers])) if answers else st.just(set()))
    found = scoring.priorities(answers, blocking=blocking)
    assert sorted((p.is_blocking for p in found), reverse=True) == [p.is_blocking for p in found]
    assert len({p.key for p in found}) == len(found)
    free = [p.weight for p in found if not p.is_blocking]
    assert free == sorted(free, reverse=True)


# --- Change and trend ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "kind", "delta"),
    [
        (rated(3), rated(1), "up", 2),
        (rated(1), rated(2), "down", -1),
        (rated(0), rated(0), "same", 0),
        (rated(2), Rating("k", "unknown"), "newly_rated", None),
        (Rating("k"), rated(2), "no_longer_rated", None),
        (Rating("k"), Rating("k", "not_applicable"), "still_unrated", None),
        (rated(2), None, "new", None),
    ],
)
def test_change_has_a_delta_only_where_both_rounds_have_a_level(now, before, kind, delta):
    assert scoring.change(now, before) == scoring.RatingChange(kind, delta)


def test_trend_takes_each_round_by_its_own_criteria():
    assert scoring.trend([[], [rated(1), Rating("b")], [rated(2), rated(3)]]) == (
        Average(None, 0, 0),
        Average(1.0, 1, 2),
        Average(2.5, 2, 2),
    )
