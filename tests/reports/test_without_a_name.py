"""A person taken out of the records: gone from every file, with all else as it was."""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Measure, RecordFile, RecordRendition, RenderedPdf
from assessments.reports import pdf
from assessments.reports.export import render_csv
from assessments.reports.pdf.store import store_pdf
from assessments.reports.profile.load import load_profile
from assessments.reports.records.codec import canonical
from assessments.reports.records.files import file_of
from assessments.reports.records.keeping import record_profile
from assessments.reports.records.renditions import last_anonymised, make_anonymous, redesign
from assessments.reports.rendering import tasks
from assessments.reports.rendering.orders import running_order
from assessments.services import share_links, workflow
from assessments.services.council_paper import save_project_paper
from scaling.accounts.models import Membership, Role, User
from tests.races import waiting_for_table
from tests.reports.pdf_facts import text_of
from tests.reports.records import as_if_made_by_older_templates, code_on, fetch, record_of, said_of
from tests.reports.test_export import sheets

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


@pytest.mark.parametrize(("typed", "stays"), [("Alice", False), ("Alice, Durchwahl 12", False), ("Sabine Krause", True)])
def test_name_typed_for_a_council_paper_goes_with_its_person(settled, project, alice, bob, typed, stays):
    save_project_paper(project=project, by=bob, contact_text=typed)
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    workflow.submit(assessment=settled, by=bob)
    workflow.approve(assessment=settled, by=bob)
    before = record_of(settled)
    paper = record_profile(before).meta.paper
    assert paper is not None
    assert paper.contact == typed
    make_anonymous(user=alice)
    after = record_of(settled)
    assert (after.document, after.checksum) == (before.document, before.checksum)
    paper = record_profile(after).meta.paper
    assert paper is not None
    assert paper.contact == (typed if stays else "Name gelöscht")


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


def test_damaged_pdf_made_again_meanwhile_does_not_bring_the_name_back(client, settled, alice, bob):
    client.force_login(bob)
    pdf_as_it_was = fetch(client, settled).content
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE assessments_recordfile SET content = 'anders'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    record = record_of(settled)

    def slow(_profile):
        make_anonymous(user=alice)
        return pdf_as_it_was

    assert file_of(record, record_profile(record), kind="pdf", options="kurz", render=slow) == pdf_as_it_was
    assert not RenderedPdf.objects.exists()


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
        cursor.execute(waiting_for_table("assessments_renderedpdf"))
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
    assert "Done: 2 documents, " in out.getvalue()
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("make_anonymous", alice.email, "--yes", stdout=out)
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("make_anonymous", "wer@example.org", stdout=out)
