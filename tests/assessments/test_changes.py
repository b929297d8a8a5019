"""What changed between two rounds: like for like, and adding up to everything."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import scoring, sentences
from assessments.scoring import Average, KindCounts, Rating
from tests.assessments.ratings import rated, rounds


def answers(*levels):
    """„2“ is a level, "u", "n" and "o" are states, None is a criterion the round does not have."""
    states = {"u": "unknown", "n": "not_applicable", "o": "open"}
    return [
        rated(level, f"k{number}") if isinstance(level, int) else Rating(f"k{number}", states[level])
        for number, level in enumerate(levels)
        if level is not None
    ]


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
        (None, rated(2), "dropped", None),
        (None, Rating("k"), "dropped", None),
    ],
)
def test_change_has_a_delta_only_where_both_rounds_have_a_level(now, before, kind, delta):
    assert scoring.change(now, before) == scoring.RatingChange(kind, delta)


@pytest.mark.parametrize(
    ("now", "before", "delta", "n", "kinds"),
    [
        # T5: one from unknown to 2, the others unchanged at 3.
        ((3, 3, 3, 2), (3, 3, 3, "u"), 0.0, 3, {"same": 3, "newly_rated": 1}),
        # The same from open, and two at once; the mean of the rest does not move.
        ((3, 3, 3, 0, 0), (3, 3, 3, "o", "n"), 0.0, 3, {"same": 3, "newly_rated": 2}),
        # T6: two at 2 become unknown and not applicable; the three others rise by 2, 0, 0.
        (("u", "n", 4, 3, 3), (2, 2, 2, 3, 3), 0.7, 3, {"no_longer_rated": 2, "up": 1, "same": 2}),
        # What fell hides behind what is no longer rated in a mean of all; not here.
        (("u", 3, 2), (0, 3, 3), -0.5, 2, {"no_longer_rated": 1, "same": 1, "down": 1}),
        # T7: ten risen, ten the same, one unrated in both.
        ((2,) * 20 + ("u",), (1,) * 10 + (2,) * 10 + ("o",), 0.5, 20, {"up": 10, "same": 10, "still_unrated": 1}),
        # Two editions: one new, one dropped, one dropped that nobody had rated.
        ((2, 4, None, None), (2, None, 1, "o"), 0.0, 1, {"same": 1, "new": 1, "dropped": 2}),
        # Nothing in common.
        ((2, "u"), ("o", 3), None, 0, {"newly_rated": 1, "no_longer_rated": 1}),
        ((), (), None, 0, {}),
        # A seventh: from unrounded means, half away from zero, in both directions.
        ((3, 2, 2, 2, 2, 2, 2), (2,) * 7, 0.1, 7, {"up": 1, "same": 6}),
        ((1, 2, 2, 2), (2,) * 4, -0.3, 4, {"down": 1, "same": 3}),
        ((3, 2, 2, 2), (2,) * 4, 0.3, 4, {"up": 1, "same": 3}),
    ],
)
def test_change_of_a_group_is_taken_over_what_both_rounds_rated(now, before, delta, n, kinds):
    found = scoring.group_change(answers(*now), answers(*before))
    assert (found.delta, found.n, found.kinds) == (delta, n, KindCounts(**kinds))
    assert found.kinds.total == max(len(now), len(before))
    assert found.kinds.compared == n


@given(rounds(max_size=12), rounds(max_size=12))
def test_the_eight_kinds_add_up_and_the_change_is_that_of_the_exact_means(now, before):
    found = scoring.group_change(now, before)
    assert found.kinds.total == len({r.key for r in now} | {r.key for r in before})
    earlier = {r.key: r.level for r in before}
    pairs = [(r.level, earlier[r.key]) for r in now if r.level is not None and earlier.get(r.key) is not None]
    assert found.n == len(pairs) == found.kinds.compared
    if pairs:
        exact = Fraction(sum(a for a, _ in pairs), len(pairs)) - Fraction(sum(b for _, b in pairs), len(pairs))
        assert abs(Fraction(str(found.delta)) - exact) <= Fraction(1, 20)
        assert scoring.group_change(before, now).delta == -(found.delta or 0)
    else:
        assert (found.delta, found.now, found.before) == (None, None, None)


@given(rounds(max_size=9), rounds(max_size=9), st.sampled_from(["open", "unknown", "not_applicable"]), st.booleans())
def test_a_criterion_without_a_level_changes_no_group_s_change(now, before, state, in_both):
    found = scoring.group_change(now, before)
    more = scoring.group_change([*now, Rating("new", state)], [*before, rated(4, "new")] if in_both else before)
    assert (more.delta, more.now, more.before, more.n) == (found.delta, found.now, found.before, found.n)
    assert more.kinds.total == found.kinds.total + 1


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (
            {"up": 10, "same": 10, "still_unrated": 1},
            "21 Kriterien gegenüber Runde 2: 10 gestiegen, 10 gleich geblieben, 1 in keiner der Runden eingeschätzt.",
        ),
        ({"up": 1, "down": 2}, "3 Kriterien gegenüber Runde 2: 2 gesunken, 1 gestiegen."),
        ({"same": 1}, "1 Kriterium gegenüber Runde 2: 1 gleich geblieben."),
        (
            {kind: number for number, kind in enumerate(scoring.KINDS, 1)},
            (
                "36 Kriterien gegenüber Runde 2: 2 gesunken, 5 nicht mehr eingeschätzt, 1 gestiegen, 4 neu eingeschätzt, "
                "7 neu dabei, 8 entfallen, 3 gleich geblieben, 6 in keiner der Runden eingeschätzt."
            ),
        ),
        ({}, "Gegenüber Runde 2 gibt es nichts zu vergleichen."),
    ],
)
def test_sentence_names_bad_news_first_and_adds_up(kinds, sentence):
    change = scoring.GroupChange(None, None, None, 0, KindCounts(**kinds))
    assert sentences.kinds_sentence(change, "Runde 2") == sentence


CARRIED = [rated(2, "a", confirmed=False), Rating("b", "unknown", confirmed=False), Rating("c", confirmed=False)]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        # A minute after it was begun: nobody has looked at anything.
        (CARRIED, "(2 davon nur übernommen)."),
        ([rated(2, "a"), *CARRIED[1:]], "(1 davon nur übernommen)."),
        ([rated(2, "a"), Rating("b", "unknown"), CARRIED[2]], ""),
        # Raised, and then asked again by another edition.
        ([rated(3, "a", confirmed=False), Rating("b", "unknown"), CARRIED[2]], "(1 davon nur übernommen)."),
    ],
)
def test_same_as_before_is_no_finding_where_nobody_has_looked(now, told):
    """„29 gleich geblieben“ of a round in which nothing was answered."""
    before = [rated(2, "a"), Rating("b", "unknown"), Rating("c")]
    said = sentences.kinds_sentence(scoring.group_change(now, before), "Runde 2")
    assert told in said
    assert ("übernommen" in said) == bool(told)


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        # One round was rated throughout: what is missing is a criterion rated in both, and nothing else may be read.
        ([None], [3], "Kein Kriterium ist in beiden Runden eingeschätzt; ein Mittelwert lässt sich nicht vergleichen."),
        ([2], [None], "Kein Kriterium ist in beiden Runden eingeschätzt; ein Mittelwert lässt sich nicht vergleichen."),
        ([2], [3], "Bei dem 1 Kriterium, das in beiden Runden eingeschätzt ist: −1,0."),
        ([2, 4], [2, 3], "Im Mittel der 2 Kriterien, die in beiden Runden eingeschätzt sind: +0,5."),
    ],
)
def test_sentence_says_what_the_change_of_the_mean_stands_on(now, before, sentence):
    def ratings(levels):
        return [Rating(str(i), "unknown" if one is None else "rated", one) for i, one in enumerate(levels)]

    assert sentences.mean_change(scoring.group_change(ratings(now), ratings(before))) == sentence


def test_trend_takes_each_round_by_its_own_criteria():
    assert scoring.trend([[], [rated(1), Rating("b")], [rated(2), rated(3)]]) == (
        Average(None, 0, 0),
        Average(1.0, 1, 2),
        Average(2.5, 2, 2),
    )
