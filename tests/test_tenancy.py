from django.urls import reverse

from assessments.models import Project
from scaling.accounts.models import Membership
from tests.cast import PASSWORD
from tests.factories import make_catalogue, make_project


def test_project_visible_to_its_people_only(municipality, alice, bob, charlie, rita):
    make_catalogue(1)
    project = make_project(municipality, team=[alice])
    other = make_project(municipality, "Fremdes Projekt")
    assert set(Project.objects.visible_to(alice)) == {project}
    assert set(Project.objects.visible_to(bob)) == {project, other}
    assert not Project.objects.visible_to(charlie).exists()
    assert not Project.objects.visible_to(rita).exists()


def test_pages_of_one_name_in_two_municipalities_name_their_own_alone(world, municipality, elsewhere, bob, charlie, client):
    """Both have a project of the same name, with people of their own: lists, log, previews and files end at the border."""
    Membership.objects.filter(user=charlie).update(role="manager")
    theirs = make_project(elsewhere, world.project.name, team=[charlie])
    theirs.summary = "Geheim drüben"
    theirs.save()
    own = {bob: (municipality, world.project), charlie: (elsewhere, theirs)}
    for person, other in ((bob, charlie), (charlie, bob)):
        client.force_login(person)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        place, _project = own[person]
        foreign_place, foreign_project = own[other]
        pages = [
            client.get(reverse("reports:municipality", args=[place.public_id])),
            client.get(reverse("people", args=[place.public_id])),
            client.get(reverse("people_list", args=[place.public_id])),
            client.get(reverse("trail", args=[place.public_id])),
            client.get(reverse("trail_file", args=[place.public_id, "csv"])),
            client.get(reverse("own_data")),
            client.get(reverse("data_of_member", args=[place.public_id, person.memberships.get().pk])),
        ]
        for page in pages:
            assert page.status_code == 200
            assert other.email not in page.text
            assert foreign_project.public_id not in page.text
            assert person == charlie or "Geheim drüben" not in page.text
        for name, *ids in (
            ("people_list", foreign_place.public_id),
            ("trail", foreign_place.public_id),
            ("trail_file", foreign_place.public_id, "json"),
            ("data_of_member", place.public_id, other.memberships.get().pk),
            ("data_of_member", foreign_place.public_id, other.memberships.get().pk),
        ):
            assert client.get(reverse(name, args=ids)).status_code == 404


def test_page_of_a_municipality_names_no_project_of_another_one_that_its_reader_manages_too(
    world, municipality, elsewhere, bob, client
):
    """Whoever belongs to both may see both, but each on its own page and in its own files."""
    Membership.objects.create(user=bob, municipality=elsewhere, role="manager")
    theirs = make_project(elsewhere, world.project.name)
    client.force_login(bob)
    for place, own, other in ((municipality, world.project, theirs), (elsewhere, theirs, world.project)):
        page = client.get(reverse("reports:municipality", args=[place.public_id]))
        assert own.public_id in page.text
        assert other.public_id not in page.text
        for name in ("reports:portfolio", "reports:plan", "reports:development", "trail", "people"):
            assert other.public_id not in client.get(reverse(name, args=[place.public_id])).text
