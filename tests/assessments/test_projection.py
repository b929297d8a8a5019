"""What would be if: levels raised by some day, and which gates would then be reached. Pure."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import (
    NOT_APPLICABLE,
    RATED,
    REACHED,
    UNKNOWN,
    GateMilestone,
    Lifted,
    Raise,
    Rating,
    gates,
    raised,
    stages,
)

PHASES = ["p1", "p2"]
FRAME: Any = {"phases": PHASES, "current": "p1", "cross_phase": "x"}
MILESTONES = [GateMilestone("a", "p1", 3), GateMilestone("b", "p1", 2), GateMilestone("c", "p2", 2), GateMilestone("d", "x", 1)]
SPRING, SUMMER = date(2027, 3, 1), date(2027, 7, 1)


def rated(**levels):
    return [Rating(key, RATED, level) for key, level in levels.items()]


def test_gate_falls_on_the_day_its_last_milestone_is_reached():
    now = rated(a=1, b=2, c=0, d=1)
    found = stages(MILESTONES, now, [Raise("c", 2, None), Raise("a", 3, SUMMER), Raise("a", 2, SPRING)], **FRAME)
    assert [(stage.on, stage.falling) for stage in found] == [(SPRING, ()), (SUMMER, ("p1",)), (None, ("p2",))]
    assert found[0].lifted == (Lifted("a", 1, 2),)
    assert found[1].lifted == (Lifted("a", 2, 3),)


def test_nothing_is_lowered_and_what_does_not_apply_stays():
    now = [*rated(a=4), Rating("b", NOT_APPLICABLE), Rating("c", UNKNOWN)]
    then = raised(now, [Raise("a", 2, SPRING), Raise("b", 4, SPRING), Raise("c", 1, SPRING)])
    assert [(one.state, one.level) for one in then] == [(RATED, 4), (NOT_APPLICABLE, None), (RATED, 1)]
    assert [stage.lifted for stage in stages(MILESTONES, now, [Raise("a", 2, SPRING)], **FRAME)] == []


def test_what_was_out_of_scope_can_be_reached_too():
    found = stages(MILESTONES, rated(a=3, b=2), [Raise("d", 1, SPRING)], **FRAME)
    assert [(stage.lifted, stage.falling) for stage in found] == [((Lifted("d", None, 1),), ("p1",))]


KEYS = st.sampled_from(["a", "b", "c", "d"])
LEVELS = st.integers(0, 4)
DAYS = st.none() | st.dates(date(2027, 1, 1), date(2027, 6, 1))


@given(now=st.dictionaries(KEYS, LEVELS), raises=st.lists(st.builds(Raise, KEYS, LEVELS, DAYS)))
def test_last_stage_is_what_all_assumptions_give_together(now, raises):
    ratings = rated(**now)
    found = stages(MILESTONES, ratings, raises, **FRAME)
    then = gates(MILESTONES, raised(ratings, raises), **FRAME)
    assert (found[-1].gates if found else gates(MILESTONES, ratings, **FRAME)) == then
    before = {gate.phase for gate in gates(MILESTONES, ratings, **FRAME) if gate.state == REACHED}
    falling = [phase for stage in found for phase in stage.falling]
    assert len(falling) == len(set(falling))
    assert before | set(falling) == {gate.phase for gate in then if gate.state == REACHED}
    for one in raised(ratings, raises):
        assert one.level >= now.get(one.key, 0)
