"""A person's data and leaving, a municipality's data and end: nothing is left that should go, nor goes that should stay."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from assessments.models import (
    AssessmentRecord,
    Evidence,
    Measure,
    Participant,
    Project,
    ProjectPaper,
    Score,
    WorkbookUpload,
    Workshop,
)
from assessments.reports.records.codec import checksum
from assessments.services import answers, comments
from scaling.accounts import invitations
from scaling.accounts.models import Invitation, Membership, Municipality, User
from scaling.accounts.profile import save_account
from scaling.common.history import rewriting_history
from scaling.common.mail import send_mail
from scaling.privacy.anonymising import anonymise
from scaling.privacy.erasing import erase, extent, only_here
from scaling.privacy.exports import write_export
from scaling.privacy.retention import apply_retention
from scaling.privacy.rows import SECRET, rows_of_municipality, rows_of_person, tables
from scaling.trail.events import note
from scaling.trail.models import TrailEvent
from scaling.trail.sealing import seal
from scaling.trail.verifying import verify
from tests.cast import make_user
from tests.factories import make_project
from tests.scaling.api import ask, make_key

NAME, EMAIL = "Erika Mustermann-Öz", "erika.mustermann@example.org"
#: Documents whose checksum speaks for them: people stand in them by reference.
STAYS = {"assessments_assessmentrecord"}


def everywhere(*words):
    """Tables and files in which one of the words stands, in whatever case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = [name for (name,) in cursor.fetchall() if name not in STAYS]
        found = []
        for name in names:
            for word in words:
                cursor.execute(f'SELECT count(*) FROM "{name}" t WHERE to_jsonb(t)::text ILIKE %s', [f"%{word}%"])  # noqa: S608
                if cursor.fetchone()[0]:
                    found.append(name)
    root = settings.MEDIA_ROOT
    for path in root.rglob("*"):
        if path.is_file() and any(word.casefold().encode() in path.read_bytes().lower() for word in words):
            found.append(path.name)
        found += [path.name for word in words if word.casefold() in path.name.casefold()]
    return sorted(set(found))


def fingerprint(pks_by_table):
    """SHA-256 over rows, as PostgreSQL writes them."""
    told = hashlib.sha256()
    with connection.cursor() as cursor:
        for table, key, pks in sorted(pks_by_table):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE t."{key}" = ANY(%s) ORDER BY t."{key}"', [pks])  # noqa: S608
            told.update(repr(cursor.fetchall()).encode())
    return told.hexdigest()


def ended_workshop(round_, at):
    return Workshop.objects.create(assessment=round_, meeting_at=at, ends_at=at, closed_at=at)


@pytest.fixture
def erika(world, alice, bob, municipality):
    """Alice under another name, and with it wherever people can write one."""
    person = save_account(
        User.objects.get(pk=alice.pk), name=NAME, language="de", wants_notices=True, wants_digest=True, version=alice.version
    )
    User.objects.filter(pk=person.pk).update(email=EMAIL)
    person.refresh_from_db()
    score = world.draft.scores.first()
    answers.save_score(
        score=score,
        version=score.version,
        by=person,
        answer=answers.Answer(state="rated", level=1, rationale=f"{NAME} hat es mit {EMAIL} geklärt."),
        evidence=[answers.NewEvidence(text=f"Vermerk von {NAME}")],
    )
    comments.add_comment(score=score, by=bob, text=f"Bitte {NAME.upper()} fragen")
    measure = Measure.objects.create(project=world.project, text="Stelle", owner_text=NAME)
    measure.owner_text = f"{NAME}, IT"
    measure.save()
    ProjectPaper.objects.update_or_create(project=world.project, defaults={"contact_text": f"{NAME}, {EMAIL}"})
    Evidence.objects.create(
        score=score, text="Datei", file=ContentFile(b"Inhalt", "x.txt"), file_name=f"{NAME}.txt", added_by=person
    )
    workshop = ended_workshop(world.draft, timezone.now())
    Participant.objects.create(workshop=workshop, role="it", name=NAME, token_hash="x" * 64)
    WorkbookUpload.objects.create(assessment=world.draft, user=bob, file_name=f"{NAME}.xlsx", rows=[{"reason": NAME}])
    other = make_user("Olga")
    EmailAddress.objects.create(user=person, email=EMAIL)
    message = {"subject": NAME, "body": NAME, "from_email": "a@example.org", "to": [EMAIL], "cc": [], "bcc": [], "reply_to": []}
    send_mail.defer(message={**message, "headers": {}, "alternatives": []}, about="")
    send_mail.defer(message={**message, "to": [other.email], "headers": {}, "alternatives": []}, about="")
    note("downloaded", by=person, municipality=municipality, address="reports:csv")
    seal()
    return person


def test_person_made_anonymous_is_left_nowhere(erika, bob, world):
    before = everywhere(NAME, EMAIL)
    assert len(before) > 12, before
    records = {record.pk: record.checksum for record in AssessmentRecord.objects.all()}
    done = anonymise(user=erika, by=bob)
    assert everywhere(NAME, EMAIL) == []
    assert done.records >= 1
    assert done.texts > 10
    assert done.files == 1
    assert not done.name_kept
    for record in AssessmentRecord.objects.all():
        assert checksum(record.document) == record.checksum == records[record.pk]
    assert [str(one) for one in verify().findings] == []
    seal()
    assert [str(one) for one in verify().findings] == []
    erika.refresh_from_db()
    assert (erika.name, erika.is_active, erika.has_usable_password()) == (f"Ehemalige Person {erika.pk}", False, False)
    assert not erika.memberships.exists()
    assert f"Ehemalige Person {erika.pk} hat es mit" in Score.objects.get(pk=world.draft.scores.first().pk).rationale


def test_what_they_did_stays_theirs_without_a_name(erika, bob, world, client):
    score = world.draft.scores.first()
    anonymise(user=erika, by=bob)
    assert Score.history.filter(id=score.pk, history_user=erika).exists()
    client.force_login(bob)
    page = client.get(f"/bewertungen/{world.draft.public_id}/verlauf/").text
    assert f"Ehemalige Person {erika.pk}" in page
    assert NAME not in page


def test_name_of_two_members_stays_in_texts(erika, bob, municipality):
    namesake = make_user("Namensvetterin")
    User.objects.filter(pk=namesake.pk).update(name=NAME)
    Membership.objects.create(user=namesake, municipality=municipality, role="reader")
    done = anonymise(user=erika, by=bob)
    assert done.name_kept
    assert everywhere(EMAIL) == []
    assert Measure.objects.filter(owner_text=f"{NAME}, IT").exists()


def test_same_name_in_another_municipality_stays(erika, bob):
    other = Municipality.objects.create(name="Stadt Anderswo", ags="03999099")
    theirs = make_project(other, "Parkraum-App")
    measure = Measure.objects.create(project=theirs, text="Stelle", owner_text=NAME)
    anonymise(user=erika, by=bob)
    measure.refresh_from_db()
    assert measure.owner_text == NAME


def test_last_manager_stays(world, bob):
    with pytest.raises(invitations.LastManager):
        anonymise(user=bob)
    bob.refresh_from_db()
    assert bob.is_active
    with pytest.raises(CommandError, match="only manager"):
        call_command("make_anonymous", bob.email, "--yes")


def unpacked(**wanted):
    target = io.BytesIO()
    write_export(target, **wanted)
    archive = zipfile.ZipFile(target)
    return {name: archive.read(name) for name in archive.namelist()}


def test_export_of_a_person_holds_what_names_them(erika, world, charlie):
    found = unpacked(person=erika, municipality=None)
    content = json.loads(found["inhalt.json"])
    assert content["about"] == "person"
    for name, told in content["files"].items():
        assert hashlib.sha256(found[name]).hexdigest() == told
    account = json.loads(found["daten/accounts_user.json"])[0]
    assert (account["email"], account["name"]) == (EMAIL, NAME)
    for table in ("accounts_membership", "accounts_accountchange", "assessments_historicalscore", "scaling_trailevent"):
        assert json.loads(found[f"daten/{table}.json"])
    assert b"Inhalt" in [found[name] for name in found if name.startswith("dateien/")]
    everything = b"".join(found.values())
    assert charlie.email.encode() not in everything
    assert erika.password.encode() not in everything


def test_export_by_a_municipality_ends_at_its_border(erika, municipality, world):
    other = Municipality.objects.create(name="Stadt Anderswo", ags="03999099")
    Membership.objects.create(user=erika, municipality=other, role="reader")
    Measure.objects.create(project=make_project(other, "Parkraum-App"), text="Geheim drüben", owner=erika)
    found = unpacked(person=erika, municipality=municipality)
    everything = b"".join(found.values()).decode("utf-8", "replace")
    assert "Geheim drüben" not in everything
    assert "Anderswo" not in everything
    assert "Geheim drüben" in b"".join(unpacked(person=erika, municipality=None).values()).decode("utf-8", "replace")


def test_export_of_a_municipality_is_complete_and_holds_nothing_secret(world, municipality, erika):
    found = unpacked(person=None, municipality=municipality)
    content = json.loads(found["inhalt.json"])
    rows = rows_of_municipality(municipality)
    assert content["rows"] == {model._meta.db_table: len(pks) for model, pks in rows.items()}
    assert {"assessments_score", "assessments_assessmentrecord", "assessments_historicalevidence"} <= content["rows"].keys()
    assert content["missing_files"] == []
    everything = b"".join(found.values())
    assert world.ids["link_token"].encode() not in everything
    for name, text in found.items():
        if name.startswith("daten/"):
            assert not SECRET & {key for row in json.loads(text) for key in row}


def test_every_table_of_ours_belongs_somewhere():
    """A new table has to be reached from a municipality or a person, or be named here with what it is."""
    alone = {
        *("catalogue.criterion", "catalogue.leveldescriptor", "catalogue.goodpractice", "catalogue.operatingmodel"),
        *("catalogue.reference", "catalogue.edition", "catalogue.milestone", "catalogue.phase", "catalogue.workstream"),
        *("catalogue.legalnote", "catalogue.changelogentry", "catalogue.catalogueupload"),
        *("scaling.seal", "scaling.sealedcolumns", "scaling.timedrun", "scaling.submittedform"),
        *("accounts.attemptcount", "accounts.user", "accounts.signin", "accounts.accountchange"),
        "assessments.renderedpdf",
        *("assessments.peerpart", "assessments.peerfigure", "assessments.peerquarter"),  # of seven municipalities at least
    }
    reached: set[Any] = {Municipality}
    while True:
        new = {
            model
            for model in tables()
            if model not in reached
            and any(getattr(f, "related_model", None) in reached for f in model._meta.concrete_fields if f.is_relation)
        }
        if not new:
            break
        reached |= new
    ours = [model for model in tables() if model._meta.app_label in ("accounts", "catalogue", "assessments", "scaling")]
    missing = {m._meta.label_lower for m in ours if m not in reached and not m._meta.auto_created} - alone
    assert {name for name in missing if "historical" not in name} == set()


def others(municipality):
    """All rows that do not belong to it, but for what tells of its end."""
    own = rows_of_municipality(municipality)
    left = []
    for model in tables():
        if model._meta.label in ("scaling.Seal", "scaling.SealedColumns", "scaling.TrailEvent", "assessments.RenderedPdf"):
            continue
        pks = set(model._base_manager.order_by().values_list("pk", flat=True)) - own.get(model, set())
        left.append((model._meta.db_table, model._meta.pk.column, sorted(pks)))
    return left


def test_deleted_municipality_is_gone_and_others_are_as_they_were(
    world, municipality, charlie, bob, django_capture_on_commit_callbacks
):
    other = Municipality.objects.get(memberships__user=charlie)
    theirs = make_project(other, world.project.name)
    Measure.objects.create(project=theirs, text="Bleibt")
    kept = default_storage.save("nachweise/bleibt.txt", ContentFile(b"Bleibt"))
    seal()
    left = others(municipality)
    before = fingerprint(left)
    files = [
        one.file.name for one in Evidence.objects.filter(score__assessment__project__municipality=municipality) if one.file
    ]
    assert files
    told = extent(municipality)
    assert dict(told.rows)["Projekte"] == Project.objects.filter(municipality=municipality).count()
    with django_capture_on_commit_callbacks(execute=True):
        erase(municipality=municipality, by=None)
    assert fingerprint(left) == before
    assert rows_of_municipality(municipality) == {Municipality: {municipality.pk}}
    assert not Municipality.objects.filter(pk=municipality.pk).exists()
    assert not any(default_storage.exists(str(name)) for name in files)
    assert default_storage.exists(kept)
    connection.check_constraints()
    report = verify()
    assert [str(one) for one in report.findings] == []
    assert report.gone > 10
    assert TrailEvent.objects.get(kind="erased").detail["number"] == municipality.pk
    assert User.objects.filter(pk=bob.pk, is_active=True).exists()


def test_delete_command_asks_and_may_close_accounts(world, municipality, alice, charlie, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda text: "nein")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("delete_municipality", municipality.ags)
    assert set(only_here(municipality)) >= {alice}
    assert charlie not in only_here(municipality)
    call_command("delete_municipality", municipality.ags, "--yes", "--accounts")
    alice.refresh_from_db()
    assert not alice.is_active
    assert not Municipality.objects.filter(pk=municipality.pk).exists()


@pytest.mark.parametrize("days", [0, 100])
def test_histories_keep_the_last_row_before_the_period(world, alice, settings, days):
    settings.HISTORY_KEEP_DAYS = days
    score = world.draft.scores.first()
    for text in ("eins", "zwei", "drei"):
        score.refresh_from_db()
        answers.save_score(
            score=score,
            version=score.version,
            by=alice,
            answer=answers.Answer(state="rated", level=1, rationale=text),
        )
    rows = list(Score.history.filter(id=score.pk).order_by("history_id"))
    with rewriting_history():
        Score.history.filter(pk__in=[row.pk for row in rows[:-1]]).update(history_date=timezone.now() - timedelta(days=200))
    seal()
    apply_retention()
    left = list(Score.history.filter(id=score.pk).order_by("history_id").values_list("rationale", flat=True))
    assert left == (["zwei", "drei"] if days else [row.rationale for row in rows])
    assert [str(one) for one in verify().findings] == [] or not days


def test_periods_of_what_else_is_kept(world, alice, bob, municipality, settings):
    long_ago = timezone.now() - timedelta(days=4000)
    note("signed_in", by=alice)
    note("downloaded", by=alice, municipality=municipality, address="reports:csv")
    note("anonymised", by=bob, person=7)
    seal()
    with rewriting_history():
        TrailEvent.objects.update(at=long_ago)
    invitations.invite(municipality=municipality, email="nie@example.org", role="team", by=bob)
    Invitation.objects.filter(email="nie@example.org").update(expires_at=long_ago)
    WorkbookUpload.objects.update(created_at=long_ago)
    workshop = ended_workshop(world.draft, long_ago)
    Participant.objects.create(workshop=workshop, role="it", name="Gast", token_hash="x" * 64)
    done = apply_retention()
    assert (done["sign_ins"], done["downloads"], done["workshops"]) == (1, 1, 1)
    assert not Invitation.objects.filter(email="nie@example.org").exists()
    assert not WorkbookUpload.objects.exists()
    assert not Participant.objects.filter(name="Gast").exists()
    assert TrailEvent.objects.filter(kind="anonymised").exists()
    assert TrailEvent.objects.get(kind="retention").detail["sign_ins"] == 1


def test_reading_by_the_interface_is_kept_as_long_as_downloads(world, municipality, bob, settings):
    """Its rows come by a key a day, so they are the ones that grow without anybody clicking."""
    key = make_key(municipality, bob)
    assert ask(key, "projects").status_code == 200
    rows = TrailEvent.objects.filter(kind="api_read")
    seal()
    settings.DOWNLOADS_KEEP_DAYS = 30
    for days, kept in ((29, 1), (31, 0)):
        with rewriting_history():
            rows.update(at=timezone.now() - timedelta(days=days))
        assert apply_retention()["downloads"] == 1 - kept
        assert rows.count() == kept
    assert verify().findings == []
    settings.DOWNLOADS_KEEP_DAYS = 0
    note("api_read", by=bob, municipality=municipality, key=1)
    with rewriting_history():
        rows.update(at=timezone.now() - timedelta(days=9000))
    assert apply_retention()["downloads"] == 0
    assert rows.count() == 1


def test_commands_write_files_for_their_owner_alone(world, municipality, alice, tmp_path):
    for command, word in (("export_person", alice.email), ("export_municipality", municipality.ags)):
        path = tmp_path / f"{command}.zip"
        call_command(command, word, str(path))
        assert path.stat().st_mode & 0o077 == 0
        assert zipfile.is_zipfile(path)
        with pytest.raises(CommandError, match="cannot write"):
            call_command(command, word, str(path))


def test_rows_of_a_person_name_no_secret(erika):
    assert User in rows_of_person(erika)
