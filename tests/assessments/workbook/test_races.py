"""A sheet comes back while others save: all of it or nothing, and never over anybody's head."""

from functools import partial

import pytest

from assessments.models import Score, WorkbookUpload
from assessments.services.answers import Answer, StaleScore, save_score
from assessments.workbook.importing import PreviewOutdated, import_upload, plan_of, read_upload, store_upload
from assessments.workbook.plan import ImportPlan
from tests.assessments.workbook.workbooks import changed, put
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def shown(upload):
    return {change.row.key: change.current.version for change in plan_of(upload).changes}


def save_after(looks, upload, **arguments):
    """A save by someone who first looks at the preview so many times: the import, too, looks before it changes."""
    for _look in range(looks):
        plan_of(upload)
    return save_score(**arguments)


def texts(assessment):
    return [score.rationale for score in assessment.scores.order_by("criterion__order")]


def test_import_and_saves_at_once_lose_nothing_in_40_rounds(assessment, alice, bob):
    """The sheet changes all three criteria; meanwhile one person saves the first and another the last."""
    imported = looks = 0
    for number in range(1, 41):
        before = texts(assessment)
        first, _middle, last = assessment.scores.select_related("criterion").order_by("criterion__order")

        def offline(table, number=number):
            for row in (1, 2, 3):
                put(row, rationale=f"Bogen {number}")(table)

        upload = store_upload(
            sheet=read_upload(changed(assessment, offline), assessment), assessment=assessment, by=alice, file_name="x"
        )
        save = partial(save_after, looks, upload)
        results = at_once(
            partial(import_upload, upload=upload, by=alice, seen=shown(upload), choices={}),
            partial(save, score=first, version=first.version, by=bob, answer=Answer(rationale=f"Bob {number}")),
            partial(save, score=last, version=last.version, by=alice, answer=Answer(rationale=f"Alice {number}")),
        )
        after = texts(assessment)
        if isinstance(results[0], ImportPlan):
            imported += 1
            looks = max(looks - 1, 0)  # whoever won gives the other a head start
            assert after == [f"Bogen {number}"] * 3
            assert [type(result) for result in results[1:]] == [StaleScore, StaleScore]
        else:
            assert isinstance(results[0], PreviewOutdated), results[0]
            looks += 1
            saved = [isinstance(result, Score) for result in results[1:]]
            assert any(saved)
            assert after == [
                f"Bob {number}" if saved[0] else before[0],
                before[1],
                f"Alice {number}" if saved[1] else before[2],
            ]
    for score in assessment.scores.all():
        versions = list(Score.history.filter(id=score.pk).order_by("history_id").values_list("version", flat=True))
        assert versions == list(range(1, score.version + 1))
    assert 0 < imported < 40, "only one side ever won: the test shows nothing"


def test_one_of_two_imports_of_the_same_upload_counts(assessment, alice):
    for number in range(1, 21):
        sheet = read_upload(
            changed(assessment, put(1, rationale=f"Bogen {number}", evidence_text=f"Beleg {number}")), assessment
        )
        upload = store_upload(sheet=sheet, assessment=assessment, by=alice, file_name="x")
        job = partial(import_upload, upload=upload, by=alice, seen=shown(upload), choices={})
        results = at_once(job, job)
        assert {type(result) for result in results} == {ImportPlan, WorkbookUpload.DoesNotExist}
        score = assessment.scores.get(criterion__key="kriterium-1")
        assert (score.version, score.evidence.count()) == (number + 1, number)


def test_imports_of_two_people_never_block_each_other(assessment, alice, bob):
    """Both sheets change the same criteria, from different ends: one wins, the other is asked again."""
    for number in range(1, 21):

        def offline(table, who, backwards):
            rows = (3, 2, 1) if backwards else (1, 2, 3)
            table[1:] = [table[row] for row in rows]
            for row in (1, 2, 3):
                put(row, rationale=who)(table)

        jobs = []
        for who, person, backwards in ((f"Alice {number}", alice, False), (f"Bob {number}", bob, True)):
            data = changed(assessment, partial(offline, who=who, backwards=backwards))
            upload = store_upload(sheet=read_upload(data, assessment), assessment=assessment, by=person, file_name="x")
            jobs.append(partial(import_upload, upload=upload, by=person, seen=shown(upload), choices={}))
        results = at_once(*jobs)
        assert sorted(type(result).__name__ for result in results) == ["ImportPlan", "PreviewOutdated"], results
        assert len(set(texts(assessment))) == 1
