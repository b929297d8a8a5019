"""How a municipality and its projects moved: what happened in each quarter, each project's rounds, what moved and why."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from assessments.models import AssessmentRecord, Measure
from assessments.reports.development.build import development_of
from assessments.reports.development.reasons import fetch_moves
from assessments.reports.development.texts import standing
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.projects import change_project
from catalogue.models import Phase
from scaling.common.history import rewriting_history
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved

BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = date(2026, 11, 28)


def rated(**levels):
    return {key: Answer("rated", level, f"Grund {level}") for key, level in levels.items()}


def a_round(project, by, answers, on):
    assessment = workflow.start_assessment(project=project, by=by)
    answer(assessment, by, answers)
    return approved(assessment, by, on)


def another(municipality, by, name, answers, on, **project):
    return a_round(make_project(municipality, name, **project), by, answers, on)


def seen(person, municipality):
    return development_of(person, municipality, today=TODAY)


def quarter(person, municipality, year, number):
    (found,) = [one for one in seen(person, municipality).quarters if (one.year, one.number) == (year, number)]
    return found


def fetch(client, person, municipality, **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse("reports:development", args=[municipality.public_id]), query)


def move_on(project, phase, by):
    change_project(
        project=project,
        by=by,
        name=project.name,
        phase=Phase.objects.get(key=phase),
        summary=project.summary,
        confidentiality=project.confidentiality,
        team=list(project.team.all()),
    )
    project.refresh_from_db()


def done_on(measure, day):
    """As if its last step had been taken on that day."""
    with rewriting_history(), connection.cursor() as cursor:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        last = measure.history.order_by("-history_id").first()
        cursor.execute(
            "UPDATE assessments_historicalmeasure SET history_date = %s WHERE history_id = %s", [moment, last.history_id]
        )


def test_quarters_follow_each_other_without_a_gap(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST, date(2025, 11, 30))
    found = [(one.year, one.number) for one in seen(bob, municipality).quarters]
    assert found == [(2026, 4), (2026, 3), (2026, 2), (2026, 1), (2025, 4)]
    assert [one.is_running for one in seen(bob, municipality).quarters] == [True, False, False, False, False]


@pytest.mark.parametrize(("on", "expected"), [(date(2026, 3, 31), (2026, 1)), (date(2026, 4, 1), (2026, 2))])
def test_approval_counts_in_the_quarter_of_its_local_day(bob, municipality, edition, on, expected):
    another(municipality, bob, "Ämterbuch", FIRST, on)
    assert [(one.year, one.number) for one in seen(bob, municipality).quarters if one.approvals] == [expected]


def test_milestone_is_reached_in_the_quarter_of_its_approval(bob, municipality, edition):
    """Of a pilot's gate: „vertrauen“, „zielbild“ and „pilotbericht“. The first approval has two of them."""
    first = another(municipality, bob, "Ämterbuch", FIRST | rated(vertrauen=1), date(2026, 2, 1))
    a_round(first.project, bob, rated(vertrauen=3, zielbild=1), date(2026, 5, 1))
    early, late = quarter(bob, municipality, 2026, 1), quarter(bob, municipality, 2026, 2)
    assert (early.approvals, early.reached, early.reached_at_first, early.lost) == (1, 0, 2, 0)
    assert (late.approvals, late.reached, late.reached_at_first, late.lost) == (1, 1, 0, 1)


def test_gate_is_reached_once(bob, municipality, edition):
    everything = rated(vertrauen=3, zielbild=3, pilotbericht=2)
    first = another(municipality, bob, "Ämterbuch", everything, date(2026, 2, 1))
    a_round(first.project, bob, {}, date(2026, 5, 1))
    assert [(one.gates, one.gates_reached) for one in seen(bob, municipality).quarters] == [(0, 1), (0, 1), (0, 1), (1, 1)]


def test_next_phase_is_measured_by_its_own_gate(bob, municipality, edition):
    """Of P4 also „ratsbeschluss“: nobody was asked before, so its gate waited for it then, too."""
    everything = rated(vertrauen=3, zielbild=3, pilotbericht=2)
    first = another(municipality, bob, "Ämterbuch", everything, date(2026, 2, 1))
    move_on(first.project, "p4", bob)
    a_round(first.project, bob, rated(ratsbeschluss=3), date(2026, 5, 1))
    found = quarter(bob, municipality, 2026, 2)
    assert (found.reached, found.lost, found.gates) == (1, 0, 1)


def test_what_no_longer_applies_is_neither_reached_nor_lost(bob, municipality, edition):
    gone = {"vertrauen": Answer("not_applicable", rationale="Macht der Landkreis")}
    first = another(municipality, bob, "Ämterbuch", FIRST | rated(vertrauen=1), date(2026, 2, 1))
    a_round(first.project, bob, gone, date(2026, 5, 1))
    a_round(first.project, bob, rated(vertrauen=1), date(2026, 8, 1))
    for number in (2, 3):
        found = quarter(bob, municipality, 2026, number)
        assert (found.reached, found.lost) == (0, 0)


def test_reopened_round_speaks_until_it_was_reopened(bob, municipality, edition):
    first = another(municipality, bob, "Ämterbuch", rated(vertrauen=1), date(2026, 2, 1))
    later = a_round(first.project, bob, rated(vertrauen=3), date(2026, 5, 1))
    workflow.reopen(assessment=later, by=bob, reason="Ein Fehler")
    assert quarter(bob, municipality, 2026, 2).counts == (0, 0, 0, 1, 0)
    now = development_of(bob, municipality, today=timezone.localdate()).quarters[0]
    assert now.counts == (0, 1, 0, 0, 0)
    (trend,) = seen(bob, municipality).with_rounds
    assert [one.label for one in trend.rounds] == ["Runde 1"]


def test_end_of_a_quarter_is_the_sum_of_what_spoke_then(bob, municipality, edition):
    first = another(municipality, bob, "Ämterbuch", FIRST, date(2026, 2, 1))
    another(municipality, bob, "Zählwerk", rated(vertrauen=4), date(2026, 5, 1))
    a_round(first.project, bob, rated(vertrauen=2), date(2026, 8, 1))
    expected = {}
    for record in AssessmentRecord.objects.all():
        levels = record.figures["overall"]["levels"]
        expected[record.assessment.project.name, record.assessment.round] = [levels[str(level)] for level in range(5)]
    together = [a + b for a, b in zip(expected["Ämterbuch", 1], expected["Zählwerk", 1], strict=True)]
    assert list(quarter(bob, municipality, 2026, 1).counts) == expected["Ämterbuch", 1]
    assert list(quarter(bob, municipality, 2026, 2).counts) == together
    now = quarter(bob, municipality, 2026, 4)
    assert (now.speaking, sum(now.counts)) == (2, sum(expected["Ämterbuch", 2]) + 1)


def test_municipality_itself_counts_in_no_quarter_and_has_its_own_trend(bob, municipality, edition):
    another(municipality, bob, "Kommune insgesamt", rated(vertrauen=2), date(2026, 2, 1), is_municipality_wide=True)
    assert seen(bob, municipality).quarters == ()
    (trend,) = seen(bob, municipality).with_rounds
    assert trend.is_municipality_wide
    assert [one.mean for one in trend.rounds] == [2.0]


def test_trend_is_what_each_round_says(bob, municipality, settled):
    (trend,) = seen(bob, municipality).with_rounds
    for point, record in zip(trend.rounds, AssessmentRecord.objects.order_by("pk"), strict=True):
        figures = record.figures["overall"]
        told = (figures["average"]["value"], figures["average"]["rated"], figures["average"]["of"])
        assert (point.mean, point.n, point.m) == told
        assert point.change == (figures["change"]["value"] if figures["change"] else None)


def test_what_moved_is_told_with_its_reason_falls_first(client, bob, municipality, settled):
    (one,) = seen(bob, municipality).moved
    moves = fetch_moves([one])[one.record_id]
    assert [(move.key, move.is_fall, move.before, move.now) for move in moves] == [
        ("personal", True, 2, 1),
        ("vertrauen", False, 1, 2),
    ]
    assert moves[0].reason == "Eine Stelle ist unbesetzt"
    text = fetch(client, bob, municipality).text
    assert text.index("Eine Stelle ist unbesetzt") < text.index("Vereinbarung mit den Stadtwerken")


def test_measures_count_when_they_were_done_and_stayed_so(bob, municipality, project):
    done = Measure.objects.create(project=project, text="Fertig")
    done.status = "done"
    done.save()
    done_on(done, date(2026, 5, 5))
    again = Measure.objects.create(project=project, text="Wieder offen", status="done")
    again.status = "running"
    again.save()
    assert [(one.number, one.measures) for one in seen(bob, municipality).quarters] == [(4, 0), (3, 0), (2, 1)]
    assert standing(seen(bob, municipality)) == "Zuletzt im 2. Quartal 2026: 1 Maßnahme erledigt."


def test_nothing_approved_claims_nothing(client, bob, municipality, project):
    text = fetch(client, bob, municipality).text
    assert "Noch ist nichts freigegeben und keine Maßnahme erledigt." in text
    assert "<table" not in text


def test_everyone_sees_what_they_may(client, bob, alice, rita, charlie, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST, date(2026, 2, 1))
    another(municipality, bob, "Zählwerk", FIRST, date(2026, 2, 1), team=[alice])
    assert quarter(bob, municipality, 2026, 1).approvals == quarter(rita, municipality, 2026, 1).approvals == 2
    assert quarter(alice, municipality, 2026, 1).approvals == 1
    assert "Gezählt sind nur die Projekte, zu denen Sie gehören." in fetch(client, alice, municipality).text
    assert "Ämterbuch" not in fetch(client, alice, municipality).text
    assert fetch(client, charlie, municipality).status_code == 404


def test_words_of_an_address_are_no_query(client, bob, municipality, settled):
    for value in ("'; DROP TABLE", "9" * 400, "-1", "²"):
        assert fetch(client, bob, municipality, seite=value, bewegt=value, quartale=value).status_code == 200


def test_earlier_quarters_are_led_to(client, bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST, date(2021, 2, 1))
    assert "<span>1. Quartal 2021" not in fetch(client, bob, municipality).text
    assert "?quartale=2#quartale" in fetch(client, bob, municipality).text
    assert "<span>1. Quartal 2021" in fetch(client, bob, municipality, quartale="99").text


@pytest.mark.parametrize("projects", [1, 3])
def test_page_costs_the_same(client, bob, municipality, edition, projects, django_assert_num_queries):
    for number in range(projects):
        first = another(municipality, bob, f"Projekt {number}", FIRST, date(2025, 2, 1))
        move_on(first.project, "p4", bob)
        a_round(first.project, bob, rated(vertrauen=3), date(2025, 5, 1))
        Measure.objects.create(project=first.project, text="Fertig", status="done")
    fetch(client, bob, municipality)
    with django_assert_num_queries(10):
        client.get(reverse("reports:development", args=[municipality.public_id]))
