"""What happened since a round was approved is told beside its record."""

from datetime import date

import pytest
from django.urls import reverse

from assessments.models import Measure
from assessments.queries.since_approval import since_approval
from assessments.services.projects import change_project
from tests.reports.records import change_everything, record_of


def test_nothing_has_happened_since(settled, project):
    assert since_approval(record_of(settled), project) == []


def test_since_approval_is_told_beside_it(client, settled, project, municipality, alice, bob, dora):
    change_everything(project, municipality, alice, bob, dora)
    project.refresh_from_db()
    assert set(since_approval(record_of(settled), project)) >= {
        "2 Maßnahmen erledigt.",
        "1 Maßnahme dazugekommen.",
        "3 Maßnahmen mit neuem Termin.",
        "3 Maßnahmen mit anderem Text, anderem Kriterium oder anderer Zuständigkeit.",
        "Phase jetzt: P5 Transfer.",
        "Das Projekt heißt jetzt „Anders“.",
        "Die Kommune heißt jetzt „Stadt Umbenannt“.",
        "Die Beschreibung des Projekts ist neu.",
        "Vertraulichkeit jetzt: Nur für den Dienstgebrauch.",
        "Alice heißt jetzt Alice Neu.",
        "Alice Neu ist nicht mehr im Projektteam.",
    }
    client.force_login(bob)
    page = client.get(reverse("reports:profile", args=[settled.public_id]))
    assert "Seit der Freigabe:" in page.content.decode()
    assert page.context["profile"].meta.project == "Parkraum-App"


@pytest.mark.parametrize(
    ("done", "new", "lines"),
    [
        (0, 0, []),
        (1, 0, ["1 Maßnahme erledigt."]),
        (2, 0, ["2 Maßnahmen erledigt."]),
        (0, 1, ["1 Maßnahme dazugekommen."]),
        (1, 3, ["1 Maßnahme erledigt.", "3 Maßnahmen dazugekommen."]),
    ],
)
def test_since_approval_counts_in_words(client, settled, project, bob, done, new, lines):
    for measure in project.measures.exclude(status="done").order_by("pk")[:done]:
        measure.status = "done"
        measure.save()
    for number in range(new):
        Measure.objects.create(project=project, text=f"Neu {number}")
    assert since_approval(record_of(settled), project) == lines
    client.force_login(bob)
    page = " ".join(client.get(reverse("reports:profile", args=[settled.public_id])).text.split())
    assert ("Seit der Freigabe:</strong> " + " ".join(lines) in page) == bool(lines)
    assert ("Seit der Freigabe" in page) == bool(lines)


@pytest.mark.parametrize(
    ("teams", "lines"),
    [
        ([[]], ["Alice ist nicht mehr im Projektteam."]),
        ([[], ["alice"]], []),
        ([[], ["alice"], []], ["Alice ist nicht mehr im Projektteam."]),
        ([["alice", "bob"]], ["Bob ist zum Projektteam gekommen."]),
        ([["alice", "bob"], ["alice"]], []),
    ],
)
def test_since_approval_tells_of_the_team_what_is_different_now(settled, project, alice, bob, teams, lines):
    """Who left and came back is where they were when it was approved."""
    people = {"alice": alice, "bob": bob}
    for team in teams:
        change_project(
            project=project,
            by=bob,
            name=project.name,
            phase=project.phase,
            summary=project.summary,
            confidentiality=project.confidentiality,
            team=[people[name] for name in team],
        )
    assert since_approval(record_of(settled), project) == lines


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"status": "running"}, "1 Maßnahme wieder aufgenommen."),
        ({"text": "Anders gesagt"}, "1 Maßnahme mit anderem Text, anderem Kriterium oder anderer Zuständigkeit."),
        ({"owner_text": "Kämmerei"}, "1 Maßnahme mit anderem Text, anderem Kriterium oder anderer Zuständigkeit."),
        ({"due_on": date(2031, 1, 1)}, "1 Maßnahme mit neuem Termin."),
        ({"status": "dropped"}, "1 Maßnahme verworfen."),
        ({}, None),
    ],
)
def test_since_approval_tells_each_change_of_a_measure(settled, project, change, line):
    measure = project.measures.get(text="Alt")  # done already when the round was approved
    for name, value in change.items():
        setattr(measure, name, value)
    measure.save()
    assert since_approval(record_of(settled), project) == ([line] if line else [])
