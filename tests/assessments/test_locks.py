"""Statements of several rows that two people make at the same moment: none waits for one that waits for it."""

import ast
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.models import Participant, RenderedPdf, WorkbookUpload, Workshop
from assessments.reports.pdf import store
from assessments.workbook import importing
from assessments.workbook.reading import ReturnedSheet
from catalogue.models import CatalogueUpload
from catalogue.services.uploads import store_upload
from scaling.accounts import sign_ins
from scaling.accounts.models import PeopleList, SignIn, User
from scaling.common.jobs import FAR_OFF, bring_near
from scaling.common.locks import sweep
from scaling.models import SubmittedForm
from scaling.privacy.retention import STEPS
from scaling.session_store import SessionStore
from tests import races

pytestmark = pytest.mark.django_db(transaction=True)

#: Where rows are deleted by a condition without ``scaling.common.locks``, and what keeps others away meanwhile.
PROTECTED = {
    "assessments/reports/pdf/store.py": "one row; or the table's lock (forget_all)",
    "assessments/reports/peers/publishing.py": "the comparison's advisory lock",
    "assessments/services/invited.py": "the municipality's lock",
    "assessments/services/workshops.py": "the round's and the workshops' locks",
    "catalogue/services/document_rows.py": "the edition's lock",
    "catalogue/services/editing.py": "the edition's lock",
    "catalogue/services/importing.py": "the editions' locks",
    "catalogue/services/publishing.py": "the edition's lock",
    "scaling/accounts/sign_ins.py": "lock",
    "scaling/once.py": "one row",
    "scaling/privacy/retention.py": "lock, of the workshops",
}

LONG_AGO = timedelta(days=4_000)


def aged(rows: Any, **columns: Any) -> Any:
    found = rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))
    found.update(**columns)
    return found


def old_pdfs(**values: Any) -> Any:
    for number in range(4):
        store.store_pdf(f"alt-{number}", b"%PDF")
    return aged(RenderedPdf.objects.filter(key__startswith="alt-"), used_at=timezone.now() - LONG_AGO, **values)


class Case:
    """What lies there, and what sweeps it."""

    def __init__(self, make: Callable[..., Any], act: Callable[..., Any]) -> None:
        self.make, self.act = make, act


def catalogue_files(alice: User, **_: Any) -> Any:
    for number in range(4):
        CatalogueUpload.objects.create(owner=alice, file_name=f"{number}.yaml", content=b"x")
    return aged(CatalogueUpload.objects.all(), created_at=timezone.now() - LONG_AGO)


def sheets(alice: User, assessment: Any, **_: Any) -> Any:
    for number in range(4):
        WorkbookUpload.objects.create(assessment=assessment, user=alice, file_name=f"{number}.xlsx", rows=[])
    return aged(WorkbookUpload.objects.all(), created_at=timezone.now() - LONG_AGO)


def lists(alice: User, municipality: Any, **_: Any) -> Any:
    for number in range(4):
        PeopleList.objects.create(municipality=municipality, user=alice, file_name=f"{number}.csv", rows=[])
    return aged(PeopleList.objects.all(), created_at=timezone.now() - LONG_AGO)


def forms(alice: User, **_: Any) -> Any:
    for number in range(4):
        SubmittedForm.objects.create(key=str(number), user=alice)
    return aged(SubmittedForm.objects.all(), at=timezone.now() - LONG_AGO)


def admin_log(alice: User, **_: Any) -> Any:
    kind = ContentType.objects.get_for_model(User)
    for _number in range(4):
        LogEntry.objects.create(user=alice, content_type=kind, object_id=str(alice.pk), object_repr="x", action_flag=2)
    return aged(LogEntry.objects.all(), action_time=timezone.now() - LONG_AGO)


def sessions(alice: User, **_: Any) -> Any:
    signed_in(alice)
    return aged(Session.objects.all(), expire_date=timezone.now() - LONG_AGO)


def far_jobs(**_: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) "
            "SELECT 'pdf', 'nothing', %s FROM generate_series(1, 4)",
            [timezone.now() + 2 * FAR_OFF],
        )
    return ProcrastinateJob.objects.filter(scheduled_at__gt=timezone.now())


def signed_in(alice: User) -> None:
    for _number in range(4):
        browser = SessionStore()
        browser.create()
        SignIn.objects.create(user=alice, session_id=str(browser.session_key), browser="x")


def drafts(**_: Any) -> None:
    STEPS["drafts"](timezone.now())


def bring_a_sheet(alice: User, assessment: Any, **_: Any) -> None:
    sheet = ReturnedSheet(rows=[], problems=[])
    importing.store_upload(sheet=sheet, assessment=assessment, by=alice, file_name="neu.xlsx")


SWEEPS = {
    "pdfs nobody fetched": Case(lambda **_: old_pdfs(), lambda **_: store.store_pdf("neu", b"%PDF")),
    "pdfs there is no room for": Case(lambda **_: old_pdfs(size=store.MAX_BYTES), lambda **_: store.store_pdf("neu", b"%PDF")),
    "catalogue files, by an upload": Case(
        catalogue_files, lambda alice, **_: store_upload(content=b"y", name="neu.yaml", by=alice)
    ),
    "catalogue files, at night": Case(catalogue_files, drafts),
    "sheets, at night": Case(sheets, drafts),
    "lists of people, at night": Case(lists, drafts),
    "answers to forms, at night": Case(forms, drafts),
    "the admin's log, at night": Case(admin_log, lambda **_: STEPS["admin_log"](timezone.now())),
    "sessions, at night": Case(sessions, lambda **_: call_command("clearsessions")),
    "jobs far off": Case(far_jobs, lambda **_: bring_near()),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_sweep_waits_for_nobody_and_leaves_what_somebody_holds_to_the_next(name, alice, municipality, assessment, settings):
    settings.DOWNLOADS_KEEP_DAYS = 30
    there = {"alice": alice, "municipality": municipality, "assessment": assessment}
    rows = SWEEPS[name].make(**there)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    assert len(pks) == 4
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        rows.model._base_manager.select_for_update().get(pk=pks[1])
        [answer] = pool.submit(lambda: races.at_once(lambda: impatiently(SWEEPS[name].act, **there))).result(timeout=30)
        assert not isinstance(answer, Exception), answer
        assert list(rows.values_list("pk", flat=True)) == [pks[1]]
    SWEEPS[name].act(**there)
    assert not rows.exists()


def impatiently(act: Callable[..., object], **there: Any) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")
    return act(**there)


def ended_sessions(alice: User, **_: Any) -> Any:
    signed_in(alice)
    return Session.objects.all()


def earlier_sheets(alice: User, assessment: Any, **_: Any) -> Any:
    sheets(alice, assessment)
    return aged(WorkbookUpload.objects.all(), created_at=timezone.now())


def missing_libraries(**_: Any) -> Any:
    for number in range(4):
        store.note_problem(f"ohne-{number}", RenderedPdf.UNAVAILABLE)
    return RenderedPdf.objects.all()


ALL_OF_THEM = {
    "signed out everywhere": Case(ended_sessions, lambda alice, **_: sign_ins.end_all_of(alice)),
    "a person's earlier sheets": Case(earlier_sheets, bring_a_sheet),
    "pdfs without libraries": Case(missing_libraries, lambda **_: store.forget_missing_libraries()),
}


@pytest.mark.parametrize("name", ALL_OF_THEM)
def test_rows_are_locked_by_primary_key_however_they_lie(name, alice, municipality, assessment):
    """Whoever waits for the first row holds none of the others: two that want both cannot wait for each other."""
    there = {"alice": alice, "municipality": municipality, "assessment": assessment}
    rows = ALL_OF_THEM[name].make(**there)
    pks = lying_backwards(rows)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            rows.model._base_manager.select_for_update().get(pk=pks[0])
            acting = pool.submit(lambda: races.at_once(lambda: ALL_OF_THEM[name].act(**there)))
            races.until_somebody_waits()
            others = rows.model._base_manager.filter(pk__in=pks[1:]).select_for_update(skip_locked=True)
            assert len(others) == len(pks) - 1
            if rows.model is Session:  # a session first, then what lies with it: as signing out does
                assert len(SignIn.objects.select_for_update(skip_locked=True)) == len(pks)
        [answer] = acting.result(timeout=20)
    assert not isinstance(answer, Exception), answer
    assert not rows.model._base_manager.filter(pk__in=pks).exists()


def test_whatever_deletes_rows_by_a_condition_says_what_keeps_others_away():
    found = set()
    for path in sorted(path for app in ("assessments", "catalogue", "scaling") for path in Path(app).rglob("*.py")):
        if "migrations" in path.parts or path == Path("scaling/common/locks.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "delete" and not isinstance(node.value, ast.Name):
                found.add(str(path))
    assert found == set(PROTECTED)


def lying_backwards(rows: Any) -> list[Any]:
    """Their keys in order; the table holds them the other way round."""
    model = rows.model
    if model is Session:  # has keys by chance, and others point to them
        return sorted(rows.values_list("pk", flat=True))
    pks = sorted(rows.values_list("pk", flat=True))
    for pk in pks:
        model._base_manager.filter(id=pk).update(id=100_000 - pk)
    return sorted(100_000 - pk for pk in pks)


def test_workshop_that_is_being_approved_is_left_to_its_approval(assessment, alice, settings):
    settings.WORKSHOPS_KEEP_DAYS = 30
    ended = timezone.now() - timedelta(days=60)
    workshops = []
    for number in range(2):
        times = {"meeting_at": ended, "ends_at": ended, "closed_at": ended}
        workshops.append(Workshop.objects.create(assessment=assessment, code=f"ABC{number}", **times))
        Participant.objects.create(workshop=workshops[-1], name="Ida")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Workshop.objects.select_for_update().get(pk=workshops[0].pk)
        step = lambda: impatiently(lambda: STEPS["workshops"](timezone.now()))  # noqa: E731
        assert pool.submit(lambda: races.at_once(step)).result(timeout=30) == [1]
    assert STEPS["workshops"](timezone.now()) == 1
    assert not Participant.objects.exists()


def test_more_rows_than_one_statement_takes_values_are_swept():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) "
            "SELECT 'alt' || number, '', now() - interval '1 day' FROM generate_series(1, 70000) AS number"
        )
    assert sweep(Session.objects.filter(expire_date__lt=timezone.now())) == 70_000
    assert not Session.objects.exists()
