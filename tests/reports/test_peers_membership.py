"""Taking part in the comparison: off until a manager says so, told in log and trail, and over at once."""

import pytest
from django.urls import reverse

from assessments.queries.history import read_history
from assessments.queries.municipality_history import municipality_sources
from assessments.reports.peers.groups import groups_of, kind_of
from assessments.reports.peers.membership import join, leave, set_size
from scaling.accounts.models import Municipality
from scaling.common.versions import StaleRecord
from scaling.trail.reading import Wanted, described, entries

BACKEND = "django.contrib.auth.backends.ModelBackend"


def page(client, person, municipality, name="peers_membership"):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse(f"reports:{name}", args=[municipality.public_id]))


def post(client, person, municipality, name, **fields):
    client.force_login(person, backend=BACKEND)
    return client.post(reverse(f"reports:{name}", args=[municipality.public_id]), fields)


def test_nobody_takes_part_before_a_manager_says_so(client, bob, municipality):
    assert municipality.compared_since is None
    text = page(client, bob, municipality).text
    assert "nimmt nicht teil" in text
    assert reverse("reports:peers_leave", args=[municipality.public_id]) not in text


def test_joining_and_leaving_stand_in_log_and_trail(client, bob, municipality):
    assert post(client, bob, municipality, "peers_join").status_code == 302
    municipality.refresh_from_db()
    assert municipality.compared_since is not None
    assert "Ihre Kommune nimmt seit dem" in page(client, bob, municipality).text
    post(client, bob, municipality, "peers_leave")
    municipality.refresh_from_db()
    assert municipality.compared_since is None
    told = [
        (str(entry.who), change.label, change.before, change.after)
        for _place, entry in read_history(municipality_sources(municipality))
        for change in entry.changes
        if entry.who == "Bob"
    ]
    assert told == [("Bob", "Teilnahme am Vergleich", "ja", "nein"), ("Bob", "Teilnahme am Vergleich", "nein", "ja")]
    trail = described(entries(Wanted(municipality=municipality, kind="einstellungen"), most=100))
    assert [change.label for entry in trail for change in entry.changes][:2] == ["nimmt am Vergleich teil seit"] * 2


def test_joining_or_leaving_twice_changes_nothing(bob, municipality):
    join(municipality=municipality, by=bob)
    since = Municipality.objects.get(pk=municipality.pk).compared_since
    rows = municipality.history.count()
    join(municipality=municipality, by=bob)
    assert (Municipality.objects.get(pk=municipality.pk).compared_since, municipality.history.count()) == (since, rows)
    leave(municipality=municipality, by=bob)
    leave(municipality=municipality, by=bob)
    assert municipality.history.count() == rows + 1


@pytest.mark.parametrize(
    ("name", "ags", "population", "kind"),
    [
        ("Gemeinde Moorau", "09471111", None, ""),
        ("Gemeinde Moorau", "09471111", 4_999, "klein"),
        ("Gemeinde Moorau", "09471111", 5_000, "mittel"),
        ("Stadt Moorau", "09471111", 20_000, "gross"),
        ("Stadt Bamberg", "09461000", None, "kreisfrei"),
        ("Stadt Kreisau", "09461000", 3, "kreisfrei"),
        ("Landkreis Bamberg", "09471000", 147_000, "kreis"),
        ("Rhein-Sieg-Kreis", "05382000", None, "kreis"),
        ("Städteregion Aachen", "05334000", None, "kreis"),
    ],
)
def test_kind_comes_from_key_name_and_inhabitants(name, ags, population, kind):
    assert kind_of(Municipality(name=name, ags=ags, population=population)) == kind


def test_groups_lie_in_each_other_and_what_is_invented_stays_apart():
    real = Municipality(name="Gemeinde Moorau", ags="09471111", population=7_000)
    assert [group.path for group in groups_of(real)] == ["alle/mittel/09", "alle/mittel", "alle"]
    invented = Municipality(name="Gemeinde Moorau", ags="09471111", population=7_000, is_fictional=True)
    assert [group.path for group in groups_of(invented)] == ["erfunden/mittel/09", "erfunden/mittel", "erfunden"]
    assert [group.label for group in groups_of(real)] == [
        "Kreisangehörige von 5.000 bis unter 20.000, Bayern",
        "Kreisangehörige von 5.000 bis unter 20.000",
        "Alle Kommunen",
    ]
    narrow, wide, everybody = groups_of(real)
    assert (narrow.wider, wide.wider, everybody.wider) == (wide, everybody, None)


def test_page_says_what_is_missing_where_nothing_tells_the_size(client, bob, municipality):
    assert "fehlt die Einwohnerzahl" in page(client, bob, municipality).text
    fields = {"version": municipality.version, "population": "12500", "population_source": "Landesamt, 31.12.2025"}
    assert post(client, bob, municipality, "peers_membership", **fields).status_code == 302
    text = page(client, bob, municipality).text
    assert "fehlt die Einwohnerzahl" not in text
    assert "Kreisangehörige von 5.000 bis unter 20.000, Niedersachsen" in text
    municipality.refresh_from_db()
    assert (municipality.population, municipality.population_source) == (12_500, "Landesamt, 31.12.2025")


@pytest.mark.parametrize("population", ["0", "-5", "99999999999", "viele"])
def test_number_that_cannot_be_is_refused_and_source_asked_for(client, bob, municipality, population):
    fields = {"version": municipality.version, "population": population, "population_source": "Landesamt"}
    assert post(client, bob, municipality, "peers_membership", **fields).status_code == 422
    fields |= {"population": "1200", "population_source": ""}
    response = post(client, bob, municipality, "peers_membership", **fields)
    assert (response.status_code, "woher die Zahl stammt" in response.text) == (422, True)
    municipality.refresh_from_db()
    assert municipality.population is None


def test_second_of_two_who_say_the_size_is_shown_both(bob, client, municipality):
    version = municipality.version
    set_size(municipality=municipality, by=bob, population=1_000, population_source="Meldewesen", version=version)
    with pytest.raises(StaleRecord):
        set_size(municipality=municipality, by=bob, population=2_000, population_source="Landesamt", version=version)
    fields = {"version": version, "population": "2000", "population_source": "Landesamt"}
    assert post(client, bob, municipality, "peers_membership", **fields).status_code == 409
