"""Names of projects and municipalities: what looks the same is the same, also for two people at once."""

import unicodedata
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assessments.models import Project
from assessments.services.projects import NameTaken, create_project
from catalogue.models import Phase
from scaling.accounts.models import Municipality
from tests.races import at_once

NAME = "Ämterbuch"
ALIKE = [unicodedata.normalize("NFD", NAME), "ämterbuch", "Ämter\u00adbuch", " ÄMTERBUCH\u200b"]


def form(phase, name):
    return {"name": name, "phase": phase.pk, "version": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ALIKE)
def test_name_that_looks_the_same_is_refused(client, edition, municipality, elsewhere, bob, name):
    phase = Phase.objects.get(key="p3")
    url = f"/kommunen/{municipality.public_id}/projekte/neu/"
    client.force_login(bob)
    assert client.post(url, form(phase, NAME)).status_code == 302
    response = client.post(url, form(phase, name))
    assert response.status_code == 422
    assert "gibt es in Ihrer Kommune schon" in response.text
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.create(municipality=municipality, name=name, slug="x", phase=phase)
    Project.objects.create(municipality=elsewhere, name=name, slug="x", phase=phase)


@pytest.mark.django_db
def test_renaming_keeps_the_key_and_meets_the_rule(client, project, bob):
    other = Project.objects.create(municipality=project.municipality, name="Zweites", slug="z", phase=project.phase)
    client.force_login(bob)
    url = f"/projekte/{other.public_id}/bearbeiten/"
    assert client.post(url, form(project.phase, project.name.upper())).status_code == 422
    assert client.post(url, form(project.phase, NAME)).status_code == 302
    other.refresh_from_db()
    assert other.name_key == "ämterbuch"


@pytest.mark.django_db
def test_municipality_of_the_same_name_is_refused(municipality):
    twin = Municipality(name=municipality.name.upper(), ags="03999009")
    with pytest.raises(ValidationError, match="gibt es schon"):
        twin.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.django_db(transaction=True)
def test_one_of_two_projects_of_one_name_at_once_is_told_in_10_rounds(edition, municipality, bob):
    phase = Phase.objects.get(key="p3")
    for number in range(10):
        names = (f"Ämterbuch {number}", unicodedata.normalize("NFD", f"ÄMTERBUCH {number}"))
        results = at_once(*(partial(create_project, municipality=municipality, by=bob, name=n, phase=phase) for n in names))
        assert {type(result) for result in results} == {Project, NameTaken}
    assert municipality.projects.count() == 10
