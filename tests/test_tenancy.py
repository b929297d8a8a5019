from assessments.models import Project
from tests.factories import make_catalogue, make_project


def test_project_visible_to_its_people_only(municipality, alice, bob, charlie, rita):
    make_catalogue(1)
    project = make_project(municipality, team=[alice])
    other = make_project(municipality, "Fremdes Projekt")
    assert set(Project.objects.visible_to(alice)) == {project}
    assert set(Project.objects.visible_to(bob)) == {project, other}
    assert not Project.objects.visible_to(charlie).exists()
    assert not Project.objects.visible_to(rita).exists()
