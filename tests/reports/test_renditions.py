"""A record's files made anew, with later templates or without a name; and the document behind them, to be recomputed."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jsonschema
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import AssessmentRecord, Measure, RecordFile, RecordRendition
from assessments.reports.records.files import file_of
from assessments.reports.records.keeping import mark_of, record_profile
from assessments.reports.records.renditions import NoLongerApproved, NothingNew, redesign
from assessments.services import share_links, workflow
from tests.reports.pdf_facts import text_of
from tests.reports.records import as_if_made_by_older_templates, code_on, fetch, record_of, said_of
from tests.reports.test_export import sheets

BACKEND = "django.contrib.auth.backends.ModelBackend"


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
    assert ["Fassung", "2"] in [row[:2] for row in sheets(new["xlsx"])["Zusammenfassung"]]
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
    entry = history.context["page"].entries[0]
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
    for name, cost in (("reports:profile", 10), ("assessments:history", 14)):
        path = reverse(name, args=[settled.public_id])
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) == cost, [query["sql"][:90] for query in queries]


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
