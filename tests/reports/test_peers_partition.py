"""Nobody finds out about few: an attacker who keeps every figure ever shown, and adds and takes away as they like. Pure."""

from collections import defaultdict
from itertools import permutations

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assessments.reports.peers.groups import with_wider
from assessments.reports.peers.partition import MINIMUM, NOWHERE, Cohort, Given, by_group, next_parts
from assessments.reports.peers.quartiles import SIZES, quartiles, size_from, size_range

#: Narrow groups of different sizes, so that some are too small by themselves and some kinds are, too.
HOMES = [
    *["alle/klein/01"] * 9,
    *["alle/klein/02"] * 8,
    *["alle/klein/03"] * 3,
    *["alle/mittel/01"] * 9,
    *["alle/gross/01"] * 4,
]
PLACES = range(len(HOMES))
SEVERAL = strategies.sets(strategies.sampled_from(PLACES), min_size=1, max_size=12)
#: Who looks, and may have brought so many of those who take part.
OTHERS, OWN = 5, 2


class Attacker(RuleBasedStateMachine):
    """Municipalities join, leave, say something new, move to another group and are deleted, while quarters and nights pass."""

    @initialize(joined=strategies.sets(strategies.sampled_from(PLACES), min_size=12))
    def begin(self, joined):
        self.homes = dict(enumerate(HOMES))
        self.current: dict[int, int] = {}  # municipality → its item
        self.taken: dict[int, int] = {}  # the same as of the last quarter, which is all that is given
        self.earlier: dict[int, int] = {}  # item → municipality, of what was taken once and not taken back
        self.where: dict[int, str] = {}
        self.last = 0
        self.parts: list[Cohort] = []
        self.seen: set[frozenset[int]] = set()
        self.shown: dict[str, frozenset[int]] = {}
        for place in sorted(joined):
            self.say(place)

    def say(self, place):
        self.last += 1
        self.current[place] = self.last

    @rule(places=SEVERAL)
    def join_or_say_something_new(self, places):
        for place in sorted(places):
            self.say(place)

    @rule(places=SEVERAL)
    def leave_or_be_deleted(self, places):
        for place in places:
            self.current.pop(place, None)
            self.taken.pop(place, None)
            gone = {item for item, owner in self.earlier.items() if owner == place}
            for item in gone:
                del self.earlier[item]
            for group, items in list(self.shown.items()):
                if items & gone:  # at once, and for everybody
                    del self.shown[group]

    @rule(place=strategies.sampled_from(PLACES), home=strategies.sampled_from(sorted(set(HOMES))))
    def move(self, place, home):
        self.homes[place] = home

    @rule()
    def quarter(self):
        self.taken = dict(self.current)
        self.earlier |= {item: place for place, item in self.taken.items()}
        self.where = {item: self.homes[place] for place, item in self.taken.items()}
        self.publish(takes_new=True)

    @rule()
    def night(self):
        self.publish(takes_new=False)

    def publish(self, *, takes_new):
        homes = {item: self.where[item] for item in self.taken.values()}
        given = Given(homes, set(self.earlier), self.earlier)
        self.parts = next_parts(self.parts, given, takes_new=takes_new)
        self.shown = {
            group: frozenset(item for part in held for item in part.members) for group, held in by_group(self.parts).items()
        }
        self.seen |= set(self.shown.values())

    @invariant()
    def whoever_left_is_in_no_figure(self):
        for items in getattr(self, "shown", {}).values():
            assert items <= set(self.earlier)
            assert len({self.earlier[item] for item in items}) == len(items)  # nobody counts twice

    @invariant()
    def nothing_that_can_be_reckoned_is_of_few(self):
        """Whatever is left by adding and taking away sets consists of items that stand in the same ones of them."""
        seen = list(getattr(self, "seen", ()))
        together = defaultdict(set)
        for item in set().union(*seen) if seen else ():
            together[frozenset(number for number, items in enumerate(seen) if item in items)].add(item)
        assert [len(items) for items in together.values() if len(items) - OWN < OTHERS] == []
        for one, other in permutations(seen, 2):
            assert not 0 < len(one - other) < OTHERS + OWN


Attacker.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAttacker = Attacker.TestCase


def given(homes, *, earlier=(), owners=None):
    there = {*homes, *earlier}
    return Given(homes, there, owners or {one: one for one in there})


def numbers(first, count):
    return frozenset(range(first, first + count))


def all_in(home, *members):
    return dict.fromkeys(frozenset().union(*members), home)


HOME, KIND, EVERYBODY = "alle/klein/09", "alle/klein", "alle"


def test_six_wait_and_seven_are_shown():
    assert next_parts([], given(all_in(HOME, numbers(1, 6))), takes_new=True) == []
    assert next_parts([], given(all_in(HOME, numbers(1, 7))), takes_new=True) == [Cohort(HOME, numbers(1, 7))]
    assert next_parts([], given(all_in(HOME, numbers(1, 7))), takes_new=False) == []


def test_too_few_for_a_narrow_group_stand_in_the_wider_one():
    homes = all_in(HOME, numbers(1, 8)) | all_in("alle/klein/01", numbers(11, 4)) | all_in("alle/klein/02", numbers(21, 3))
    parts = next_parts([], given(homes), takes_new=True)
    assert parts == [Cohort(HOME, numbers(1, 8)), Cohort(KIND, numbers(11, 4) | numbers(21, 3))]
    shown = {group: sum(len(part.members) for part in held) for group, held in by_group(parts).items()}
    assert shown == {HOME: 8, KIND: 15, EVERYBODY: 15}


def test_one_who_leaves_takes_six_along_and_they_stay_out():
    """Those that have been replaced anyway go first."""
    before = [Cohort(HOME, numbers(1, 20))]
    rest = numbers(2, 19)
    left = given(all_in(HOME, rest))
    parts = next_parts(before, left, takes_new=False)
    assert parts == [Cohort(HOME, numbers(8, 13)), Cohort(NOWHERE, numbers(1, 7))]
    assert next_parts(parts, left, takes_new=True) == parts
    replaced = given(all_in(HOME, rest - {9}), earlier=rest)
    assert next_parts(before, replaced, takes_new=False)[0].members == rest - {2, 3, 4, 5, 6, 9}


def test_part_that_cannot_be_divided_is_given_up_when_one_leaves():
    left = given(all_in(HOME, numbers(2, 12)))
    assert next_parts([Cohort(HOME, numbers(1, 13))], left, takes_new=False) == [Cohort(NOWHERE, numbers(1, 13))]


def test_fewer_than_seven_new_values_change_nothing():
    before = [Cohort(HOME, numbers(1, 20))]
    owners = {one: one for one in numbers(1, 20)} | {one + 100: one for one in numbers(1, 20)}
    six = given(all_in(HOME, numbers(7, 14), numbers(101, 6)), earlier=numbers(1, 20), owners=owners)
    assert next_parts(before, six, takes_new=True) == before
    seven = given(all_in(HOME, numbers(8, 13), numbers(101, 7)), earlier=numbers(1, 20), owners=owners)
    assert next_parts(before, seven, takes_new=True) == [Cohort(HOME, numbers(8, 13)), Cohort(HOME, numbers(101, 7))]
    assert next_parts(before, seven, takes_new=False) == before


def test_whoever_moves_leaves_with_enough_others_or_stays():
    before = [Cohort(HOME, numbers(1, 20))]
    elsewhere = "alle/mittel/09"
    assert next_parts(before, given(all_in(HOME, numbers(1, 14)) | all_in(elsewhere, numbers(15, 6))), takes_new=True) == before
    homes = all_in(HOME, numbers(1, 13)) | all_in(elsewhere, numbers(14, 7))
    assert next_parts(before, given(homes), takes_new=True) == [Cohort(HOME, numbers(1, 13)), Cohort(NOWHERE, numbers(14, 7))]


def test_what_nobody_can_bring_back_is_forgotten():
    assert next_parts([Cohort(NOWHERE, numbers(1, 7))], given({7: HOME}), takes_new=False) == [Cohort(NOWHERE, numbers(1, 7))]
    assert next_parts([Cohort(NOWHERE, numbers(1, 7))], given({8: HOME}), takes_new=False) == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0, 1, 1, 2, 2, 3, 4], (1, 2, 2.5)),
        ([2] * 7, (2, 2, 2)),
        ([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75], (0.5, 1, 1.5)),
        ([4] * 9, (4, 4, 4)),
        ([0] * 9, (0, 0, 0)),
    ],
)
def test_quartiles_are_told_in_half_levels(values, told):
    assert quartiles(values) == told


def test_size_is_told_as_a_range():
    assert [size_from(number) for number in (7, 9, 10, 19, 20, 11_000)] == [7, 7, 10, 10, 20, 10_000]
    assert [size_range(size) for size in SIZES[:2]] == [(7, 9), (10, 19)]
    assert size_range(SIZES[-1]) == (10_000, None)
    assert SIZES[0] == MINIMUM == OTHERS + OWN


def test_groups_above_are_told_from_the_narrowest():
    assert with_wider(HOME) == (HOME, KIND, EVERYBODY)
