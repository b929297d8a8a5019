import pytest
from django.utils import translation

from assessments.duration import by_workstream, duration, proposal, sittings


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (21, "1¾\u00a0Stunden"),
        (55, "4½\u00a0Stunden"),
        (62, "5¼\u00a0Stunden"),
        (28, "2¼\u00a0Stunden"),
        (12, "1\u00a0Stunde"),
        (8, "¾\u00a0Stunde"),
    ],
)
def test_five_minutes_a_criterion_in_quarters_of_an_hour(criteria, expected):
    assert duration(criteria) == expected


def test_one_criterion_takes_a_quarter_and_none_takes_nothing():
    assert duration(1) == "¼\u00a0Stunde"
    assert duration(0) == "0\u00a0Stunde"


def test_duration_in_english():
    with translation.override("en"):
        assert (duration(8), duration(12), duration(55)) == ("¾\u00a0hour", "1\u00a0hour", "4½\u00a0hours")


@pytest.mark.parametrize(("criteria", "number"), [(1, 1), (24, 1), (25, 2), (48, 2), (55, 3)])
def test_no_sitting_longer_than_two_hours(criteria, number):
    assert sittings(criteria) == number


def test_proposal_only_where_one_sitting_is_too_long():
    assert proposal(21) == ""
    assert proposal(55) == "Teilen Sie sie zum Beispiel in 3 Sitzungen mit je etwa 19 Kriterien (1½\u00a0Stunden)."


def test_each_criterion_counted_once_by_workstream():
    parts = by_workstream([["finanziell", "technisch"], ["technisch"], ["finanziell"], []])
    assert [(part.name, part.criteria) for part in parts] == [("finanziell", 2), ("technisch", 1)]
