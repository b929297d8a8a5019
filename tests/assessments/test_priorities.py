"""What comes first, and what is left out."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from assessments import scoring
from assessments.reports.profile.texts import definitions
from assessments.scoring import Rating
from tests.assessments.ratings import rated, rounds


def keys(answers, **options):
    return [found.key for found in scoring.priorities(answers, **{"blocking": (), **options})]


def test_priorities_come_blocking_then_overdue_then_falls_then_gaps_then_the_lowest_level():
    answers = [
        rated(1, "low"),
        rated(1, "low-too"),
        rated(0, "lowest"),
        rated(2, "gap-2", target=4, workstreams=("a",)),
        rated(1, "gap-1-in-4", target=2, workstreams=("a", "b", "c", "d")),
        rated(3, "fell", target=3),
        rated(1, "fell-deeper"),
        rated(2, "overdue", target=3),
        rated(2, "blocks"),
        Rating("blocks-unknown", "unknown"),
        rated(2, "blocks-with-gap", target=3),
        rated(3, "blocks-overdue", target=3),
    ]
    before = {"fell": rated(4, "fell"), "fell-deeper": rated(3, "fell-deeper")}
    found = scoring.priorities(
        answers,
        blocking={"blocks", "blocks-unknown", "blocks-with-gap", "blocks-overdue"},
        overdue={"overdue", "blocks-overdue"},
        before=before,
    )
    assert [(p.key, p.is_blocking, p.is_overdue, p.fall, p.gap) for p in found] == [
        ("blocks-overdue", True, True, 0, 0),
        ("blocks-with-gap", True, False, 0, 1),
        ("blocks-unknown", True, False, 0, 0),
        ("blocks", True, False, 0, 0),
        ("overdue", False, True, 0, 1),
        ("fell-deeper", False, False, 2, 0),
        ("fell", False, False, 1, 0),
        ("gap-2", False, False, 0, 2),
        ("gap-1-in-4", False, False, 0, 1),
        ("lowest", False, False, 0, 0),
        ("low", False, False, 0, 0),
        ("low-too", False, False, 0, 0),
    ]


@pytest.mark.parametrize(
    ("answer", "before", "is_listed"),
    [
        (rated(3, target=3), None, False),
        (rated(4, target=3), None, False),
        (rated(4), None, False),
        (rated(2, target=2), rated(2), False),
        (rated(2, target=2), rated(1), False),
        (rated(2, target=2), rated(3), True),
        (rated(3, target=2), rated(4), True),
        (rated(3), rated(4), True),
        (rated(2, target=3), None, True),
        (rated(3), None, True),
        (Rating("k", "not_applicable"), rated(4), False),
        (Rating("k"), rated(4), False),
        (Rating("k", "unknown"), None, False),
    ],
)
def test_priorities_leave_out_what_reached_its_target_and_did_not_fall(answer, before, is_listed):
    assert keys([answer], before={"k": before} if before else {}) == (["k"] if is_listed else [])


@pytest.mark.parametrize(
    ("answer", "is_listed"),
    [
        (rated(2, target=2), True),
        (Rating("k"), True),
        (Rating("k", "unknown"), True),
        (Rating("k", "not_applicable"), False),
    ],
)
def test_priorities_keep_what_blocks_unless_it_does_not_apply(answer, is_listed):
    assert keys([answer], blocking={"k"}) == (["k"] if is_listed else [])


#: What the printed rule has to say for each kind of answer; the rule is what a reader checks the list by.
CLAUSES = {
    "auch wenn sie ihr eigenes Ziel erreicht oder keine Stufe haben": [
        (rated(2, target=2), True, True),
        (rated(4), True, True),
        (Rating("k", "unknown"), True, True),
        (Rating("k"), True, True),
    ],
    "Von den übrigen Kriterien steht nicht in der Liste, was keine Stufe hat": [
        (Rating("k", "unknown"), False, False),
        (Rating("k"), False, False),
        (Rating("k", "not_applicable"), False, False),
    ],
    "was sein Ziel oder die höchste Stufe erreicht hat und nicht gesunken ist": [
        (rated(2, target=2), False, False),
        (rated(4), False, False),
    ],
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_printed_rule_says_what_the_list_does(clause):
    with override("de"):
        assert clause in definitions().priorities
    for answer, blocks, is_listed in CLAUSES[clause]:
        assert keys([answer], blocking={"k"} if blocks else ()) == (["k"] if is_listed else [])


@given(rounds(max_size=9), st.data())
def test_priorities_do_not_depend_on_the_number_of_workstreams(answers, data):
    blocking = data.draw(st.sets(st.sampled_from([r.key for r in answers])) if answers else st.just(set()))
    filed = [Rating(r.key, r.state, r.level, r.target, r.confirmed, ("f", "o", "t", "w"), r.phase) for r in answers]
    assert keys(answers, blocking=blocking) == keys(filed, blocking=blocking)


@given(rounds(max_size=9), rounds(max_size=9), st.data())
def test_priorities_follow_the_rule_in_its_order(answers, before, data):
    some = st.sets(st.sampled_from([r.key for r in answers])) if answers else st.just(set())
    found = scoring.priorities(answers, blocking=data.draw(some), overdue=data.draw(some), before={r.key: r for r in before})
    levels = {r.key: -1 if r.level is None else r.level for r in answers}
    ranks = [(not p.is_blocking, not p.is_overdue, -p.fall, -p.gap, levels[p.key]) for p in found]
    assert ranks == sorted(ranks)
    assert len({p.key for p in found}) == len(found)
