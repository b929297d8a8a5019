"""That nothing fell is said in words, of as many criteria as somebody looked at, and only where it is so."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from assessments.reports.export.blocks import blocks_of, plain_text
from assessments.reports.pdf.content import report_html
from assessments.reports.profile import texts
from assessments.reports.profile.build import build_profile
from tests.reports.sample import make_facts

ONE = "Das eine Kriterium, das in beiden Runden eingeschätzt und in dieser angesehen wurde, ist nicht gesunken."
SAID = "Von den 4 Kriterien, die in beiden Runden eingeschätzt und in dieser angesehen wurden, ist keines gesunken."


def profile_of(*now, before=(2, 2, 2, 2), rounds=1, confirmed=None, language="de"):
    """Levels of this round and the one before it, None for an unrated criterion."""
    facts = make_facts(len(now), rounds=rounds, language=language)

    def rated(answer, level, is_confirmed=True):
        state = "rated" if level is not None else "open"
        return replace(answer, rating=replace(answer.rating, level=level, state=state, confirmed=is_confirmed))

    looked = confirmed or [True] * len(now)
    answers = tuple(map(rated, facts.answers, now, looked))
    earlier = tuple(
        replace(one, answers=tuple(map(rated, one.answers, before))) if one == facts.rounds[-1] else one for one in facts.rounds
    )
    with override(language):
        return build_profile(replace(facts, answers=answers, rounds=earlier))


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (lambda: profile_of(3, 3, 2, 4), SAID),
        (lambda: profile_of(2, 2, 2, 2), SAID),
        # One of four fell: the others stand beside it, and nothing is said.
        (lambda: profile_of(1, 3, 3, 3), ""),
        # Nothing to compare with, or nothing rated in one of the rounds, or in neither.
        (lambda: profile_of(3, 3, 2, 4, rounds=0), ""),
        (lambda: profile_of(None, None, None, None), ""),
        (lambda: profile_of(3, 3, 2, 4, before=(None,) * 4), ""),
        # What was carried over is the same because nobody looked.
        (lambda: profile_of(2, 2, 2, 2, confirmed=[False] * 4), ""),
        (lambda: profile_of(2, 2, 2, 2, confirmed=[True, False, False, False]), ONE),
        # No level any more is no fall, and is counted by none.
        (lambda: profile_of(None, 3, 3, 3), SAID.replace("4", "3")),
    ],
)
def test_that_nothing_fell_is_said_of_what_was_looked_at(profile, said):
    assert texts.nothing_fell(profile().criteria) == said


@pytest.mark.parametrize("variant", ["kurz", "lang"])
@pytest.mark.parametrize(("levels", "times"), [((3, 3, 2, 4), 1), ((1, 3, 2, 4), 0)])
def test_it_stands_on_the_page_to_decide_by_and_in_the_text_to_copy(variant, levels, times):
    profile = profile_of(*levels)
    first = report_html(profile, variant=variant, only_first=True)
    assert first.count(SAID) == times
    assert plain_text(blocks_of(profile)).count(SAID) == times


def test_it_is_said_in_english():
    with override("en"):
        said = texts.nothing_fell(profile_of(3, 3, 2, 4, language="en").criteria)
    assert said == "Of the 4 criteria that were rated in both rounds and looked at in this one, none has fallen."
