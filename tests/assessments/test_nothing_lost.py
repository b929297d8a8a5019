"""Features across each other: file × move × undo × next round × removal of a person × reopening, one by one and all at once."""

import random
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Evidence, Measure, Score
from assessments.services import edition_switch, evidence_files, workflow
from assessments.services.answers import Answer, NotEditable, StaleScore, save_score
from assessments.services.assignment import assign
from assessments.services.evidence_files import add_file, validate_upload
from assessments.workbook.importing import PreviewOutdated, import_upload, plan_of, read_upload, store_upload
from assessments.workbook.plan import ImportPlan
from scaling.accounts import invitations
from scaling.accounts.models import Membership
from tests.assessments.test_edition_switch import publish, reworded
from tests.assessments.workbook.workbooks import changed, put
from tests.catalogue.documents import criterion_document
from tests.factories import make_project
from tests.races import at_once

PDF = b"%PDF-1.7\n1 0 obj"
KEYS = ("bleibt", "anders", "entfaellt")


@pytest.fixture
def old(db):
    return publish(*map(criterion_document, KEYS), number="1.0")


@pytest.fixture
def new(old):
    """Drops a criterion, rewords one, brings one."""
    return publish(criterion_document("bleibt"), reworded("anders"), criterion_document("kommt"), number="2.0")


@pytest.fixture
def assessment(old, municipality, alice):
    return workflow.start_assessment(project=make_project(municipality, team=[alice], phase="p2"), by=alice)


def bring(assessment, key, by, name="beschluss.pdf"):
    score = assessment.scores.get(criterion__key=key)
    return add_file(score=score, by=by, file=validate_upload(SimpleUploadedFile(name, PDF)))


def rate_all(assessment, by):
    for score in assessment.scores.all():
        save_score(score=score, version=score.version, by=by, answer=Answer("rated", 2, "Grund"))


def approve(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    assessment.refresh_from_db()
    workflow.approve(assessment=assessment, by=bob)


def download(person, assessment, key, evidence):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("assessments:evidence_file", args=[assessment.public_id, key, evidence.pk]))
    return b"".join(cast("Any", response).streaming_content) if response.status_code == 200 else response.status_code


def files(settings):
    folder = Path(settings.MEDIA_ROOT) / evidence_files.FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --- One by one


@pytest.mark.django_db
def test_file_of_a_dropped_criterion_comes_back_with_undo(assessment, new, alice, settings):
    """L1."""
    evidence = bring(assessment, "entfaellt", alice)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    assert len(files(settings)) == 1
    edition_switch.undo(assessment=assessment, by=alice)
    assert download(alice, assessment, "entfaellt", evidence) == PDF


@pytest.mark.django_db
def test_file_given_after_the_move_is_set_aside_and_comes_back_with_the_next_move(assessment, new, alice):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    evidence = bring(assessment, "kommt", alice)
    edition_switch.undo(assessment=assessment, by=alice)
    assert download(alice, assessment, "kommt", evidence) == 404
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    assert download(alice, assessment, "kommt", evidence) == PDF


@pytest.mark.django_db
def test_file_outlives_move_next_round_and_the_person_who_brought_it(assessment, new, alice, bob, settings, municipality):
    kept, dropped = bring(assessment, "bleibt", alice), bring(assessment, "entfaellt", alice)
    rate_all(assessment, alice)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    rate_all(assessment, alice)
    approve(assessment, alice, bob)
    following = workflow.start_assessment(project=assessment.project, by=bob)
    assert sorted(following.scores.values_list("criterion__key", flat=True)) == ["anders", "bleibt", "kommt"]
    invitations.remove(membership=alice.memberships.get(), by=bob)
    copy = Evidence.objects.get(score__assessment=following)
    assert (copy.file.name, copy.added_by) == (kept.file.name, alice)
    assert download(bob, following, "bleibt", copy) == PDF
    assert download(bob, assessment, "bleibt", kept) == PDF
    assert Evidence.objects.get(pk=dropped.pk).score.set_aside_at is not None
    assert len(files(settings)) == 2
    assert evidence_files.delete_unused_files() == []


@pytest.mark.django_db
def test_file_outlives_reopening_and_another_move(assessment, new, alice, bob, settings):
    evidence = bring(assessment, "entfaellt", alice)
    rate_all(assessment, alice)
    approve(assessment, alice, bob)
    assessment.refresh_from_db()
    workflow.reopen(assessment=assessment, by=bob, reason="Ein Fehler")
    assessment.refresh_from_db()
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    edition_switch.undo(assessment=assessment, by=alice)
    assert download(alice, assessment, "entfaellt", evidence) == PDF
    assert assessment.scores.get(criterion__key="entfaellt").level == 2


@pytest.mark.django_db
def test_criterion_that_returns_in_a_later_edition_brings_its_answer(assessment, new, alice):
    evidence = bring(assessment, "entfaellt", alice)
    rate_all(assessment, alice)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    third = publish(*map(criterion_document, ("bleibt", "entfaellt")), number="3.0")
    edition_switch.move(assessment=assessment, edition=third, by=alice)
    score = assessment.scores.get(criterion__key="entfaellt")
    assert (score.level, score.confirmed, score.evidence.get()) == (2, False, evidence)


# --- All at once

#: What the service functions raise when somebody else was faster; each of them stores nothing.
REFUSED: tuple[type[Exception], ...] = (
    StaleScore,
    NotEditable,
    Score.DoesNotExist,
    PreviewOutdated,
    workflow.WrongState,
    edition_switch.NotUndoable,
)
REFUSED = (*REFUSED, edition_switch.NoNewerEdition, invitations.LastManager, Membership.DoesNotExist)


@pytest.mark.django_db(transaction=True)
def test_200_rounds_of_saves_moves_imports_submissions_and_removals_lose_nothing(
    assessment, new, municipality, alice, bob, rita, settings
):
    dice = random.Random(17)
    pk = assessment.pk
    told, brought, done = set(), set(), dict.fromkeys(("save", "file", "move", "sheet", "step", "person", "assign"), 0)
    measure = Measure.objects.create(project=assessment.project, text="Stelle", owner=rita)

    def fresh():
        return Assessment.objects.select_related("project", "edition").get(pk=pk)

    def save(score, text):
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", dice.randint(0, 4), text))
        return "save", text

    def file(key, name):
        return "file", bring(fresh(), key, alice, name).file.name

    def move():
        current = fresh()
        if current.edition_id == new.pk:
            return "move", edition_switch.undo(assessment=current, by=bob)
        return "move", edition_switch.move(assessment=current, edition=new, by=bob)

    def sheet(upload, seen, text):
        assert isinstance(import_upload(upload=upload, by=bob, seen=seen, choices={}), ImportPlan)
        return "sheet", text

    def step():
        current = fresh()
        if current.is_editable:
            workflow.submit(assessment=current, by=bob)
        return "step", workflow.return_to_team(assessment=fresh(), by=bob, comment="Noch nicht")

    def person():
        invitations.remove(membership=Membership.objects.get(user=rita, municipality=municipality), by=bob, to=bob)
        Membership.objects.create(user=rita, municipality=municipality, role="reader")
        return "person", None

    def hand(scores, to):
        return "assign", assign(assessment=fresh(), scores=scores, to=to, by=bob)

    for number in range(200):
        current = fresh()
        scores = list(current.scores.select_related("criterion").order_by("pk"))
        jobs = []
        for place in range(dice.randint(2, 4)):
            text = f"Runde {number}, Stimme {place}"
            way = dice.choice(("save", "save", "save", "file", "move", "sheet", "step", "person", "assign"))
            if way == "save":
                jobs.append(partial(save, dice.choice(scores), text))
            elif way == "file":
                jobs.append(partial(file, dice.choice(scores).criterion.key, f"{number}-{place}.pdf"))
            elif way == "sheet" and not any(job.func is sheet for job in jobs):
                data = changed(current, put(1, state="eingeschätzt", level=1, rationale=text))
                upload = store_upload(sheet=read_upload(data, current), assessment=current, by=bob, file_name="x")
                jobs.append(partial(sheet, upload, {c.row.key: c.current.version for c in plan_of(upload).changes}, text))
            elif way == "assign":
                jobs.append(partial(hand, [score.pk for score in scores], dice.choice((alice, bob, None))))
            elif way == "person" and not any(job.func is person for job in jobs):
                jobs.append(partial(person))
            elif way == "step" and not any(job.func is step for job in jobs):
                jobs.append(partial(step))
            else:
                jobs.append(partial(move))
        for result in at_once(*jobs):
            if isinstance(result, Exception):
                assert isinstance(result, REFUSED), repr(result)
                continue
            way, said = cast("tuple[str, Any]", result)
            done[way] += 1
            if way in {"save", "sheet"}:
                told.add(said)
            elif way == "file":
                brought.add(said)
        after = fresh()
        if not after.is_editable:  # a submission whose return was refused
            workflow.return_to_team(assessment=after, by=bob, comment="Noch nicht")

    # Each answer that was confirmed is in the history, each criterion once, and each file where its evidence says.
    history = set(Score.history.filter(assessment_id=pk).values_list("rationale", flat=True))
    assert told <= history
    everything = list(Score.with_set_aside.filter(assessment=pk).values_list("criterion__key", flat=True))
    assert sorted(everything) == sorted({*KEYS, "kommt"} & set(everything))
    assert {*KEYS} <= set(everything)
    assert set(Evidence.objects.values_list("file", flat=True)) == brought
    assert {f"{evidence_files.FOLDER}/{name}" for name in files(settings)} == brought
    measure.refresh_from_db()
    assert measure.owner in {rita, bob}
    assert all(done.values()), done
