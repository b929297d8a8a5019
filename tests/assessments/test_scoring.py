"""The numbers: tables of cases, and what holds for any answers at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import scoring
from assessments.models import ScoreState
from assessments.scoring import Average, Rating
from tests.assessments.ratings import rated, rounds

# --- Ratings, progress, counts, averages ------------------------------------------------------------------------------------


def test_states_are_those_of_the_model():
    assert set(scoring.STATES) == set(ScoreState.values)


@pytest.mark.parametrize(("state", "level"), [("open", 2), ("rated", None), ("unknown", 0), ("not_applicable", 4), ("done", 3)])
def test_rating_with_a_level_and_a_state_that_disagree_is_refused(state, level):
    with pytest.raises(ValueError, match="do not go together"):
        Rating("k", state, level)


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
def test_counts_of_states_add_up(answers):
    found = scoring.counts(answers)
    assert found.rated + found.unknown + found.not_applicable + found.open == found.total == len(answers)
    assert found.confirmed + found.unconfirmed == found.answered == found.total - found.open


def test_open_answer_is_never_counted_as_carried_over():
    found = scoring.counts([Rating("o", confirmed=False), rated(2, confirmed=False), Rating("u", "unknown")])
    assert (found.answered, found.confirmed, found.unconfirmed) == (2, 1, 1)


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


# --- Distribution -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "counts", "median", "unrated"),
    [
        ([], (0, 0, 0, 0, 0), None, 0),
        ([None, None], (0, 0, 0, 0, 0), None, 2),
        ([2], (0, 0, 1, 0, 0), 2, 0),
        ([0, 4], (1, 0, 0, 0, 1), 2, 0),
        ([0, 0, 4], (2, 0, 0, 0, 1), 0, 0),
        ([1, 2, None, 3, 4], (0, 1, 1, 1, 1), 2.5, 1),
    ],
)
def test_distribution_counts_the_levels_and_names_the_middle_one(levels, counts, median, unrated):
    assert scoring.distribution(levels) == scoring.Distribution(counts, median, unrated)


@given(st.lists(st.none() | st.integers(0, 4)))
def test_distribution_adds_up_to_what_the_average_stands_on(levels):
    found, mean = scoring.distribution(levels), scoring.average(levels)
    assert (sum(found.counts), sum(found.counts) + found.unrated) == (mean.n, mean.m)
    assert (found.median is None) == (mean.value is None)
    assert scoring.distribution(reversed(levels)) == found


@pytest.mark.parametrize(
    ("n", "m", "is_provisional"),
    [(0, 0, False), (0, 9, False), (1, 1, True), (2, 2, True), (3, 3, False), (3, 6, False), (3, 7, True), (10, 21, True)],
)
def test_average_is_provisional_below_three_and_below_half_of_its_group(n, m, is_provisional):
    assert scoring.average([1] * n + [None] * (m - n)).is_provisional is is_provisional
