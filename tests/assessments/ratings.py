"""Answers for the tests of the figures: one by hand, and any at all."""

from typing import Any

from hypothesis import strategies as st

from assessments.scoring import Rating
from catalogue.models import CROSS_PHASE

PHASES = ["p1", "p2", "p3", "p4", "p5"]


def rated(level: int, key: str = "k", **fields: Any) -> Rating:
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
def rounds(draw: Any, /, **sizes: Any) -> list[Rating]:
    """Answers to criteria k0, k1, …, each in a phase or cross-phase."""
    found = draw(st.lists(st.tuples(ratings, st.sampled_from([*PHASES, CROSS_PHASE])), **sizes))
    return [
        Rating(f"k{number}", r.state, r.level, r.target, r.confirmed, r.workstreams, phase)
        for number, (r, phase) in enumerate(found)
    ]
