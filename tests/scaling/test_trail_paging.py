"""What a page of the trail costs, whatever there is: no table is read whole, no page counts what lies before it."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from scaling.common.places import ENTRIES_PER_PAGE, EntryPlace
from scaling.trail import forms, paging
from scaling.trail.models import EventKind, TrailEvent
from scaling.trail.paging import trail_page
from scaling.trail.reading import Wanted, entries
from scaling.trail.sources import SHOWN
from tests.cast import make_user
from tests.elements import parse, text

pytestmark = pytest.mark.django_db
MANY = 40_000


@pytest.fixture
def otto(db):
    return make_user("Otto", is_staff=True, is_superuser=True)


def events(number, *, kind=EventKind.SIGNED_IN, at=None, **more):
    at = at or timezone.now()
    return TrailEvent.objects.bulk_create(TrailEvent(kind=kind, at=at, **more) for _ in range(number))


def scanned(plan):
    """How many rows each scan of a table gave or threw away."""
    found = plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0)
    own = [(plan["Relation Name"], found * plan.get("Actual Loops", 1))] if "Relation Name" in plan else []
    return own + [one for part in plan.get("Plans", ()) for one in scanned(part)]


def rows_read(client, url, query=None):
    """Of the log's tables, by all statements of the page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, query).status_code == 200
    read = []
    with connection.cursor() as cursor:
        for one in captured.captured_queries:
            if one["sql"].startswith("SELECT") and "scaling_trailevent" in one["sql"]:
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + one["sql"])
                found = cursor.fetchone()[0]
                found = json.loads(found) if isinstance(found, str) else found
                read += scanned(found[0]["Plan"])
    return sum(rows for table, rows in read if table == "scaling_trailevent")


@pytest.fixture
def much(db):
    """Years of sign-ins and downloads, and among them what hardly ever happens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scaling_trailevent (kind, at, detail, request_id)"
            " SELECT CASE WHEN n %% 2 = 0 THEN 'signed_in' ELSE 'downloaded' END, now() - n * interval '1 minute', '{}', ''"
            " FROM generate_series(1, %s) AS n",
            [MANY],
        )
        cursor.execute("ANALYZE scaling_trailevent")


@pytest.mark.parametrize("kind", ["", "anmeldungen", "betrieb"])
def test_page_reads_as_many_rows_as_it_counts_at_most(client, otto, much, kind, monkeypatch):
    monkeypatch.setattr(paging, "MAX_COUNTED", 500)
    client.force_login(otto)
    url = reverse("trail_of_all")
    for query in ({}, {"anfang": "1"}, {"aelter": _middle()}, {"neuer": _middle()}):
        assert rows_read(client, url, {"art": kind} | query) <= 500 + 3 * (ENTRIES_PER_PAGE + 1) + 30


def _middle():
    event = TrailEvent.objects.filter(kind="signed_in").order_by("-at")[MANY // 4]
    number = next(n for n, one in enumerate(SHOWN) if one.kind == "anmeldungen")
    return EntryPlace(event.at, number, event.pk).word


def test_more_than_are_counted_is_said_and_no_file_offered_that_would_be_refused(client, otto, monkeypatch):
    client.force_login(otto)
    url = reverse("trail_of_all")
    events(5)
    page = client.get(url).text
    assert "6 Einträge." in page
    assert "protokoll.csv" in page
    monkeypatch.setattr(paging, "MAX_COUNTED", 5)
    page = client.get(url).text
    assert "mehr als 10.000 Einträge" in page
    assert "protokoll.csv" not in page
    monkeypatch.setattr(paging, "MAX_COUNTED", 6)
    assert "6 Einträge." in client.get(url).text


def shown(page):
    return [(entry.table, entry.row) for entry in page.entries]


def test_every_entry_stands_on_one_page_downwards_and_upwards(world, otto):
    """Many of the same moment, in several tables."""
    moment = timezone.now()
    for kind in (EventKind.DOWNLOADED, EventKind.SIGNED_IN, EventKind.RETENTION):
        events(15, kind=kind, at=moment)
        events(15, kind=kind, at=moment - timedelta(days=400))
    wanted = Wanted()
    all_of_them = entries(wanted, most=10_000)
    assert [at for _source, _row, at in all_of_them] == sorted((at for _s, _r, at in all_of_them), reverse=True)
    order = [(SHOWN[source].table, row) for source, row, _at in all_of_them]
    down, page = [], trail_page(wanted, QueryDict(""))
    assert (page.newest, page.newer) == ("", "")
    while True:
        down += shown(page)
        if not page.older:
            break
        page = trail_page(wanted, QueryDict(page.older))
    assert down == order
    assert page.oldest == ""
    up: list[tuple[str, int]] = []
    page = trail_page(wanted, QueryDict("anfang=1"))
    assert shown(page) == order[-ENTRIES_PER_PAGE:]
    while page.newer and len(up) + ENTRIES_PER_PAGE < len(order) - ENTRIES_PER_PAGE:
        up = shown(page) + up
        page = trail_page(wanted, QueryDict(page.newer))
    assert (shown(page) + up) == order[-len(up) - len(shown(page)) :]
    assert shown(trail_page(wanted, QueryDict(page.newest))) == order[:ENTRIES_PER_PAGE]


def test_newest_page_is_whole_though_one_comes_to_it_from_its_middle(otto):
    events(30)
    wanted = Wanted(kind="anmeldungen")
    first = trail_page(wanted, QueryDict(""))
    second = trail_page(wanted, QueryDict(first.older))
    events(3, at=timezone.now() + timedelta(seconds=1))
    back = trail_page(wanted, QueryDict(second.newer))
    assert len(back.entries) == ENTRIES_PER_PAGE
    assert back.newer != ""
    assert shown(back) == shown(first)
    assert shown(trail_page(wanted, QueryDict(back.newer))) == shown(trail_page(wanted, QueryDict("")))


@pytest.mark.parametrize(
    "word",
    ["x", "\0", "-1", "20261128T175501123456Z-99-1", "20261128T175501123456Z-1-" + "9" * 19, "99999999T999999999999Z-1-1"],
)
def test_place_that_is_none_shows_the_newest(client, otto, word):
    events(30)
    client.force_login(otto)
    newest = client.get(reverse("trail_of_all"))
    for name in ("aelter", "neuer"):
        page = client.get(reverse("trail_of_all"), {name: word})
        assert page.status_code in (200, 400)
        if page.status_code == 200:
            assert [e.row for e in page.context["entries"]] == [e.row for e in newest.context["entries"]]


def test_links_keep_what_was_narrowed_down_and_lead_on(client, otto):
    events(30)
    client.force_login(otto)
    page = client.get(reverse("trail_of_all"), {"art": "anmeldungen", "seite": "3"})
    bar = page.text.split('<ul class="pagination__list">')[1].split("</ul>")[0]
    links = {text(link): link.get("href", "") for link in parse(f"<ul>{bar}</ul>").iter("a")}
    assert set(links) == {"Ältere Einträge", "Älteste"}
    for address in links.values():
        assert "art=anmeldungen" in address
        assert len(client.get(reverse("trail_of_all") + address).context["entries"]) in (11, ENTRIES_PER_PAGE)


def test_operators_are_not_offered_every_account_of_a_nation(client, otto, alice, municipality):
    client.force_login(otto)
    url = reverse("trail_of_all")
    offered = [f'<option value="{one.pk}"' for one in (otto, alice)]
    page = client.get(url).text
    assert [option in page for option in offered] == [True, False]
    page = client.get(url, {"kommune": municipality.public_id}).text
    assert [option in page for option in offered] == [True, True]
    page = client.get(url, {"person": alice.pk}).text
    assert f"{offered[1]} selected" in page
    assert client.get(url, {"person": 10**17}).status_code == 422


def test_of_many_municipalities_the_key_is_asked_for(client, otto, municipality, monkeypatch):
    client.force_login(otto)
    url = reverse("trail_of_all")
    option = f'<option value="{municipality.public_id}"'
    assert option in client.get(url).text
    monkeypatch.setattr(forms, "MAX_OFFERED", 0)
    page = client.get(url).text
    assert option not in page
    assert '<input class="kern-form-input__input" id="kommune" name="kommune"' in page
    for key in (municipality.ags, municipality.public_id):
        page = client.get(url, {"kommune": key})
        assert page.status_code == 200
        assert page.context["form"].wanted().municipality == municipality
        assert f'value="{key}"' in page.text
    page = client.get(url, {"kommune": "01234567"})
    assert page.status_code == 422
    assert "Keine Kommune hat diesen Schlüssel." in page.text
