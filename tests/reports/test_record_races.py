"""What changes in the very moment of an approval: the record tells one moment, in both languages."""

import threading
from typing import Any

import pytest
from django.db import connection

from assessments.models import Assessment, Measure
from assessments.reports.records.codec import in_one
from assessments.reports.records.keeping import current_record
from assessments.services import workflow
from assessments.services.comments import add_comment
from assessments.services.measures import save_measure

pytestmark = pytest.mark.django_db(transaction=True)


def change_measure(assessment: Assessment, by: Any) -> None:
    measure = Measure.objects.get(text="Muster")
    save_measure(
        project=assessment.project,
        by=by,
        measure=measure,
        version=measure.version,
        text="Anders",
        status="done",
        criterion_key="vertrauen",
        owner=measure.owner,
        due_on=measure.due_on,
    )


def add_measure(assessment: Assessment, by: Any) -> None:
    save_measure(project=assessment.project, by=by, text="Im selben Augenblick")


def comment(assessment: Assessment, by: Any) -> None:
    add_comment(score=assessment.scores.earliest("pk"), by=by, text="Im selben Augenblick")


def rename(assessment: Assessment, by: Any) -> None:
    by.name = "Alice Neu"
    by.save()


@pytest.mark.parametrize("happens", [change_measure, add_measure, comment, rename])
@pytest.mark.parametrize("before_query", [13, 17])
def test_what_changes_during_the_approval_is_in_both_languages_or_in_none(second, alice, bob, happens, before_query):
    workflow.submit(assessment=second, by=alice)
    count = 0

    def meanwhile():
        try:
            happens(Assessment.objects.get(pk=second.pk), alice)
        finally:
            connection.close()

    def watch(execute, sql, params, many, context):
        nonlocal count
        count += 1
        if count == before_query:
            thread = threading.Thread(target=meanwhile)
            thread.start()
            thread.join(timeout=1)  # it may have to wait for the approval
            waiting.append(thread)
        return execute(sql, params, many, context)

    waiting: list[threading.Thread] = []
    with connection.execute_wrapper(watch):
        workflow.approve(assessment=second, by=bob)
    for thread in waiting:
        thread.join(timeout=20)
    record = current_record(second)
    assert record is not None
    german, english = (in_one(record.document["facts"], language) for language in ("de", "en"))
    for one, other in zip(german["measures"], english["measures"], strict=True):
        assert (one["text"], one["status"], one["due_on"]) == (other["text"], other["status"], other["due_on"])
    assert [a["by"] for a in german["answers"]] == [a["by"] for a in english["answers"]]
    assert len({name for _, name in record.names.values()} - {"Stabsstelle"}) == 2  # the owner who was typed
