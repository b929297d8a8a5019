"""A11: what is no number that a form of ours could have sent is told as such, at every door that takes one."""

import pytest
from django.urls import reverse

from assessments.models import Score

ODD = ["²", "½", "", "-1", "1e3", "0x1", "9" * 40, "①", " "]


@pytest.fixture
def doors(assessment, project, alice, municipality):
    """Address, and the fields it is sent besides its version."""
    score = assessment.scores.get(criterion__key="kriterium-1")
    criterion = reverse("assessments:score", args=[assessment.public_id, "kriterium-1"])
    row = f"s{score.pk}-"
    return {
        "table": (
            reverse("assessments:table", args=[assessment.public_id]),
            f"{row}version",
            {f"{row}rationale": "Neu", f"{row}choice": "2", f"{row}target_level": ""},
        ),
        "criterion": (criterion, "version", {"rationale": "Neu", "choice": "2"}),
        "confirm": (f"{criterion}stimmt-noch/", "version", {}),
        "project": (reverse("assessments:project_edit", args=[project.public_id]), "version", {"name": "Neu", "phase": "1"}),
        "account": ("/konto/", "version", {"name": "Neu", "language": "de"}),
        "role": (
            reverse("people_role", args=[municipality.public_id, alice.memberships.get().pk]),
            "version",
            {"role": "reader"},
        ),
        "settings": (
            reverse("assessments:municipality_settings", args=[municipality.public_id]),
            "version",
            {"entfernen": "1"},
        ),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("number", ODD)
def test_odd_version_is_no_error_of_ours_and_stores_nothing(client, doors, alice, bob, number):
    for person in (alice, bob):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for name, (path, field, data) in doors.items():
            response = client.post(path, {**data, field: number})
            assert response.status_code in {302, 400, 403, 409, 422}, (name, number)
            assert client.post(path, {**data, field: number, "autosave": "1"}).status_code < 500, (name, number)
    assert set(Score.objects.values_list("version", "rationale")) == {(1, "")}
    alice.refresh_from_db()
    assert (alice.name, alice.memberships.get().role) == ("Alice", "team")
