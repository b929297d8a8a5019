"""Reports about invented profiles, drawn once in each process for all tests that read them.

The same profile and moment give the same bytes each time, which test_pdf.py shows.
"""

from datetime import UTC, datetime
from functools import cache

from assessments.reports.pdf import Variant, render_pdf
from assessments.reports.profile.model import MaturityProfile
from tests.reports.sample import make_empty, make_profile, with_rationale

MADE_AT = datetime(2026, 11, 27, 19, 5, 8, tzinfo=UTC)
PROFILES = {
    "approved": make_profile,
    "draft": lambda: make_profile(approved=False),
    "english": lambda: make_profile(language="en"),
    "empty": make_empty,
    "first round": lambda: make_profile(rounds=0),
    "many rounds": lambda: make_profile(rounds=9),
    "one criterion": lambda: make_profile(1),
    "sixty criteria": lambda: make_profile(60),
}
#: More of them, for single tests.
MORE_PROFILES = {
    "three criteria": lambda: make_profile(3),
    "three criteria in English": lambda: make_profile(3, language="en"),
    "hundred and twenty criteria": lambda: make_profile(120),
    "fifty thousand words": lambda: with_rationale("Wort für Wort " * 17_000),
}


@cache
def profile_of(name: str) -> MaturityProfile:
    return (PROFILES | MORE_PROFILES)[name]()


@cache
def rendered(name: str, variant: Variant) -> bytes:
    return render_pdf(profile_of(name), variant=variant, made_at=MADE_AT)
