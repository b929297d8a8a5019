"""Among peers: what is given, published and shown, and that nobody sees who gave it."""

from collections import defaultdict
from datetime import date
from itertools import permutations

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings, strategies

from assessments.models import PeerContribution, PeerFigure, PeerPart
from assessments.reports.charts import peer_bar
from assessments.reports.peers.groups import with_wider
from assessments.reports.peers.membership import join, leave
from assessments.reports.peers.page import PeerRow, Position, peer_page
from assessments.reports.peers.publishing import publish, quarter_of
from assessments.reports.peers.quartiles import quartiles, size_from
from assessments.reports.peers.texts import drawn, place_name, size_name, sources, spread, standing
from assessments.reports.peers.values import OwnValue, own_values, speaking_of
from assessments.reports.templatetags.peer_values import drawn_beside
from scaling.accounts.models import Municipality
from scaling.privacy.erasing import erase
from scaling.privacy.rows import rows_of_municipality
from tests.factories import make_criteria, make_edition
from tests.reports.conftest import publish as publish_edition
from tests.reports.peers import STREAMS, give, make_places, reopen

BACKEND = "django.contrib.auth.backends.ModelBackend"
OCTOBER, JANUARY, APRIL = date(2026, 10, 5), date(2027, 1, 2), date(2027, 4, 1)
HOME, KIND, EVERYBODY = "alle/mittel/09", "alle/mittel", "alle"


@pytest.fixture
def edition(db):
    edition = make_edition(state="draft")
    make_criteria(edition, {key: {"workstreams": streams} for key, streams in STREAMS.items()})
    return publish_edition(edition)


def levels(first, second=None, third=None):
    return {"vertrauen": first, "personal": second if second is not None else first, "betrieb": third}


@pytest.fixture
def nine(edition):
    """Nine municipalities of one kind in one state, on levels 0 to 4."""
    places = make_places(9)
    for number, place in enumerate(places):
        give(edition, place, levels(number % 5, (number + 2) % 5, 3))
    return places


def shown(group, metric="k:vertrauen", basis="kommune"):
    one = PeerFigure.objects.filter(group=group, basis=basis, metric=metric).first()
    return one and (one.lower, one.median, one.upper, one.size)


def figure_of(page, row=None):
    """Of the row, the first one where none is given; there has to be one."""
    found = (row or page.streams[0]).figure
    assert found is not None
    return found


def fetch(client, person, municipality, **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse("reports:peers", args=[municipality.public_id]), query)


def test_value_is_the_mean_of_what_speaks(edition, municipality):
    give(edition, municipality, {"vertrauen": 1, "personal": None, "betrieb": 4})
    speaking = give(edition, municipality, {"vertrauen": 2, "personal": 3, "betrieb": 4})
    first = give(edition, municipality, {"vertrauen": 0, "personal": 1}, whole=False)
    second = give(edition, municipality, {"vertrauen": 3, "personal": None}, whole=False, name="Andere")
    assert {record.pk for record in speaking_of([municipality.pk])} == {speaking.pk, first.pk, second.pk}
    found = own_values([speaking.pk, first.pk, second.pk])
    told = {metric: (basis, value.mean, value.n, value.m) for (basis, metric), value in found.items() if basis == "kommune"}
    assert told == {
        "k:vertrauen": ("kommune", 2, 1, 1),
        "k:personal": ("kommune", 3, 1, 1),
        "k:betrieb": ("kommune", 4, 1, 1),
        "w:": ("kommune", 3, 3, 3),
        "w:organisatorisch": ("kommune", 2.5, 2, 2),
        "w:finanziell": ("kommune", 3, 1, 1),
        "w:technisch": ("kommune", 4, 1, 1),
    }
    projects = found["projekte", "w:organisatorisch"]
    assert projects.mean == pytest.approx(4 / 3)
    assert (projects.n, projects.m) == (3, 4)
    assert (found["projekte", "k:personal"].mean, found["projekte", "k:vertrauen"].mean) == (1, 1.5)


def test_reopened_rounds_and_archived_projects_do_not_speak(edition, municipality):
    earlier = give(edition, municipality, levels(1))
    latest = give(edition, municipality, levels(2))
    solution = give(edition, municipality, levels(3), whole=False)
    assert [one.pk for one in speaking_of([municipality.pk])] == [latest.pk, solution.pk]
    reopen(latest)
    project = solution.assessment.project
    project.archived_at = solution.approved_at
    project.save()
    assert [one.pk for one in speaking_of([municipality.pk])] == [earlier.pk]


def test_figures_are_the_quartiles_of_those_who_take_part(edition, nine):
    outside = make_places(1, first=50, compared_since=None)[0]
    give(edition, outside, levels(4))
    assert publish(today=OCTOBER).taken == 9
    expected = (*quartiles([0, 1, 2, 3, 4, 0, 1, 2, 3]), size_from(9))
    assert shown(HOME) == shown(KIND) == shown(EVERYBODY) == expected
    assert shown(HOME, "w:") is not None
    assert shown(HOME, "w:finanziell") is None  # of one answer each
    assert not PeerContribution.objects.filter(municipality=outside).exists()


def test_six_are_not_shown(edition):
    for place in make_places(6):
        give(edition, place, levels(2))
    assert publish(today=OCTOBER).figures == 0


def test_what_is_invented_is_compared_with_nothing_else(edition, nine):
    for place in make_places(7, first=100, is_fictional=True):
        give(edition, place, levels(4))
    publish(today=OCTOBER)
    assert shown("erfunden") == (4, 4, 4, 7)
    assert shown(EVERYBODY)[3] == 7  # the nine alone: from seven on
    assert (
        len(list(PeerPart.objects.filter(group__startswith="alle", basis="kommune", metric="k:vertrauen").get().members)) == 9
    )


def test_narrow_groups_that_are_too_small_give_to_the_wider_one(edition, nine):
    for state in ("01", "02"):
        for place in make_places(4, state=state):
            give(edition, place, levels(4))
    publish(today=OCTOBER)
    assert shown(HOME)[3] == 7
    assert shown("alle/mittel/01") is None
    assert shown(KIND)[3] == 10


def test_values_are_taken_once_a_quarter(edition, nine):
    publish(today=OCTOBER)
    before = shown(HOME)
    for place in nine:
        give(edition, place, levels(4))
    assert publish(today=date(2026, 12, 31)).taken is None
    assert shown(HOME) == before
    assert publish(today=JANUARY).taken == 9
    # Those who said 4 before say nothing new; of the nine, it was one: too few to stay alone, so all stay as they were shown.
    assert shown(HOME) == before
    assert [quarter_of(day) for day in (date(2026, 12, 31), JANUARY)] == [date(2026, 10, 1), date(2027, 1, 1)]


def test_new_values_of_all_are_shown_in_the_next_quarter(edition):
    places = make_places(8)
    for place in places:
        give(edition, place, levels(1))
    publish(today=OCTOBER)
    for place in places:
        give(edition, place, levels(3))
    publish(today=JANUARY)
    assert shown(HOME) == (3, 3, 3, 7)
    assert PeerContribution.objects.count() == 8  # what no figure holds any more is gone


def test_six_new_values_change_nothing_shown(edition):
    places = make_places(16)
    for place in places:
        give(edition, place, levels(1))
    publish(today=OCTOBER)
    for place in places[:6]:
        give(edition, place, levels(4))
    publish(today=JANUARY)
    assert shown(HOME) == (1, 1, 1, 10)
    give(edition, places[6], levels(4))
    publish(today=APRIL)
    assert shown(HOME) == (*quartiles([4] * 7 + [1] * 9), 10)


def test_whoever_leaves_is_in_no_figure_at_once_and_takes_six_along(bob, edition):
    places = make_places(20)
    for place in places:
        give(edition, place, levels(2))
    publish(today=OCTOBER)
    elsewhere = PeerFigure.objects.create(
        group="alle/gross", basis="kommune", metric="k:vertrauen", lower=1, median=1, upper=1, size=7, published_on=OCTOBER
    )
    leave(municipality=places[0], by=bob)
    assert (shown(HOME), shown(KIND), shown(EVERYBODY)) == (None, None, None)
    assert PeerFigure.objects.filter(pk=elsewhere.pk).exists()
    assert not PeerContribution.objects.filter(municipality=places[0]).exists()
    publish(today=date(2026, 10, 6))
    assert shown(HOME) == (2, 2, 2, 10)
    parts = PeerPart.objects.filter(basis="kommune", metric="k:vertrauen")
    assert sorted((part.group, len(part.members)) for part in parts) == [("", 7), (HOME, 13)]
    join(municipality=places[0], by=bob)
    publish(today=JANUARY)
    assert shown(HOME) == (2, 2, 2, 10)  # one is too few to come back alone
    assert sorted((part.group, len(part.members)) for part in parts.all()) == [("", 7), (HOME, 13)]


def test_group_that_is_too_small_without_who_left_shows_nothing(bob, nine):
    publish(today=OCTOBER)
    leave(municipality=nine[0], by=bob)
    publish(today=date(2026, 10, 6))
    assert PeerFigure.objects.count() == 0
    publish(today=JANUARY)
    assert PeerFigure.objects.count() == 0  # nor do the eight others come back with the same values


def test_deleted_municipality_is_in_no_figure(nine):
    publish(today=OCTOBER)
    erase(municipality=nine[3], by=None)
    assert PeerFigure.objects.count() == 0
    assert PeerContribution.objects.count() == 8


def test_exported_municipality_brings_what_it_gave(nine):
    publish(today=OCTOBER)
    assert len(rows_of_municipality(nine[0])[PeerContribution]) == 1


def test_publishing_again_changes_nothing(edition, nine):
    publish(today=OCTOBER)
    before = list(PeerFigure.objects.values_list())
    parts = list(PeerPart.objects.values_list())
    call_command("publish_peers")
    publish(today=date(2026, 11, 30))
    assert (list(PeerFigure.objects.values_list()), list(PeerPart.objects.values_list())) == (before, parts)


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_the_same_however_many_take_part(client, bob, edition, municipality, number, django_assert_num_queries):
    join(municipality=municipality, by=bob)
    for one in range(number):
        give(edition, municipality, levels(2), whole=False, name=f"Lösung {one}")
    for place in make_places(8 * number, is_fictional=True):
        give(edition, place, levels(2), whole=False)
    publish(today=OCTOBER)
    fetch(client, bob, municipality)
    with django_assert_num_queries(9):  # five of the comparison, four of the request
        assert "im mittleren Bereich" in client.get(reverse("reports:peers", args=[municipality.public_id])).text


def test_page_shows_own_values_beside_the_group_and_no_name_of_others(client, bob, edition, municipality):
    join(municipality=municipality, by=bob)
    give(edition, municipality, levels(4, 4, 4))
    places = make_places(8, state="03", first=200, is_fictional=True)
    for number, place in enumerate(places):
        give(edition, place, levels(number % 3, 1, 2))
    publish(today=OCTOBER)
    response = fetch(client, bob, municipality)
    assert response.status_code == 200
    assert "Gemeinde Nummer" not in response.text
    assert "über dem mittleren Bereich" in response.text
    assert "7 bis 9 Kommunen" in response.text
    page = peer_page(municipality, today=OCTOBER)
    assert page.streams[0].place is Position.ABOVE
    assert (page.chosen.path, page.next_on) == ("erfunden", date(2027, 1, 1))


def test_narrowest_group_that_has_a_figure_speaks(edition, nine):
    for state in ("01", "02"):
        for place in make_places(4, state=state):
            give(edition, place, levels(4))
    publish(today=OCTOBER)
    lonely = Municipality.objects.get(ags__startswith="01", name__endswith=" 1")
    page = peer_page(lonely)
    assert [group.path for group in page.groups] == ["alle/mittel/01", KIND, EVERYBODY]
    assert figure_of(page).group.path == KIND
    assert figure_of(peer_page(nine[0])).group.path == HOME
    assert figure_of(peer_page(nine[0], group=EVERYBODY)).group.path == EVERYBODY
    assert peer_page(nine[0], group="alle/mittel/01").chosen.path == HOME  # of others, none is to be had


def test_page_is_honest_where_there_is_nothing(client, bob, edition, municipality):
    assert "Ihre Kommune nimmt nicht teil" in fetch(client, bob, municipality).text
    join(municipality=municipality, by=bob)
    text = fetch(client, bob, municipality).text
    assert "Noch gibt es nichts zu vergleichen" in text
    assert "weil Ihre Einwohnerzahl fehlt" in text
    assert "Noch ist nichts freigegeben" in text


@pytest.mark.parametrize(
    ("whole", "own", "said", "source"),
    [
        (None, None, "Sobald eine Bewertung der Kommune insgesamt freigegeben ist,", "Noch ist nichts freigegeben"),
        # Approved is a project, asked is for the municipality itself.
        (False, levels(2), "Sobald eine Bewertung der Kommune insgesamt freigegeben ist,", "Noch ist nichts freigegeben"),
        # Approved, and nobody could rate anything.
        (True, levels(None), "Aus dem, was freigegeben ist, ergibt sich noch kein Wert", "hat noch kein Kriterium eine Stufe"),
        # Approved, with fewer levels than a comparison needs.
        (True, {"vertrauen": 2}, "Aus dem, was freigegeben ist, ergibt sich noch kein Wert", "Ihre Werte: Runde 1"),
        (True, levels(2, 2, 2), "Ihre Kommune liegt", "Ihre Werte: Runde 1"),
    ],
)
def test_page_says_what_is_missing_for_a_comparison(edition, nine, whole, own, said, source):
    publish(today=OCTOBER)
    (late,) = make_places(1, first=50)
    if own is not None:
        give(edition, late, own, whole=whole)
    page = peer_page(late, basis="kommune", group=EVERYBODY)
    assert page.has_figures
    assert said in standing(page)
    assert source in sources(page)


def test_whoever_does_not_take_part_sees_no_figure(client, bob, edition, municipality):
    give(edition, municipality, levels(4, 4, 4))
    for place in make_places(8, is_fictional=True):
        give(edition, place, levels(1))
    publish(today=OCTOBER)
    assert "Median" not in fetch(client, bob, municipality).text.partition("</header>")[2].replace("Median und Quartilen", "")


def test_words_of_place_size_and_spread(edition, nine):
    publish(today=OCTOBER)
    page = peer_page(nine[4], today=OCTOBER)
    assert size_name(figure_of(page)) == "7 bis 9 Kommunen"
    assert spread(figure_of(page)) == "Median 2,5; die mittlere Hälfte von 2,0 bis 2,5"
    assert spread(figure_of(page, page.phases[0][1][2])) == "Median und mittlere Hälfte bei 3,0"
    assert {place_name(peer_page(place).phases[0][1][0]) for place in nine} == {
        "unter dem mittleren Bereich",
        "im mittleren Bereich",
        "über dem mittleren Bereich",
    }
    assert "mittleren Bereich: " in standing(page)


def test_drawing_says_the_own_value_where_its_dot_stands():
    row = PeerRow("", "Alle Kriterien", OwnValue(2.25, 4, 4), None, 1)
    assert drawn(row) == "Stufen von 0 bis 4: eigener Wert 2,5."
    assert drawn_beside(row) == peer_bar(2.5, None, drawn(row))


# --- An attacker, with the database -----------------------------------------------------------------------------------------

STEP = strategies.tuples(
    strategies.sampled_from(["approve", "leave", "join", "erase", "quarter", "night"]), strategies.integers(0, 30)
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=strategies.lists(STEP, min_size=10, max_size=30))
def test_attacker_who_sees_every_page_at_every_time_finds_out_about_nobody(edition, steps):
    """Of each figure the values it was made of are found again from what was taken; whatever is told apart is five and two."""
    with transaction.atomic():
        _siege(edition, steps)
        transaction.set_rollback(True)


def _siege(edition, steps):
    places = [*make_places(11), *make_places(5, state="01"), *make_places(4, state="02", population=30_000)]
    for number, place in enumerate(places):
        give(edition, place, levels(number % 5, 2, None))
    year = 2026
    publish(today=date(year, 1, 1))
    seen: dict[tuple[str, str], set[frozenset[tuple[int, int]]]] = defaultdict(set)
    keep(seen)
    for word, number in steps:
        place = places[number % len(places)]
        there = Municipality.objects.filter(pk=place.pk).exists()
        if word == "quarter":
            year += 1
            publish(today=date(year, 1, 1))
        elif word == "night":
            publish(today=date(year, 1, 2))
        elif there and word == "approve":
            for one in range(number // 3 + 1):
                other = places[(number + one) % len(places)]
                if Municipality.objects.filter(pk=other.pk).exists():
                    give(edition, other, levels((number + one) % 5, 1, None))
        elif there and word == "leave":
            leave(municipality=place, by=None)
        elif there and word == "join":
            join(municipality=place, by=None)
        elif there and word == "erase":
            erase(municipality=place, by=None)
        keep(seen)
        taking_part = set(Municipality.objects.exclude(compared_since=None).values_list("pk", flat=True))
        assert set(PeerContribution.objects.values_list("municipality_id", flat=True)) <= taking_part
    for sets in seen.values():
        together = defaultdict(set)
        for item in frozenset().union(*sets):
            together[frozenset(number for number, items in enumerate(sets) if item in items)].add(item)
        assert [len(items) for items in together.values() if len(items) < 7] == []
        for some, others in permutations(sets, 2):
            assert not 0 < len(some - others) < 7


def keep(seen):
    """Adds of what is shown now the sets it was made of, and looks whether that is true."""
    values: dict[tuple[str, str], dict[int, tuple[int, float]]] = defaultdict(dict)
    for given_row in PeerContribution.objects.all():
        for metric, (value, first) in given_row.values.items():
            values[given_row.basis, metric][first or given_row.pk] = (given_row.municipality_id, value)
    for figure in PeerFigure.objects.all():
        key = figure.basis, figure.metric
        parts = PeerPart.objects.filter(basis=figure.basis, metric=figure.metric).exclude(group="")
        items = {item for part in parts if figure.group in with_wider(part.group) for item in part.members}
        held = [values[key][item] for item in items]  # nobody is in a figure who took theirs back
        assert len({place for place, _value in held}) == len(held)
        assert (figure.lower, figure.median, figure.upper) == quartiles([value for _place, value in held])
        seen[key].add(frozenset((item, values[key][item][0]) for item in items))
