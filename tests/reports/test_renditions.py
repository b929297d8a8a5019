"""A record's files made anew, with later templates or without a name; and the document behind them, to be recomputed."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import jsonschema
import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, AssessmentRecord, Comment, Measure, RecordFile, RecordRendition, RenderedPdf
from assessments.reports import pdf
from assessments.reports.export import render_csv
from assessments.reports.pdf.store import store_pdf
from assessments.reports.profile.load import load_profile
from assessments.reports.records.codec import canonical
from assessments.reports.records.files import file_of
from assessments.reports.records.keeping import current_record, mark_of, record_profile
from assessments.reports.records.renditions import NoLongerApproved, NothingNew, last_anonymised, make_anonymous, redesign
from assessments.reports.rendering import tasks
from assessments.reports.rendering.orders import running_order
from assessments.services import share_links, workflow
from scaling.accounts.models import Membership, Role, User
from tests.reports.pdf_facts import text_of
from tests.reports.test_export import sheets

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def settled(second, alice, bob):
    """The second round with a comment, submitted by Alice and approved today by Bob."""
    Comment.objects.create(score=second.scores.first(), text="Nur für uns", author=alice)
    workflow.submit(assessment=second, by=alice)
    workflow.approve(assessment=second, by=bob)
    return Assessment.objects.with_context().get(pk=second.pk)


def record_of(assessment):
    record = current_record(assessment)
    assert record is not None
    return record


def as_if_made_by_older_templates():
    """What an update of the program does to all files kept so far."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE assessments_recordfile SET made_with = 'before the update'")
        cursor.execute("SET LOCAL session_replication_role = origin")


def fetch(client, assessment, name="pdf", **query):
    if name == "pdf":
        query.setdefault("umfang", "kurz")
    return client.get(reverse(f"reports:{name}", args=[assessment.public_id]), query)


def code_on(pdf):
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    pages = [document[number] for number in range(len(document))]
    [code] = [code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    return code[code.index("/dokument/") :]


def said_of(address):
    """What the page that checks documents says to whoever holds the paper."""
    return Client().get(address).context["state"]


# --- With later templates ---------------------------------------------------------------------------------------------------


def test_redesigned_file_is_a_new_one_that_says_so_and_the_old_one_stays(client, settled, bob):
    client.force_login(bob)
    old = {name: fetch(client, settled, name).content for name in ("pdf", "xlsx", "csv", "json")}
    as_if_made_by_older_templates()
    answer = client.post(reverse("reports:redesign", args=[settled.public_id]), follow=True)
    assert "als Fassung 2. Die bisherigen bleiben abrufbar." in answer.text
    new = {name: fetch(client, settled, name).content for name in old}
    assert all(new[name] != content for name, content in old.items())
    assert {name: fetch(client, settled, name, fassung=1).content for name in old} == old
    assert {name: fetch(client, settled, name, fassung=2).content for name in old} == new
    assert {name: fetch(client, settled, name).content for name in old} == new

    assert "Fassung 1 Prüfsumme" in text_of(old["pdf"])
    assert "Fassung 2 (neu gestaltet am" in text_of(new["pdf"])
    assert "der Inhalt ist der freigegebene" in text_of(new["pdf"])
    table = csv.DictReader(io.StringIO(new["csv"].decode("utf-8-sig"), newline=""), delimiter=";")
    number = record_of(settled).number
    assert {(row["Dokumentnummer"], row["Fassung"]) for row in table} == {(number, "2")}
    assert ["Fassung", 2] in [row[:2] for row in sheets(new["xlsx"])["Zusammenfassung"]]
    figures = [json.loads(files["json"]) for files in (old, new)]
    assert [one["meta"]["document"].pop("rendition") for one in figures] == [1, 2]
    assert figures[0] == figures[1], "the same but for what it says of itself"


def test_page_that_checks_knows_both_renditions_and_no_other(client, settled, bob):
    client.force_login(bob)
    old = code_on(fetch(client, settled).content)
    as_if_made_by_older_templates()
    redesign(assessment=settled, by=bob)
    new = code_on(fetch(client, settled).content)
    assert (said_of(old), said_of(new)) == ("current", "current")
    assert new == f"{old}&fassung=2"
    for number in ("3", "0", "zwei", "²", "9" * 40):
        assert said_of(f"{old}&fassung={number}") == "unknown"
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    assert (said_of(old), said_of(new)) == ("superseded", "superseded")


def test_what_was_never_made_is_not_made_afterwards(client, settled, bob):
    """With today's templates it would not be what it says it is."""
    client.force_login(bob)
    fetch(client, settled)
    as_if_made_by_older_templates()
    redesign(assessment=settled, by=bob)
    assert fetch(client, settled, umfang="lang", fassung=1).status_code == 404
    assert fetch(client, settled, sprache="en", fassung=1).status_code == 404
    for number in (3, 0, "x", "9" * 40):
        assert fetch(client, settled, fassung=number).status_code == 404
    assert RecordFile.objects.count() == 1


def test_page_lists_what_can_be_fetched_and_the_history_who_asked_for_it(client, settled, alice, bob, rita):
    client.force_login(bob)
    fetch(client, settled)
    fetch(client, settled, umfang="lang", kommentare=1)
    fetch(client, settled, "csv", sprache="en")
    link = share_links.create_link(assessment=settled, by=bob, purpose="Rat", expires_on=timezone.localdate() + timedelta(1))
    client.get(reverse("reports:shared_pdf", args=[link.token]))
    as_if_made_by_older_templates()
    redesign(assessment=settled, by=bob)
    page = reverse("reports:profile", args=[settled.public_id])
    files = client.get(page).context["earlier_files"]
    assert [(file.rendition, file.label) for file in files] == [
        (1, "CSV (Englisch)"),
        (1, "PDF, Kurzfassung (Deutsch)"),
        (1, "PDF, Langfassung mit Kommentaren (Deutsch)"),
    ]
    for file in files:
        assert client.get(file.url).status_code == 200
        assert file.url in client.get(page).text.replace("&amp;", "&")
    assert RecordFile.objects.filter(version=2).count() == 0, "a link to the old one makes no new one"
    client.force_login(rita)  # reads no comments
    assert len(client.get(page).context["earlier_files"]) == 2
    assert "Dateien neu gestalten" not in client.get(page).text
    history = client.get(reverse("assessments:history", args=[settled.public_id]))
    entry = history.context["page_obj"][0]
    assert (entry.who, entry.what) == ("Bob", "Dateien neu gestaltet")
    assert entry.changes[0].after == f"{record_of(settled).number}, Fassung 2"


@pytest.mark.parametrize("state", ["never made", "made today"])
def test_nothing_is_redesigned_that_has_today_s_design(client, settled, bob, state):
    client.force_login(bob)
    if state == "made today":
        fetch(client, settled, "json")
    with pytest.raises(NothingNew):
        redesign(assessment=settled, by=bob)
    answer = client.post(reverse("reports:redesign", args=[settled.public_id]), follow=True)
    assert "Es ist alles beim Alten geblieben." in answer.text
    assert not RecordRendition.objects.exists()


def test_reopened_round_is_not_redesigned(client, settled, bob):
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    with pytest.raises(NoLongerApproved):
        redesign(assessment=settled, by=bob)
    client.force_login(bob)
    answer = client.post(reverse("reports:redesign", args=[settled.public_id]), follow=True)
    assert "Neue Dateien entstehen mit der nächsten Freigabe." in answer.text


def test_database_keeps_renditions(client, settled, bob):
    client.force_login(bob)
    fetch(client, settled, "json")
    as_if_made_by_older_templates()
    redesign(assessment=settled, by=bob)
    for change in (lambda rows: rows.update(number=7), lambda rows: rows.update(reason="x"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(RecordRendition.objects.all())


@pytest.mark.parametrize("times", [1, 3])
def test_pages_cost_the_same_however_many_renditions(client, settled, bob, times):
    client.force_login(bob)
    for _ in range(times):
        fetch(client, settled, "json")
        as_if_made_by_older_templates()
        redesign(assessment=settled, by=bob)
    for name, cost in (("reports:profile", 10), ("assessments:history", 8)):
        path = reverse(name, args=[settled.public_id])
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) == cost, [query["sql"][:90] for query in queries]


# --- Without a name ---------------------------------------------------------------------------------------------------------

#: What shows names: file, its address, and a name that is in it beside Alice's.
FILES = [
    ("pdf", {"umfang": "kurz"}),
    ("pdf", {"umfang": "lang", "sprache": "en"}),
    ("pdf", {"umfang": "lang", "kommentare": "1"}),
    ("xlsx", {}),
    ("csv", {"sprache": "en"}),
    ("json", {}),
]


def words_in(name, content):
    if name == "pdf":
        return text_of(content)
    return str(sheets(content)) if name == "xlsx" else content.decode()


def every_text(client, assessment):
    texts = {}
    for name, query in FILES:
        response = fetch(client, assessment, name, **query)
        assert response.status_code == 200
        texts[name, *query.values()] = words_in(name, response.content)
    return texts


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_person_made_anonymous_is_gone_from_every_output(client, settled, request, bob, who):
    """Alice answered, submitted, owns a measure and wrote a comment; Bob approved."""
    person = request.getfixturevalue(who)
    client.force_login(bob)
    link = share_links.create_link(
        assessment=settled, by=bob, purpose="Rat", expires_on=timezone.localdate() + timedelta(1), with_names=True
    )
    shared = [reverse("reports:shared", args=[link.token]), reverse("reports:shared_pdf", args=[link.token]) + "?umfang=lang"]
    before = every_text(client, settled)
    client.get(shared[1])
    named = {which for which, text in before.items() if person.name in text}
    assert ("pdf", "lang", "en") in named
    assert ("json",) in named
    record = record_of(settled)
    assert make_anonymous(user=person) == 2, "in the record of each round"
    after = every_text(client, settled)
    other = "Bob" if who == "alice" else "Alice"
    for which, text in after.items():
        assert person.name not in text, which
        assert (other in text) == (other in before[which]), which
        if which in named:
            assert ("Name deleted" if "en" in which else "Name gelöscht") in text, which
    assert "weil ein Name nicht mehr genannt werden darf" in after["pdf", "kurz"]
    profile = client.get(reverse("reports:profile", args=[settled.public_id]))
    assert "Name gelöscht" in profile.text
    assert person.name not in str(profile.context["profile"])
    anyone = Client()
    assert person.name not in anyone.get(shared[0]).text
    assert person.name not in text_of(anyone.get(shared[1]).content)

    kept = record_of(settled)
    assert (kept.checksum, kept.document) == (record.checksum, record.document)
    assert hashlib.sha256(canonical(kept.document)).hexdigest() == kept.checksum
    removed = RecordFile.objects.filter(version=1)
    assert removed.count() == len(FILES) + 1
    assert not removed.filter(content__isnull=False).exists(), "their bytes are gone"
    assert fetch(client, settled, fassung=1).status_code == 404
    assert said_of(code_on(fetch(client, settled).content)) == "current"
    make_anonymous(user=bob if who == "alice" else request.getfixturevalue("alice"))
    assert "Fassung 3" in text_of(fetch(client, settled).content)

    as_if_made_by_older_templates()
    redesign(assessment=settled, by=bob)
    said = text_of(fetch(client, settled).content)
    assert "Fassung 4 (neu gestaltet am" in said
    assert "der freigegebene ohne einen Namen" in said


def test_file_rendered_meanwhile_does_not_bring_the_name_back(settled, alice):
    """The name is taken out while somebody waits for a file that has it."""
    record = record_of(settled)
    profile = record_profile(record)

    def slow(one):
        make_anonymous(user=alice)
        return render_csv(one)

    assert b"Alice" in file_of(record, profile, kind="csv", render=slow)
    assert not RecordFile.objects.filter(content__isnull=False).exists()
    assert b"Alice" not in file_of(record_of(settled), record_profile(record_of(settled)), kind="csv", render=render_csv)


@pytest.mark.parametrize(
    ("typed", "stays"),
    [
        ("Alice", False),
        ("alice (IT)", False),
        ("IT, Alice", False),
        ("Alice und Bob", False),
        ("Alicenstraße 3", True),
        ("Kämmerei", True),
        ("Sabine Krause", True),
    ],
)
def test_name_typed_for_a_measure_goes_with_its_person(client, settled, project, alice, bob, typed, stays):
    """The name of an account, typed instead of chosen: it stands in the record by reference, so it can go."""
    Measure.objects.create(project=project, text="Vertrag", owner_text=typed)
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    workflow.submit(assessment=settled, by=bob)
    workflow.approve(assessment=settled, by=bob)
    before = record_of(settled)
    make_anonymous(user=alice)
    after = record_of(settled)
    assert (after.document, after.checksum) == (before.document, before.checksum)
    [measure] = [one for one in record_profile(after).measures if one.text == "Vertrag"]
    assert measure.who == (typed if stays else "Name gelöscht")


def test_typed_name_of_somebody_else_elsewhere_stays(settled, elsewhere, charlie, edition):
    """Two people may have one name: what was typed in another municipality is not about this one."""
    other = User.objects.create_user("alice@elsewhere.example", "x", name="Stabsstelle")
    Membership.objects.create(user=other, municipality=elsewhere, role=Role.TEAM)
    assert make_anonymous(user=other) == 0
    assert "Stabsstelle" in {one.who for one in record_profile(record_of(settled)).measures}


def render_now(**job):
    """What a worker does with a job."""
    nobody: Any = None
    tasks.render(nobody, asked_at="", **job)


@pytest.mark.django_db(transaction=True)
def test_pdf_of_a_running_round_rendered_meanwhile_does_not_bring_the_name_back(settled, alice, bob, monkeypatch):
    """The worker has read the name, then it goes, then the worker stores what it made."""
    running = workflow.start_assessment(project=settled.project, by=bob)
    running = Assessment.objects.with_context().get(pk=running.pk)
    order = running_order(load_profile(running), variant="kurz", assessment=running.public_id)
    render = pdf.pdf_of
    made = []

    def slow(*args, **kwargs):
        User.objects.filter(pk=alice.pk).update(name="Gelöschte Person")
        make_anonymous(user=alice)
        made.append(render(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr("assessments.reports.rendering.orders.pdf_of", slow)
    render_now(kind=order.kind, args=order.args, key=order.key)
    assert "Alice" in text_of(made[0])
    assert not RenderedPdf.objects.exists()
    monkeypatch.setattr("assessments.reports.rendering.orders.pdf_of", render)
    again = running_order(load_profile(running), variant="kurz", assessment=running.public_id)
    render_now(kind=again.kind, args=again.args, key=again.key)
    assert "Alice" not in text_of(again.fetch() or b"")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_stored_between_a_name_s_going_and_its_commit(settled, alice):
    """Whoever stores a PDF waits for the transaction that takes the name, and then knows of it."""
    is_in, may_end, order = threading.Event(), threading.Event(), []

    def forgetting():
        try:
            with transaction.atomic():
                make_anonymous(user=alice)
                is_in.set()
                may_end.wait(20)
                order.append("the name is gone")
        finally:
            connection.close()

    def storing():
        try:
            is_in.wait(20)
            store_pdf("x" * 64, b"with the name")
            order.append("stored")
            return last_anonymised()
        finally:
            connection.close()

    before = last_anonymised()
    with ThreadPoolExecutor(2) as pool:
        going, stored = pool.submit(forgetting), pool.submit(storing)
        is_in.wait(20)
        deadline = time.monotonic() + 20
        while not is_waiting_for_a_lock() and time.monotonic() < deadline:
            time.sleep(0.02)
        may_end.set()
        going.result(20)
        assert stored.result(20) > before
    assert order == ["the name is gone", "stored"]


def is_waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'assessments_renderedpdf'::regclass")
        return cursor.fetchone()[0] > 0


def test_person_in_no_record_is_no_reason_to_touch_any(client, settled, bob, charlie):
    client.force_login(bob)
    fetch(client, settled, "json")
    assert make_anonymous(user=charlie) == 0
    assert not RecordRendition.objects.exists()
    assert RecordFile.objects.filter(content__isnull=False).count() == 1


def test_command_asks_before_it_takes_a_name_out(settled, alice, monkeypatch):
    out = StringIO()
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("make_anonymous", " Alice@Example.org", stdout=out)
    assert "Documents in which alice@example.org stands, as Alice: 2." in out.getvalue()
    assert not RecordRendition.objects.exists()
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    call_command("make_anonymous", alice.email, stdout=out)
    assert "Done: 2 documents." in out.getvalue()
    call_command("make_anonymous", alice.email, "--yes", stdout=out)
    assert "stands in no approved document" in out.getvalue()
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("make_anonymous", "wer@example.org", stdout=out)


# --- Recomputed by somebody else --------------------------------------------------------------------------------------------


def lines_of_the_guide():
    """The lines of Python in the users' guide, as somebody would copy them."""
    guide = (settings.BASE_DIR / "docs" / "users.md").read_text()
    [lines] = guide.split("```python\n")[1:]
    return lines.split("```")[0]


@pytest.mark.parametrize("file", ["as it came", "indented"])
def test_team_can_recompute_the_checksum_by_the_guide(client, settled, alice, tmp_path, file):
    client.force_login(alice)
    response = fetch(client, settled, "record_json")
    record = record_of(settled)
    assert f'filename="dokument-{record.number}.json"' in response["Content-Disposition"]
    assert hashlib.sha256(response.content).hexdigest() == record.checksum, "as sha256sum says"
    content = response.content
    if file != "as it came":
        content = json.dumps(json.loads(content), indent=2, sort_keys=False).encode()
    (tmp_path / "dokument.json").write_bytes(content)
    (tmp_path / "nachrechnen.py").write_text(lines_of_the_guide())
    done = subprocess.run(
        [sys.executable, "nachrechnen.py", "dokument.json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [record.number, record.checksum]
    changed = content.replace(b"Zwei Stellen", b"Drei Stellen")
    assert changed != content
    (tmp_path / "dokument.json").write_bytes(changed)
    done = subprocess.run(
        [sys.executable, "nachrechnen.py", "dokument.json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert record.checksum not in done.stdout


def test_document_names_nobody_and_has_the_published_shape(client, second, alice, bob):
    """Nor anybody whose name was typed for who is in charge; an office is no name, but nobody can tell for sure."""
    Measure.objects.create(project=second.project, text="Vertrag", owner_text="Sabine Krause")
    workflow.submit(assessment=second, by=alice)
    workflow.approve(assessment=second, by=bob)
    client.force_login(alice)
    response = fetch(client, second, "record_json")
    for name in ("Alice", "Bob", "Sabine Krause", "Stabsstelle"):
        assert name not in response.text
        assert name in fetch(client, second, "csv").text + fetch(client, second, "json").text
    schema = client.get(reverse("reports:record_schema")).json()
    jsonschema.validate(response.json(), schema, cls=jsonschema.Draft202012Validator)


def test_document_is_there_for_what_was_approved_only(client, first, second, bob):
    client.force_login(bob)
    assert fetch(client, second, "record_json").status_code == 404
    number = first.records.get().number
    assert fetch(client, first, "record_json").json()["number"] == number
    assert fetch(client, first, "record_json", dokument="X-2000-1").status_code == 404
    workflow.submit(assessment=second, by=bob)
    workflow.approve(assessment=second, by=bob)
    superseded = record_of(second).number
    workflow.reopen(assessment=second, by=bob, reason="Fehler")
    assert fetch(client, second, "record_json").status_code == 404
    assert fetch(client, second, "record_json", dokument=superseded).json()["number"] == superseded


# --- At once ----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "query"), [("pdf", {"umfang": "kurz"}), ("xlsx", {}), ("csv", {}), ("json", {})])
def test_two_who_ask_first_get_the_same_bytes(settled, alice, bob, name, query):
    barrier = threading.Barrier(2)
    clients = [Client(), Client()]
    for client, person in zip(clients, (alice, bob), strict=True):
        client.force_login(person, backend=BACKEND)

    def ask(client):
        barrier.wait(timeout=20)
        try:
            return fetch(client, settled, name, **query).content
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ask, clients)
    assert one == other
    assert one == fetch(clients[0], settled, name, **query).content
    row = RecordFile.objects.get(kind=name)
    assert bytes(row.content or b"") == one


def test_of_two_renderings_the_first_is_kept(settled):
    """Even if the second comes out differently: whoever was first decides."""
    record = record_of(settled)
    profile = record_profile(record)

    def second(_profile):
        assert file_of(record, profile, kind="csv", render=lambda one: b"the first") == b"the first"
        return b"the second"

    assert file_of(record, profile, kind="csv", render=second) == b"the first"
    assert RecordFile.objects.count() == 1
    assert mark_of(record).rendition == 1
    assert AssessmentRecord.objects.count() == 2
