"""How a municipality and its projects moved: what happened in each quarter, each project's rounds, what moved and why."""

import io
from datetime import UTC, date, datetime

import jsonschema
import openpyxl
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, Measure
from assessments.reports.development.build import development_of
from assessments.reports.development.reasons import fetch_moves
from assessments.reports.development.texts import standing
from assessments.reports.views import development as views
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


def fetch(client, person, municipality, name="development", **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse(f"reports:{name}", args=[municipality.public_id]), query)


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


@pytest.mark.parametrize(("counts", "wide"), [((0, 0, 0, 0, 0), 1), ((9, 10, 0, 0, 0), 2), ((1684, 2230, 2346, 1131, 437), 4)])
def test_columns_have_room_for_the_longest_of_their_numbers(counts, wide):
    assert f'class="evidence__counts evidence__counts--{wide}"' in render_to_string(
        "report/municipal/counts.html", {"counts": counts}
    )


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
    assert "Derzeit ist nichts freigegeben und keine Maßnahme erledigt; archivierte Projekte zählen nicht." in text
    assert "<table" not in text


@pytest.mark.parametrize("language", ["de", "en"])
def test_own_round_of_the_municipality_is_not_called_nothing(client, bob, municipality, edition, language):
    """It counts in no quarter, and stands in the table all the same."""
    another(municipality, bob, "Kommune insgesamt", FIRST, date(2026, 2, 1), is_municipality_wide=True)
    make_project(municipality, "Ämterbuch")
    said = {
        "de": "Nur die Kommune insgesamt hat eine freigegebene Bewertung; von den Projekten ist keine freigegeben,",
        "en": "Only the municipality as a whole has an approved assessment; none of the projects has one,",
    }[language]
    with translation.override(language):
        assert standing(seen(bob, municipality)).startswith(said)
    text = " ".join(fetch(client, bob, municipality).text.split())
    assert "nichts freigegeben" not in text
    assert "Kommune insgesamt</a>" in text


def test_own_round_of_the_municipality_taken_back_is_nothing_again(bob, municipality, edition):
    round_ = another(municipality, bob, "Kommune insgesamt", FIRST, date(2026, 2, 1), is_municipality_wide=True)
    workflow.reopen(assessment=round_, by=bob, reason="Ein Fehler")
    assert standing(seen(bob, municipality)).startswith("Derzeit ist nichts freigegeben und keine Maßnahme erledigt;")


def test_everyone_sees_what_they_may(client, bob, alice, rita, charlie, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST, date(2026, 2, 1))
    another(municipality, bob, "Zählwerk", FIRST, date(2026, 2, 1), team=[alice])
    assert quarter(bob, municipality, 2026, 1).approvals == quarter(rita, municipality, 2026, 1).approvals == 2
    assert quarter(alice, municipality, 2026, 1).approvals == 1
    assert "nur die eigenen; mehr sehen" in fetch(client, alice, municipality).text
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


@pytest.mark.parametrize("language", ["de", "en"])
def test_json_has_its_published_shape(client, bob, municipality, settled, language):
    another(municipality, bob, "Kommune insgesamt", rated(vertrauen=2), date(2026, 2, 1), is_municipality_wide=True)
    document = fetch(client, bob, municipality, "development_json", sprache=language).json()
    schema = client.get(reverse("reports:development_schema")).json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())


def test_json_says_what_the_page_says(client, bob, municipality, settled):
    document = fetch(client, bob, municipality, "development_json").json()
    development = development_of(bob, municipality)
    told = [(one["year"], one["quarter"], one["milestones"]["reached"], one["approvals"]) for one in document["quarters"]]
    assert told == [(one.year, one.number, one.reached, one.approvals) for one in development.quarters]
    (trend,) = development.with_rounds
    assert [one["average"]["value"] for one in document["projects"][0]["rounds"]] == [one.mean for one in trend.rounds]
    (moved,) = document["moved"]
    assert [(one["criterion"], one["before"], one["now"]) for one in moved["reasons"]] == [
        ("personal", 2, 1),
        ("vertrauen", 1, 2),
    ]
    assert moved["reasons"][0]["reason"] == "Eine Stelle ist unbesetzt"


def test_xlsx_has_the_same_quarters(client, bob, municipality, edition):
    first = another(municipality, bob, "Ämterbuch", rated(vertrauen=3, zielbild=3, pilotbericht=1), date(2026, 2, 1))
    a_round(first.project, bob, rated(pilotbericht=2), date(2026, 5, 1))
    a_round(first.project, bob, rated(vertrauen=0, zielbild=0), date(2026, 8, 1))
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "development_xlsx").content))
    rows = {row[0]: row for row in book["Quartale"].iter_rows(values_only=True)}
    lost_and_gates = set()
    for one in development_of(bob, municipality).quarters:
        told = rows[f"{one.number}. Quartal {one.year}"]
        assert told[2:8] == (
            *(one.approvals, one.reached + one.reached_at_first, one.reached_at_first),
            *(one.lost, one.gates, one.measures),
        )
        assert told[8:15] == (one.speaking, *one.counts, one.gates_reached)
        lost_and_gates.add((one.lost, one.gates))
    assert lost_and_gates == {(0, 0), (0, 1), (2, 0)}


def test_xlsx_has_the_same_figures(client, bob, municipality, settled):
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "development_xlsx").content))
    (trend,) = development_of(bob, municipality).with_rounds
    rounds = list(book["Runden"].iter_rows(min_row=2, values_only=True))
    assert [(row[2].date(), row[3], row[7]) for row in rounds] == [(one.on, one.mean, one.change) for one in trend.rounds]
    moved = list(book["Was sich bewegt hat"].iter_rows(min_row=2, values_only=True))
    assert moved[0][4:] == ("gesunken", 2, 1, "Eine Stelle ist unbesetzt")


def test_file_tells_how_far_back_its_reasons_go(client, bob, municipality, settled, monkeypatch):
    a_round(settled.project, bob, rated(vertrauen=4), timezone.localdate())
    monkeypatch.setattr(views, "TOLD", 1)
    document = fetch(client, bob, municipality, "development_json").json()
    assert [one["reasons"] is None for one in document["moved"]] == [False, True]
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "development_xlsx").content))
    said = [row[0] for row in book["Was sich bewegt hat"].iter_rows(values_only=True)]
    assert said[-1] == "Erzählt sind die letzten 1 von 2 Runden, in denen sich etwas bewegt hat."


def test_files_show_what_one_may_see(client, bob, alice, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST, date(2026, 2, 1))
    another(municipality, bob, "=1+1", FIRST, date(2026, 2, 1), team=[alice])
    document = fetch(client, alice, municipality, "development_json").json()
    assert (document["projects_counted"], [one["name"] for one in document["projects"]]) == ("own", ["=1+1"])
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, alice, municipality, "development_xlsx").content))
    assert [row[0].data_type for row in book["Runden"].iter_rows(min_row=2)] == ["s"]


def test_files_without_an_approval_are_files(client, bob, municipality, project):
    assert fetch(client, bob, municipality, "development_json").json()["quarters"] == []
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "development_xlsx").content))
    assert book.sheetnames == ["Quartale", "Runden", "Was sich bewegt hat"]


@pytest.mark.parametrize("kind", ["xlsx", "json"])
@pytest.mark.parametrize("projects", [1, 3])
def test_file_costs_the_same(client, bob, municipality, edition, projects, kind, django_assert_num_queries):
    for number in range(projects):
        first = another(municipality, bob, f"Projekt {number}", FIRST, date(2025, 2, 1))
        move_on(first.project, "p4", bob)
        a_round(first.project, bob, rated(vertrauen=3), date(2025, 5, 1))
    fetch(client, bob, municipality)
    with django_assert_num_queries(13):  # those of the page, and three that put the download into the log
        client.get(reverse(f"reports:development_{kind}", args=[municipality.public_id]))
