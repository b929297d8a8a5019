"""A change that is written with its history in one statement (``scaling/common/history.py``) leaves what saving leaves."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Score
from scaling.accounts.models import Membership
from scaling.common.history import attribute_to, update_with_history
from scaling.common.request_id import request_id

SAID = {
    "state": "rated",
    "level": 2,
    "rationale": "Wir haben „50 %“ der Stellen.\n\nMehr nicht.",
    "target_level": 3,
    "target_date": dt.date(2027, 3, 31),
    "page": "t" * 22,
}
NOTHING = {"state": "open", "level": None, "rationale": "", "target_level": None, "target_date": None, "page": ""}


def columns(row, *without):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in without}


def changed(score, values, how):
    """The row and the newest of its history as they lie in the database once ``how`` has written ``values``; all is undone."""
    with transaction.atomic():
        for name, value in values.items():
            setattr(score, name, value)
        how(score, tuple(values))
        row, history = Score.objects.get(pk=score.pk), score.history.latest("history_id")
        transaction.set_rollback(True)
    return columns(row), columns(history, "history_id", "recorded_at")


@pytest.mark.parametrize("values", [SAID, NOTHING, {**SAID, "level": 4}], ids=["all", "nothing", "another number"])
def test_it_leaves_what_saving_leaves(score, alice, values):
    written = request_id.set("anfrage-1")
    try:
        at = timezone.now()
        for answer in (SAID, values):
            attribute_to(score, alice, at=at)
            values = {**answer, "updated_by": alice, "updated_at": at, "version": 7}
            by_saving = changed(score, values, lambda row, names: row.save(update_fields=names))
            assert changed(score, values, update_with_history) == by_saving
    finally:
        request_id.reset(written)
    row, history = by_saving
    assert row["updated_by_id"] == history["history_user_id"] == alice.pk
    assert (history["history_type"], history["history_date"], history["request_id"]) == ("~", at, "anfrage-1")


def test_it_is_one_statement_and_dated_by_the_clock(score, alice):
    attribute_to(score, alice)
    score.rationale = "Neu"
    before = timezone.now()
    with CaptureQueriesContext(connection) as queries:
        update_with_history(score, ("rationale",))
    assert len(queries) == 1
    newest = score.history.latest("history_id")
    assert before <= newest.history_date <= newest.recorded_at + dt.timedelta(seconds=1)
    assert (newest.rationale, newest.history_user) == ("Neu", alice)


def test_it_names_nobody_whom_nobody_named(score):
    update_with_history(Score.objects.get(pk=score.pk), ("rationale",))
    assert score.history.latest("history_id").history_user is None


def test_history_says_what_the_table_says(score, alice):
    """Of a column that is not written, what lies there now, whatever the row in hand says."""
    Score.objects.filter(pk=score.pk).update(level=4, state="rated")
    attribute_to(score, alice)
    score.rationale = "Neu"
    update_with_history(score, ("rationale",))
    newest = score.history.latest("history_id")
    assert (newest.state, newest.level, newest.rationale) == ("rated", 4, "Neu")


def test_row_that_is_gone(score, alice):
    before = Score.history.count()
    attribute_to(score, alice)
    score.pk = 10**9
    with pytest.raises(Score.DoesNotExist):
        update_with_history(score, ("rationale",))
    assert Score.history.count() == before


def test_columns_of_other_kinds(municipality, alice):
    """A list, a foreign key; and another model than the one before."""
    row = Membership.objects.get(user=alice, municipality=municipality)
    row.offices = ["treasury"]
    attribute_to(row, alice)
    update_with_history(row, ("offices",))
    newest = row.history.latest("history_id")
    assert newest.offices == Membership.objects.get(pk=row.pk).offices == ["treasury"]
    assert (newest.user_id, newest.municipality_id) == (alice.pk, municipality.pk)


def test_class_of_a_history_s_managers_is_made_once(score, alice):
    assert type(score.history) is type(Score.history) is type(score.history)
    assert Score.history.instance is None
    assert score.history.instance == score
