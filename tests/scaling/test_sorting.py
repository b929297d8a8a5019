"""Names in the order Germans expect, whoever sorts them: PostgreSQL or Python."""

from django.db import connection

from assessments.models import Project
from scaling.accounts.models import Membership, Municipality, Role
from scaling.common.sorting import folded, sort_key
from tests.conftest import make_user
from tests.factories import make_project

SORTED = ["Aachener Weg", "Ämterbuch", "apfelbaum", "Öffnungszeiten", "Straße", "strasse 2", "Übersicht", "Zebrastreifen"]
TYPED = sorted(SORTED)


def test_typed_order_differs():
    assert TYPED != SORTED


def test_names_sorted_in_python():
    assert sorted(TYPED, key=sort_key) == SORTED


def test_database_folds_as_python_does(db):
    """All letters that European names are written with, but for a dozen rare ones, such as the Danish Ǣ with a line above."""
    letters = [chr(code) for code in range(0x20, 0x250) if chr(code) not in "µŉſǢǣǮǯǾǿǼǽǇǊ" and chr(code).isprintable()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, accounts_folded(word) FROM unnest(%s::text[]) AS word", [[*letters, *SORTED, "I\u0308 a\u0301"]]
        )
        differing = {word: found for word, found in cursor.fetchall() if found != folded(word)}
    assert differing == {}


def test_projects_sorted(municipality):
    for name in TYPED:
        make_project(municipality, name)
    assert [project.name for project in Project.objects.filter(municipality=municipality).by_name()] == SORTED


def test_a_persons_municipalities_sorted(bob):
    Membership.objects.filter(user=bob).delete()
    for number, name in enumerate(TYPED):
        place = Municipality.objects.create(name=name, ags=f"0399910{number}")
        Membership.objects.create(user=bob, municipality=place, role=Role.MANAGER)
    assert [membership.municipality.name for membership in bob.places] == SORTED


def test_people_sorted_on_the_page_of_a_municipality(client, municipality, bob):
    for number, name in enumerate(TYPED):
        person = make_user(f"p{number}")
        person.name = name
        person.save()
        Membership.objects.create(user=person, municipality=municipality, role=Role.TEAM)
    client.force_login(bob)
    page = client.get(f"/kommunen/{municipality.public_id}/personen/").content.decode()
    places = [page.index(f"{name}<") if f"{name}<" in page else page.index(name) for name in SORTED]
    assert places == sorted(places)
