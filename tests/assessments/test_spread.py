"""How far a room was apart: pure figures, and nobody who could be picked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import scoring, sentences
from assessments.scoring import CastVote, told_roles


def votes(*pairs):
    return [CastVote(role, level) for role, level in pairs]


def spread(cast, order=()):
    found = scoring.spread(cast, order)
    assert found is not None
    return found


def test_spread_over_votes_with_a_level():
    found = spread(votes(("it", 1), ("it", 4), ("treasury", 2), ("legal", None)))
    assert (found.n, found.lowest, found.highest, found.median, found.roles) == (3, 1, 4, 2, ())
    assert found.is_wide


@pytest.mark.parametrize("levels", [[], [2], [2, 3], [2, 3, None], [None] * 9])
def test_no_spread_below_three_levels(levels):
    assert scoring.spread([CastVote("it", level) for level in levels]) is None


def test_median_between_two_levels():
    assert spread(votes(("it", 1), ("it", 2), ("it", 3), ("it", 4))).median == 2.5


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ("aaa", {"a"}),
        ("aa", set()),
        ("aaab", set()),  # the one without a role would be b
        ("aaabb", set()),
        ("aaabbb", {"a", "b"}),
        ("aaabcd", {"a"}),
        ("aaaabbbc", {"a"}),  # c hides among the smaller group
        ("", set()),
    ],
)
def test_told_roles(roles, told):
    assert told_roles([CastVote(role, 1) for role in roles]) == told


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([*[("a", 1)] * 3, *[("b", None)] * 3], {"a"}),
        ([*[("a", 1)] * 2, ("a", None), *[("b", 2)] * 3], {"b"} - {"b"}),  # the two of a with a level would be left alone
        ([*[("a", 1)] * 3, ("a", None)], {"a"}),
        ([*[("a", 1)] * 4, *[("c", 3)] * 3, *[("b", 2)] * 2, ("b", None), ("d", 2), ("e", 2)], {"a", "c"}),
    ],
)
def test_votes_without_a_level_hide_nobody(pairs, told):
    assert told_roles(votes(*pairs)) == told


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 4))), max_size=60))
def test_nobody_can_be_picked_out(pairs):
    told = told_roles(votes(*pairs))
    for rated_only in (False, True):
        roles = [role for role, level in pairs if level is not None or not rated_only]
        rest = sum(role not in told for role in roles)
        assert all(roles.count(role) >= scoring.FEWEST_VOTES for role in told)
        assert not told or rest == 0 or rest >= scoring.FEWEST_VOTES


@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 4))), max_size=40))
def test_figures_hold_together(pairs):
    found = scoring.spread(votes(*pairs))
    levels = [level for _, level in pairs if level is not None]
    assert (found is None) == (len(levels) < 3)
    if found:
        assert (found.n, found.lowest, found.highest) == (len(levels), min(levels), max(levels))
        assert found.lowest <= found.median <= found.highest
        assert sum(role.n for role in found.roles) <= found.n
        assert all(found.lowest <= role.lowest <= role.median <= role.highest <= found.highest for role in found.roles)


def test_roles_stand_in_the_order_given():
    pairs = votes(*[("it", 1)] * 3, *[("treasury", 3)] * 3)
    assert [one.role for one in spread(pairs, order=["treasury", "it"]).roles] == ["treasury", "it"]


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ([2, 2, 2], "Einig: alle 3 Stimmen auf Stufe 2."),
        ([2, 3, 3], "Nah beieinander: 3 Stimmen auf Stufe 2 und 3, in der Mitte 3."),
        ([1, 2, 3, 4], "Verschieden gesehen: 4 Stimmen von Stufe 1 bis 4, in der Mitte 2,5."),
    ],
)
def test_sentence(levels, sentence):
    found = spread([CastVote("it", level) for level in levels])
    assert sentences.spread_sentence(found).replace("\xa0", " ") == sentence


def test_roles_apart_names_the_two_furthest_apart():
    pairs = votes(*[("it", 1)] * 3, *[("treasury", 3)] * 3, *[("legal", 4)] * 3)
    found = spread(pairs)
    labels = {"it": "IT", "treasury": "Kämmerei", "legal": "Rechtsamt"}
    assert sentences.roles_apart(found, labels).replace("\xa0", " ") == "IT und Rechtsamt liegen 3 Stufen auseinander."
    assert sentences.roles_apart(spread(votes(*[("it", 1)] * 3)), labels) == ""
