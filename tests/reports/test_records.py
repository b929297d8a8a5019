"""What was approved stays: its record, every file made from it, and what it says of itself."""

import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import jsonschema
import pypdfium2
import pytest
import zxingcpp
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from assessments.models import Assessment, AssessmentRecord, Measure, RecordFile, RecordPerson
from assessments.queries.since_approval import since_approval
from assessments.reports.export.record_schema import record_schema
from assessments.reports.profile.load import load_profile
from assessments.reports.records.codec import checksum, in_both, in_one
from assessments.reports.records.files import FileDamaged, file_of
from assessments.reports.records.keeping import current_record, mark_of, record_profile
from assessments.reports.records.renditions import make_anonymous, redesign
from assessments.services import share_links, workflow
from assessments.services.answers import Answer, save_score
from assessments.services.comments import add_comment
from assessments.services.projects import change_project
from catalogue.models import Phase
from catalogue.services.publishing import retire
from scaling.accounts.coats_of_arms import delete_unused_files, fetch_png, set_coat_of_arms
from scaling.accounts.models import Municipality
from tests.factories import make_edition
from tests.pages import without_chance
from tests.reports.conftest import publish

FILES = [
    ("pdf", {"umfang": "kurz"}),
    ("pdf", {"umfang": "lang", "sprache": "en"}),
    ("xlsx", {}),
    ("csv", {"sprache": "en"}),
    ("json", {}),
]


@pytest.fixture
def settled(second, alice, bob):
    """The second round, approved today by Bob."""
    workflow.submit(assessment=second, by=alice)
    workflow.approve(assessment=second, by=bob)
    return Assessment.objects.with_context().get(pk=second.pk)


def record_of(assessment):
    """The record that holds; there has to be one."""
    record = current_record(assessment)
    assert record is not None
    return record


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


def change_everything(project, municipality, alice, bob, dora):
    """All that a round's report speaks of and that can change once it is approved."""
    elsewhere = Phase.objects.get(key="p5")
    change_project(project=project, by=bob, name="Anders", phase=elsewhere, summary="Neu", confidentiality="internal", team=[])
    for row, name in ((alice, "Alice Neu"), (bob, "Bob Neu")):
        row.name = name
        row.save()
    Municipality.objects.filter(pk=municipality.pk).update(name="Stadt Umbenannt")
    for measure in project.measures.all():
        measure.text, measure.status, measure.due_on, measure.owner = "Anderes", "done", date(2030, 1, 1), None
        measure.save()
    Measure.objects.create(project=project, text="Ganz neu", due_on=date(2020, 1, 1))
    publish(make_edition(2, state="draft"))
    retire(edition=project.assessments.earliest("round").edition, by=dora)
    Phase.objects.filter(key="p3").update(name_de="Probelauf")


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


# --- Beside it --------------------------------------------------------------------------------------------------------------


def test_nothing_has_happened_since(settled, project):
    assert since_approval(record_of(settled), project) == []


def test_since_approval_is_told_beside_it(client, settled, project, municipality, alice, bob, dora):
    change_everything(project, municipality, alice, bob, dora)
    project.refresh_from_db()
    assert set(since_approval(record_of(settled), project)) >= {
        "2 Maßnahmen erledigt.",
        "1 Maßnahme dazugekommen.",
        "3 Maßnahmen mit neuem Termin.",
        "3 Maßnahmen mit anderem Text oder anderer Zuständigkeit.",
        "Phase jetzt: P5 Transfer.",
        "Das Projekt heißt jetzt „Anders“.",
        "Die Kommune heißt jetzt „Stadt Umbenannt“.",
        "Die Beschreibung des Projekts ist neu.",
        "Vertraulichkeit jetzt: Nur für den Dienstgebrauch.",
        "Alice heißt jetzt Alice Neu.",
        "Alice Neu ist nicht mehr im Projektteam.",
    }
    client.force_login(bob)
    page = client.get(reverse("reports:profile", args=[settled.public_id]))
    assert "Seit der Freigabe:" in page.content.decode()
    assert page.context["profile"].meta.project == "Parkraum-App"


@pytest.mark.parametrize(
    ("done", "new", "lines"),
    [
        (0, 0, []),
        (1, 0, ["1 Maßnahme erledigt."]),
        (2, 0, ["2 Maßnahmen erledigt."]),
        (0, 1, ["1 Maßnahme dazugekommen."]),
        (1, 3, ["1 Maßnahme erledigt.", "3 Maßnahmen dazugekommen."]),
    ],
)
def test_since_approval_counts_in_words(client, settled, project, bob, done, new, lines):
    for measure in project.measures.exclude(status="done").order_by("pk")[:done]:
        measure.status = "done"
        measure.save()
    for number in range(new):
        Measure.objects.create(project=project, text=f"Neu {number}")
    assert since_approval(record_of(settled), project) == lines
    client.force_login(bob)
    page = " ".join(client.get(reverse("reports:profile", args=[settled.public_id])).text.split())
    assert ("Seit der Freigabe:</strong> " + " ".join(lines) in page) == bool(lines)
    assert ("Seit der Freigabe" in page) == bool(lines)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"status": "running"}, "1 Maßnahme wieder aufgenommen."),
        ({"text": "Anders gesagt"}, "1 Maßnahme mit anderem Text oder anderer Zuständigkeit."),
        ({"owner_text": "Kämmerei"}, "1 Maßnahme mit anderem Text oder anderer Zuständigkeit."),
        ({"due_on": date(2031, 1, 1)}, "1 Maßnahme mit neuem Termin."),
        ({"status": "dropped"}, "1 Maßnahme verworfen."),
        ({}, None),
    ],
)
def test_since_approval_tells_each_change_of_a_measure(settled, project, change, line):
    measure = project.measures.get(text="Alt")  # done already when the round was approved
    for name, value in change.items():
        setattr(measure, name, value)
    measure.save()
    assert since_approval(record_of(settled), project) == ([line] if line else [])


def test_superseded_document_says_so_on_its_page(client, settled, bob):
    number = record_of(settled).number
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    client.force_login(bob)
    page = client.get(reverse("reports:profile", args=[settled.public_id]), {"dokument": number})
    assert f"Das Dokument {number} ist seit dem" in page.content.decode()
    assert page.context["profile"].meta.record.number == number
    other = client.get(reverse("reports:profile", args=[settled.public_id]), {"dokument": "MUSTERHAFEN-1999-1"})
    assert other.status_code == 404


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


# --- Checking a document ----------------------------------------------------------------------------------------------------


def answer_to(client, number, part):
    return client.get(reverse("reports:document", args=[number]), {"pruefsumme": part}).context["state"]


def test_anyone_can_check_a_document(client, settled, bob):
    record = record_of(settled)
    part = record.checksum[:16]
    assert answer_to(client, record.number, part) == "current"
    assert answer_to(client, record.number.lower(), record.checksum.upper()) == "current"
    assert answer_to(client, record.number, "0" * 16) == "unknown"
    assert answer_to(client, "MUSTERHAFEN-1999-1", part) == "unknown"
    assert answer_to(client, record.number, part[:15]) == ""
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    assert answer_to(client, record.number, part) == "superseded"
    assert answer_to(client, record.number, "0" * 16) == "unknown"


def test_check_discloses_nothing_else(client, settled):
    record = record_of(settled)
    page = client.get(reverse("reports:document", args=[record.number]), {"pruefsumme": record.checksum}).content.decode()
    for secret in ("Parkraum", "Musterhafen", "Alice", "Bob", settled.public_id):
        assert secret not in page.replace(record.number, "")
    known = client.get(reverse("reports:document", args=[record.number]))
    guessed = client.get(reverse("reports:document", args=["MUSTERHAFEN-2026-9"]))
    assert without_chance(known.content.decode()).replace(record.number, "") == without_chance(
        guessed.content.decode()
    ).replace("MUSTERHAFEN-2026-9", "")


def test_form_leads_to_the_answer(client, settled):
    record = record_of(settled)
    typed = {"number": f" {record.number.lower()} ", "pruefsumme": record.checksum[:16].upper(), "pruefen": "1"}
    response = client.get(reverse("reports:documents"), typed, follow=True)
    assert response.context["state"] == "current"
    assert client.get(reverse("reports:documents"), {"pruefen": "1"}).status_code == 422


@pytest.mark.parametrize(
    "typed", ["a/b", "/", "..", ".", "../konto/login", "a?b", "a#b", "Ä-2026-1", "\u2028", "%2e%2e", "A//C"]
)
def test_what_was_typed_for_a_number_leads_nowhere_else(client, settled, typed):
    checksum = record_of(settled).checksum
    response = client.get(reverse("reports:documents"), {"number": typed, "pruefsumme": checksum}, follow=True)
    assert (response.status_code, response.context.get("state") or response.context["form"].errors.keys()) in (
        (200, "unknown"),
        (422, {"number"}),
    )
    assert response.request["PATH_INFO"] == reverse("reports:documents")


def test_numbers_nobody_can_address_count_as_guesses(client, settled):
    for _ in range(20):
        client.get(reverse("reports:documents"), {"number": "a/b", "pruefsumme": "0" * 16})
    assert answer_to(client, record_of(settled).number, record_of(settled).checksum) == "limited"


def test_guessing_is_limited(client, settled):
    record = record_of(settled)
    for number in range(20):
        assert answer_to(client, record.number, f"{number:016x}") == "unknown"
    response = client.get(reverse("reports:document", args=[record.number]), {"pruefsumme": record.checksum})
    assert (response.status_code, response.context["state"]) == (429, "limited")


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_code_on_the_pdf_leads_to_the_answer(client, settled, bob, variant):
    record = record_of(settled)
    client.force_login(bob)
    pdf = client.get(reverse("reports:pdf", args=[settled.public_id]), {"umfang": variant}).content
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    pages = [document[number] for number in range(len(document))]
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    assert record.number in text
    assert record.checksum in "".join(text.split())
    codes = [code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    assert codes == [mark_of(record).address]
    client.logout()
    assert client.get(codes[0][codes[0].index("/dokument/") :]).context["state"] == "current"


def test_draft_bears_no_number(client, second, alice):
    client.force_login(alice)
    pdf = client.get(reverse("reports:pdf", args=[second.public_id]), {"umfang": "kurz"}).content
    page = pypdfium2.PdfDocument(BytesIO(pdf))[0]
    assert "MUSTERHAFEN-" not in page.get_textpage().get_text_range()
    assert not zxingcpp.read_barcodes(page.render(scale=3).to_pil())


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
