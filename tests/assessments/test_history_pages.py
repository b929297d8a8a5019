"""Histories a page at a time: a page reads what it shows and a little beside it, and no entry is lost between two."""

import json
import random
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Measure, Score, TeamChange
from assessments.queries.history import history_page, read_history
from assessments.queries.municipality_history import municipality_sources
from assessments.queries.project_history import project_sources
from assessments.queries.round_history import round_sources
from catalogue.edition_cache import cached_edition
from scaling.accounts.models import Membership
from scaling.common.places import ENTRIES_PER_PAGE
from tests.conftest import make_user
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def versions(score, steps, first=None):
    """As if saved so: (seconds after the one before, who, whether it changed anything)."""
    at = first or timezone.now() - timedelta(days=300)
    last = Score.history.filter(id=score.pk).latest("history_date", "history_id")
    rows, number = [], 0
    for seconds, who, changes in steps:
        at += timedelta(seconds=seconds)
        number += changes
        row = Score.history.model(**{field.attname: getattr(last, field.attname) for field in last._meta.concrete_fields})
        row.pk, row.history_date, row.history_user, row.history_type = None, at, who, "~"
        row.rationale = f"Text {number}"
        rows.append(row)
    Score.history.bulk_create(rows)


def told(found):
    return [(entry.when, entry.who, entry.what, entry.key, entry.title, entry.changes) for _place, entry in found]


def walked(sources, word):
    """All pages from one end to the other."""
    page = history_page(sources, QueryDict("anfang=1" if word == "newer" else ""))
    pages = [page.entries]
    while query := getattr(page, word):
        page = history_page(sources, QueryDict(query))
        pages.append(page.entries)
    assert len(pages) > 2
    assert all(len(entries) == ENTRIES_PER_PAGE for entries in pages[:-1])
    return [entry for entries in (pages if word == "older" else pages[::-1]) for entry in entries]


def by_the_rule(score):
    """When steps of an answer end, said once more: within ten minutes of its first version, by the same person."""
    rows = list(Score.history.filter(id=score.pk).order_by("history_date", "history_id"))
    ends: list[tuple[Any, Any]] = []
    begun = None
    for before, row in pairwise(rows):
        goes_on = begun is not None and before.history_user_id == row.history_user_id is not None
        if goes_on and row.history_date - begun <= timedelta(minutes=10):
            ends[-1] = (ends[-1][0], row)
        else:
            begun = row.history_date
            ends.append((before, row))
    return [row.history_date for before, row in ends if before.rationale != row.rationale]


@pytest.mark.parametrize("seed", range(4))
def test_every_step_stands_on_one_page_whole(assessment, alice, bob, seed):
    """However saves follow each other: a page begins and ends within what one person did in one go."""
    draw = random.Random(seed)
    pause = [5, 60, 240, 599, 601, 3_600] if seed else [30]  # without a pause: one goes on for longer than is looked at first
    scores = list(assessment.scores.order_by("pk"))
    for score in scores[: 3 if seed else 1]:
        steps = [(draw.choice(pause), draw.choice([alice, alice, alice, bob, None]), draw.random() < 0.8) for _ in range(150)]
        versions(score, steps if seed else [(30, alice, True)] * 900)
    sources = round_sources(assessment, cached_edition(assessment.edition))
    whole = [entry for _place, entry in read_history(sources)]
    shown = sorted(entry.when for entry in whole if entry.key)
    assert shown == sorted(at for score in scores for at in by_the_rule(score))
    assert walked(sources, "older") == whole
    assert [entry.when for entry in walked(sources, "newer")][-40:] == [entry.when for entry in whole][-40:]


def rows_returned(client, url, query=None):
    """Of histories, by all statements of the page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, query).status_code == 200
    number = 0
    with connection.cursor() as cursor:
        for one in captured.captured_queries:
            if one["sql"].startswith("SELECT") and ("_historical" in one["sql"] or "_teamchange" in one["sql"]):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + one["sql"])
                found = cursor.fetchone()[0]
                number += (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]["Actual Rows"]
    return number, len(captured.captured_queries)


def many_answers(project, assessment, alice, number):
    versions(assessment.scores.first(), [(700, alice, True)] * number)
    return reverse("assessments:history", args=[assessment.public_id])


def many_measures(project, assessment, alice, number):
    rows = [Measure(project=project, text=f"Maßnahme {n}") for n in range(number)]
    for row in rows:
        row.save()
    now = timezone.now()
    team = [TeamChange(project=project, person=alice, at=now - timedelta(minutes=n), joined=bool(n % 2)) for n in range(number)]
    TeamChange.objects.bulk_create(team)
    return reverse("assessments:project_history", args=[project.public_id])


def many_people(project, assessment, alice, number):
    for n in range(number):
        Membership.objects.create(user=make_user(f"Person {number} {n}"), municipality=project.municipality, role="reader")
    return reverse("assessments:municipality_history", args=[project.municipality.public_id])


MANY = {"round": many_answers, "project": many_measures, "municipality": many_people}


@pytest.mark.parametrize("of", MANY)
def test_page_of_a_long_history_reads_what_it_shows(client, project, assessment, alice, bob, of):
    client.force_login(bob)
    _rows, costs = rows_returned(client, MANY[of](project, assessment, alice, 3))
    url = MANY[of](project, assessment, alice, 800)
    first = client.get(url).context["page"]
    second = client.get(f"{url}?{first.older}").context["page"]
    for query in ("", first.older, second.older, first.oldest, second.newer):
        rows, queries = rows_returned(client, f"{url}?{query}")
        assert rows <= 15 * ENTRIES_PER_PAGE, query
        assert queries <= 2 * costs, query  # what is newer is the newest page, which is read whole
    assert second.newest


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("of", "cost"), {"round": 12, "project": 14, "municipality": 9}.items())
def test_history_costs_the_same_for_one_and_three(client, project, assessment, alice, bob, of, cost, number):
    client.force_login(bob)
    url = MANY[of](project, assessment, alice, number)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) == cost, [query["sql"][:90] for query in queries]


def test_place_that_is_none_shows_the_newest(client, assessment, alice, project):
    url = many_answers(project, assessment, alice, 60)
    client.force_login(alice)
    newest = client.get(url).context["page"].entries
    for word in ("aelter=x", "neuer=20260101T000000000000Z-99-1", "aelter=20261399T000000000000Z-1-1", "seite=3"):
        assert client.get(f"{url}?{word}").context["page"].entries == newest


def test_pages_of_one_criterion_stay_with_it(client, assessment, alice, project):
    first, second = assessment.scores.order_by("pk")[:2]
    for score in (first, second):
        versions(score, [(700, alice, True)] * 45)
    client.force_login(alice)
    url = reverse("assessments:history", args=[assessment.public_id])
    page = client.get(url, {"kriterium": first.criterion.key})
    entries = page.context["page"].entries
    while query := page.context["page"].older:
        assert f"?{query.replace('&', '&amp;')}" in page.text
        page = client.get(f"{url}?{query}")
        entries = entries + page.context["page"].entries
    assert {entry.key for entry in entries} == {first.criterion.key}
    assert len(entries) == 45
    assert "Neueste" in page.text


def test_municipality_and_project_tell_all_on_their_pages(project, assessment, alice):
    for of, sources in (("project", project_sources(project, with_links=True)), ("municipality", None)):
        MANY[of](project, assessment, alice, 50)
        sources = sources or municipality_sources(project.municipality)
        whole = [entry for _place, entry in read_history(sources)]
        assert len(whole) >= 50
        assert walked(sources, "older") == whole


def test_two_who_change_a_team_in_one_second_are_both_told(municipality, alice, bob):
    """Also somebody between whose clicks another one, or nobody in particular, changed it."""
    project = make_project(municipality)
    TeamChange.objects.filter(project=project).delete()
    begun = timezone.now() - timedelta(days=1)
    people = [make_user(f"Nr {number}") for number in range(5)]
    for number, (person, by) in enumerate(zip(people, [None, alice, bob, alice, None], strict=True)):
        at = begun + timedelta(milliseconds=100 * number)
        TeamChange.objects.create(project=project, person=person, by=by, at=at, joined=True)
    found = [entry for _place, entry in read_history(project_sources(project, with_links=False)) if "team" in entry.what]
    joined = {entry.who: [change.after for change in entry.changes] for entry in found}
    assert len(found) == 3
    assert joined == {"Person nicht festgehalten": ["Nr 0", "Nr 4"], str(alice): ["Nr 1", "Nr 3"], str(bob): ["Nr 2"]}
