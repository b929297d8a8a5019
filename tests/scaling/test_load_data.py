"""Load data is what the services would have stored: whole, valid, and each municipality's own."""

import json
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from assessments.models import (
    Assessment,
    AssessmentRecord,
    EditionMove,
    PlanVariant,
    PracticeOffer,
    Project,
    RecordFile,
    RecordRendition,
    Score,
    ShareLink,
    WorkbookUpload,
)
from assessments.models.workshop import Ballot, Workshop
from assessments.reports.records.codec import checksum
from assessments.reports.records.keeping import record_profile
from assessments.services import workflow
from scaling.accounts.models import Municipality, Role, User
from scaling.load_data import patterns, places
from scaling.load_data.copies import COPIED, Copier
from scaling.models import TrailEvent
from tests.factories import make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

#: Rows that hang on a project and are not copied: files and uploads lie outside the database, and the rest no pattern has.
LEFT_OUT = {
    Project.invitations.through,
    EditionMove,
    RecordFile,
    RecordRendition,
    PlanVariant,
    PlanVariant.history.model,
    PracticeOffer,
    PracticeOffer.history.model,
    ShareLink,
    ShareLink.history.model,
    WorkbookUpload,
    Workshop,
    Ballot,
    TrailEvent,
}
NUMBERS = [2, 5, 4]


@pytest.fixture
def copied(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make_catalogue(3)
    made = patterns.make_patterns(("Parkleitsystem", "Hitzekarte"))
    ids = places.make_places(len(NUMBERS))
    assert Copier(*made).copy_into(ids, NUMBERS, lambda said: None) == sum(NUMBERS)
    return [Municipality.objects.get(pk=pk) for pk in ids]


def test_every_table_that_hangs_on_a_project_is_copied_or_left_out():
    known = {*COPIED, *LEFT_OUT}
    for model in apps.get_models(include_auto_created=True):
        if any(field.related_model in COPIED for field in model._meta.concrete_fields if field.related_model):
            assert model in known, model


def test_copies_are_whole_and_ones_own(copied):
    assert [one.projects.count() for one in copied] == NUMBERS
    for model in COPIED:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if target is None:
                continue
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""SELECT count(*) FROM {model._meta.db_table} one WHERE one.{field.column} IS NOT NULL AND NOT EXISTS
                        (SELECT FROM {target._meta.db_table} two WHERE two.{target._meta.pk.column} = one.{field.column})"""  # noqa: S608 – names of our own tables
                )
                assert cursor.fetchone() == (0,), (model, field.name)
    for one in copied:
        people = set(User.objects.filter(memberships__municipality=one).values_list("pk", flat=True))
        rounds = Assessment.objects.filter(project__municipality=one)
        assert rounds.count() == patterns.ROUNDS * one.projects.count()
        assert set(rounds.values_list("transitions__by", flat=True)) <= people
        authors = Score.history.filter(assessment__in=rounds).values_list("history_user", flat=True)
        assert set(authors) - {None} <= people
        for score in Score.objects.filter(assessment__in=rounds, assessment__previous__isnull=False):
            assert score.assessment.previous.project_id == score.assessment.project_id
    assert len(set(Assessment.objects.values_list("public_id", flat=True))) == Assessment.objects.count()


def test_records_are_valid_and_speak_of_their_own_municipality(copied):
    pattern = Municipality.objects.get(ags=patterns.AGS)
    strangers = {pattern.name, "Bernd Bunte"} | set(
        Project.objects.filter(municipality=pattern).values_list("public_id", flat=True)
    )
    strangers |= set(Assessment.objects.filter(project__municipality=pattern).values_list("public_id", flat=True))
    records = AssessmentRecord.objects.filter(municipality__in=copied).with_parts()
    assert records.count() > sum(NUMBERS)
    for record in records.select_related("municipality", "assessment__project"):
        assert record.checksum == checksum(record.document)
        assert record.number.startswith(f"{record.municipality.code}-")
        said = json.dumps(record.document, ensure_ascii=False)
        assert not [word for word in strangers if f'"{word}"' in said]
        profile = record_profile(record)
        assert profile.meta.municipality == record.municipality.name
        assert profile.meta.project == record.assessment.project.name
        assert record.assessment.public_id in said


def test_people_work_on_with_it(copied):
    largest = copied[1]
    manager = User.objects.get(memberships__municipality=largest, memberships__role=Role.MANAGER)
    client = Client()
    assert client.login(username=manager.email, password="skalierungscheck")
    for page in ("", "portfolio/"):
        assert client.get(f"/kommunen/{largest.public_id}/{page}").status_code == 200
    approved = Assessment.objects.filter(project__municipality=largest, round=patterns.ROUNDS, state="approved")[0]
    started = workflow.start_assessment(project=approved.project, by=manager)
    assert started.pk == max(Assessment.objects.values_list("pk", flat=True))
    assert set(largest.projects.values_list("name", flat=True)) >= {"Kommune insgesamt", "Hitzekarte", "Hitzekarte 2"}


def test_numbers_of_projects():
    numbers = places.numbers_of_projects(1100, 4000)
    assert (len(numbers), sum(numbers), min(numbers), max(numbers)) == (1100, 4000, 1, places.MANY_PROJECTS)
    assert numbers == places.numbers_of_projects(1100, 4000)
    assert places.numbers_of_projects(1, 1) == [1]
    assert places.numbers_of_projects(3, 5)[0] == 3


def test_it_is_made_once_and_says_what_it_needs():
    make_catalogue(3)
    Municipality.objects.create(name=patterns.NAME, ags=patterns.AGS)
    with pytest.raises(CommandError, match="already"):
        call_command("make_load_data", stdout=StringIO())
    Municipality.objects.all().delete()
    with pytest.raises(CommandError, match="a project for each"):
        call_command("make_load_data", municipalities=3, projects=2, stdout=StringIO())


def test_says_in_one_sentence_that_there_is_no_catalogue():
    with pytest.raises(CommandError, match="not loaded yet"):
        call_command("make_load_data", stdout=StringIO())
    assert not Municipality.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_edition RENAME TO away")
        try:
            with pytest.raises(CommandError, match="not loaded yet"):
                call_command("make_load_data", stdout=StringIO())
        finally:
            cursor.execute("ALTER TABLE away RENAME TO catalogue_edition")
