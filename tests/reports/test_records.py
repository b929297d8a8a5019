"""What was approved stays: its record, every file made from it, and what it says of itself."""

import json
from dataclasses import replace
from datetime import timedelta

import jsonschema
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from assessments.models import Assessment, AssessmentRecord, RecordFile, RecordPerson
from assessments.reports.export.record_schema import record_schema
from assessments.reports.profile.load import load_profile
from assessments.reports.records.codec import checksum, in_both, in_one
from assessments.reports.records.files import FileDamaged, file_of
from assessments.reports.records.keeping import record_profile
from assessments.reports.records.renditions import make_anonymous, redesign
from assessments.services import share_links, workflow
from assessments.services.answers import Answer, save_score
from assessments.services.comments import add_comment
from scaling.accounts.coats_of_arms import delete_unused_files, fetch_png, set_coat_of_arms
from tests.reports.records import change_everything, record_of

FILES = [
    ("pdf", {"umfang": "kurz"}),
    ("pdf", {"umfang": "lang", "sprache": "en"}),
    ("xlsx", {}),
    ("csv", {"sprache": "en"}),
    ("json", {}),
]


def outputs(client, person, assessment, number=""):
    client.force_login(person)
    found = {}
    for name, query in FILES:
        response = client.get(reverse(f"reports:{name}", args=[assessment.public_id]), query | {"dokument": number})
        assert response.status_code == 200, name
        found[name, tuple(query)] = response.content
    return found


def shared(client, link):
    client.logout()
    page = client.get(reverse("reports:shared", args=[link.token]))
    return page.context["profile"], client.get(reverse("reports:shared_pdf", args=[link.token]) + "?umfang=kurz").content


def test_record_says_what_the_rows_say(settled):
    record = record_of(settled)
    assert (record.number, record.version) == (f"MUSTERHAFEN-{timezone.localdate().year}-1", 1)
    assert checksum(record.document) == record.checksum
    assert {name for _, name in record.names.values()} == {"Alice", "Bob", "Stabsstelle"}
    assert "Alice" not in str(record.document)
    assert "Bob" not in str(record.document)
    for language in ("de", "en"):
        with override(language):
            kept = record_profile(record)
            live = load_profile(settled)
        assert replace(kept, meta=replace(kept.meta, record=None)) == live
    earlier = settled.project.assessments.get(round=1)
    compared = record_profile(record, compare_with=earlier.public_id).meta.compared
    assert compared is not None
    assert compared.public_id == earlier.public_id


def test_everything_changes_but_what_was_approved(client, settled, project, municipality, alice, bob, dora):
    link = share_links.create_link(assessment=settled, by=bob, purpose="Rat", expires_on=timezone.localdate() + timedelta(1))
    before, shared_before = outputs(client, bob, settled), shared(client, link)
    number = record_of(settled).number
    change_everything(project, municipality, alice, bob, dora)
    assert outputs(client, bob, settled) == before
    assert shared(client, link) == shared_before
    page = client.get(reverse("reports:shared", args=[link.token])).content.decode()
    assert "Parkraum-App" in page
    assert "Anders" not in page

    workflow.reopen(assessment=settled, by=bob, reason="Zahlendreher")
    score = settled.scores.get(criterion__key="personal")
    save_score(score=score, version=score.version, by=bob, answer=Answer("rated", 4, "Jetzt doch"))
    add_comment(score=score, by=bob, text="Geprüft")
    workflow.submit(assessment=settled, by=bob)
    workflow.approve(assessment=settled, by=bob)
    assert outputs(client, bob, settled, number) == before
    again = outputs(client, bob, settled)
    assert all(again[name] != content for name, content in before.items())


def test_first_rendering_after_the_change_is_the_same(client, settled, project, municipality, alice, bob, dora):
    """Nothing of it depends on having been fetched before."""
    client.force_login(bob)

    def fetched():
        return [client.get(reverse(f"reports:{name}", args=[settled.public_id])).content for name in ("json", "csv", "xlsx")]

    before = fetched()
    with connection.cursor() as cursor:  # as if nobody had asked yet
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM assessments_recordfile")
        cursor.execute("SET LOCAL session_replication_role = origin")
    change_everything(project, municipality, alice, bob, dora)
    assert fetched() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda record: AssessmentRecord.objects.update(checksum="0" * 64),
        lambda record: AssessmentRecord.objects.update(document={}),
        lambda record: AssessmentRecord.objects.update(number="ANDERS-2026-1"),
        lambda record: AssessmentRecord.objects.all().delete(),
        lambda record: RecordPerson.objects.update(name="Mallory"),
        lambda record: RecordPerson.objects.all().delete(),
        lambda record: RecordFile.objects.update(content=b"anders"),
        lambda record: RecordFile.objects.update(checksum="0" * 64),
        lambda record: RecordFile.objects.all().delete(),
    ],
)
def test_database_refuses_to_change_a_record(client, settled, bob, change):
    client.force_login(bob)
    client.get(reverse("reports:json", args=[settled.public_id]))
    with pytest.raises(IntegrityError), transaction.atomic():
        change(record_of(settled))


def test_record_is_superseded_once(settled, bob):
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    old = settled.records.get()
    assert not old.is_current
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentRecord.objects.update(superseded_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentRecord.objects.update(superseded_at=timezone.now())
    workflow.submit(assessment=settled, by=bob)
    workflow.approve(assessment=settled, by=bob)
    new = record_of(settled)
    old.refresh_from_db()
    assert (old.superseded_by, new.version, new.serial) == (new, 2, old.serial + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentRecord.objects.filter(pk=old.pk).update(superseded_by=None)


def test_person_made_anonymous_leaves_the_checksum(client, settled, alice, bob):
    client.force_login(bob)
    address = reverse("reports:csv", args=[settled.public_id])
    first = client.get(address).content.decode()
    assert "Alice" in first
    before = record_of(settled)
    assert make_anonymous(user=alice) == 2
    after = record_of(settled)
    assert (after.checksum, after.document) == (before.checksum, before.document)
    assert checksum(after.document) == after.checksum
    again = client.get(address).content.decode()
    assert "Alice" not in again
    assert "Bob" in client.get(reverse("reports:json", args=[settled.public_id])).content.decode()
    files = RecordFile.objects.filter(kind="csv").order_by("version")
    assert [(file.version, file.content is None) for file in files] == [(1, True), (2, False)]


def test_numbers_count_in_a_municipality_and_a_year(settled, first, municipality):
    found = AssessmentRecord.objects.order_by("pk").values_list("year", "serial", "municipality")
    year = timezone.localdate().year
    assert list(found) == [(2025, 1, municipality.pk), (year, 1, municipality.pk)]


def damage(made_with="", **which):
    """What a broken disk does; ``made_with`` says by which version of the program the file was made."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        changed = {"content": b"anders"} | ({"made_with": made_with} if made_with else {})
        assert RecordFile.objects.filter(**which).update(**changed) == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(("name", "query"), FILES)
def test_damaged_file_is_made_again_byte_for_byte(client, settled, bob, caplog, name, query):
    client.force_login(bob)
    address = reverse(f"reports:{name}", args=[settled.public_id])
    before = client.get(address, query).content
    damage(kind=name)
    for _ in range(2):
        answer = client.get(address, query)
        assert (answer.status_code, answer.content) == (200, before)
    assert f"A stored file is damaged: {record_of(settled).number}, kind {name}" in caplog.text
    assert bytes(RecordFile.objects.get(kind=name).content or b"") == b"anders", "the row stays: what is stored is not touched"


@pytest.mark.parametrize(("name", "query"), FILES)
def test_damaged_file_that_cannot_be_made_again_is_told(client, settled, bob, rita, caplog, name, query):
    """Made by an older version of the program: what is made today would be something else."""
    client.force_login(bob)
    address = reverse(f"reports:{name}", args=[settled.public_id])
    client.get(address, query)
    damage(kind=name, made_with="before the update")
    client.force_login(rita)
    answer = client.get(address, query)
    assert answer.status_code == 503
    assert "Diese Datei ist beschädigt" in answer.text
    assert reverse("reports:profile", args=[settled.public_id]) in answer.text
    assert f"A stored file is damaged: {record_of(settled).number}, kind {name}" in caplog.text
    waiting = client.get(address, query, headers={"HX-Request": "true"})
    assert waiting.headers["HX-Redirect"].startswith(address) or name != "pdf"

    client.force_login(bob)
    redesign(assessment=settled, by=bob)
    assert client.get(address, query).status_code == 200, "a new version, as the page says"
    assert client.get(address, query | {"fassung": 1}).status_code == 503
    assert client.get(reverse("reports:profile", args=[settled.public_id])).status_code == 200


def test_file_that_comes_out_differently_is_never_passed_off_as_the_damaged_one(client, settled, bob, caplog):
    client.force_login(bob)
    client.get(reverse("reports:json", args=[settled.public_id]))
    damage(kind="json")
    record = record_of(settled)
    with pytest.raises(FileDamaged):
        file_of(record, record_profile(record), kind="json", render=lambda one: b"heute anders")
    assert "Made again, it has other bytes" in caplog.text
    redesign(assessment=settled, by=bob)
    assert client.get(reverse("reports:json", args=[settled.public_id])).status_code == 200


def test_damaged_file_of_a_shared_link_is_told(client, settled, bob):
    link = share_links.create_link(assessment=settled, by=bob, purpose="Rat", expires_on=timezone.localdate() + timedelta(1))
    address = reverse("reports:shared_pdf", args=[link.token]) + "?umfang=kurz"
    client.get(address)
    damage(made_with="before the update")
    answer = client.get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "private, no-store")
    assert reverse("reports:shared", args=[link.token]) in answer.text


def test_picture_of_a_record_outlives_its_replacement(second, alice, bob, municipality):
    set_coat_of_arms(municipality=municipality, by=None, png=b"first")
    old = municipality.coat_of_arms.name
    workflow.submit(assessment=second, by=alice)
    workflow.approve(assessment=second, by=bob)
    set_coat_of_arms(municipality=municipality, by=None, png=b"second")
    unused = municipality.coat_of_arms.name
    set_coat_of_arms(municipality=municipality, by=None, png=b"third")
    assert delete_unused_files(unused_for=timedelta(0)) == [unused]
    assert fetch_png(old) == b"first"


def test_page_shows_the_number_of_the_document_and_the_way_to_check_it(client, settled, bob):
    client.force_login(bob)
    page = client.get(reverse("reports:profile", args=[settled.public_id]))
    mark = page.context["profile"].meta.record
    link = f'<a href="{escape(mark.address)}"> Dokument {mark.number} prüfen </a>'
    assert link in " ".join(page.text.split()).replace(">Dokument", "> Dokument").replace("prüfen<", "prüfen <")
    path = "/" + mark.address.partition("//")[2].partition("/")[2]
    assert "gilt" in client.get(path).text


def test_superseded_document_says_so_on_its_page(client, settled, bob):
    number = record_of(settled).number
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    client.force_login(bob)
    page = client.get(reverse("reports:profile", args=[settled.public_id]), {"dokument": number})
    assert f"Das Dokument {number} ist seit dem" in page.content.decode()
    assert page.context["profile"].meta.record.number == number
    other = client.get(reverse("reports:profile", args=[settled.public_id]), {"dokument": "MUSTERHAFEN-1999-1"})
    assert other.status_code == 404


def test_superseded_document_says_so_wherever_its_files_are_fetched(client, settled, bob):
    """The files stay as they were: their names, the page beside the links and that of the text to copy say it for them."""
    number = record_of(settled).number
    before = outputs(client, bob, settled, number)
    names = {name: file_name_of(client, settled, name, dokument=number) for name in ("pdf", "docx", "xlsx")}
    assert not any("abgeloest" in name for name in names.values())
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    assert outputs(client, bob, settled, number) == before
    for name, earlier in names.items():
        later = file_name_of(client, settled, name, dokument=number)
        assert later == earlier.replace("-runde-2", "-runde-2-abgeloest")
        assert "abgeloest" not in file_name_of(client, settled, name)
    for name in ("profile", "text"):
        address = reverse(f"reports:{name}", args=[settled.public_id])
        told = f"Das Dokument {number} ist seit dem"
        assert told in client.get(address, {"dokument": number}).text
        assert told not in client.get(address).text
    page = client.get(reverse("reports:profile", args=[settled.public_id]), {"dokument": number}).text
    assert f"die Dateien des abgelösten Dokuments {number}" in " ".join(page.split())


def file_name_of(client, assessment, name, **query):
    response = client.get(reverse(f"reports:{name}", args=[assessment.public_id]), query)
    assert response.status_code == 200
    return response["Content-Disposition"].partition("filename=")[2].strip('"')


@pytest.mark.parametrize("rounds", [1, 3])
def test_page_from_a_record_costs_the_same(client, settled, bob, alice, rounds):
    for _ in range(rounds - 1):
        following = workflow.start_assessment(project=settled.project, by=alice)
        workflow.submit(assessment=following, by=alice)
        workflow.approve(assessment=following, by=bob)
    client.force_login(bob)
    client.get(reverse("reports:profile", args=[settled.public_id]))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("reports:profile", args=[settled.public_id]))
    assert len(queries) == 9


# --- Approving --------------------------------------------------------------------------------------------------------------


def test_no_approval_without_a_record(second, alice, bob, elsewhere):
    """Here since the number is taken: by another municipality that once had the code."""
    workflow.submit(assessment=second, by=alice)
    first = second.project.assessments.get(round=1)
    year = timezone.localdate().year
    AssessmentRecord.objects.create(
        number=f"MUSTERHAFEN-{year}-1",
        municipality=elsewhere,
        year=year,
        serial=1,
        assessment=first,
        version=9,
        approved_at=timezone.now(),
        document={},
        superseded_at=timezone.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        workflow.approve(assessment=second, by=bob)
    assert Assessment.objects.get(pk=second.pk).state == "submitted"
    assert not second.records.exists()


# --- Its published shape ----------------------------------------------------------------------------------------------------


def test_document_has_the_published_shape(client, settled):
    schema = client.get(reverse("reports:record_schema")).json()
    assert schema == json.loads(json.dumps(record_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    for record in AssessmentRecord.objects.all():
        jsonschema.validate(record.document, schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("german", "english", "both"),
    [
        ("a", "a", "a"),
        ("a", "b", {"de": "a", "en": "b"}),
        ({"x": ["a", 1]}, {"x": ["b", 1]}, {"x": [{"de": "a", "en": "b"}, 1]}),
        ({"person": "p1"}, {"person": "p1"}, {"person": "p1"}),
    ],
)
def test_two_languages_in_one_document(german, english, both):
    assert in_both(german, english) == both
    assert (in_one(both, "de"), in_one(both, "en")) == (german, english)


@pytest.mark.parametrize(("german", "english"), [(1, 2), (["a"], ["a", "b"]), (1, True), ({"x": 1}, {"y": 1}), (None, "a")])
def test_languages_differ_in_texts_only(german, english):
    with pytest.raises(ValueError, match="more than its language"):
        in_both(german, english)
