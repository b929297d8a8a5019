"""The plan: what is to be done in all projects, by when, which gate waits for it, and what is only one level short."""

from datetime import date, timedelta

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, Measure
from assessments.reports.charts import Due, time_line
from assessments.reports.plan.build import plan_of
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.views.plan import MAX_STEPS, ROWS_PER_PAGE
from assessments.services import workflow
from assessments.services.answers import Answer
from tests.factories import make_project
from tests.reports.conftest import answer, approved

BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = date(2026, 11, 28)
#: Both milestones of a pilot one level short of it, and one far from it.
SHORT = {
    "vertrauen": Answer("rated", 0, "Nichts"),
    "zielbild": Answer("rated", 2, "Fast"),
    "pilotbericht": Answer("rated", 1, "Fast"),
}


def page_of(client, person, municipality, **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse("reports:plan", args=[municipality.public_id]), query)


@pytest.fixture
def short(project, alice, bob):
    assessment = workflow.start_assessment(project=project, by=alice)
    answer(assessment, alice, SHORT)
    return approved(assessment, bob, date(2026, 5, 20))


def measure(project, text, **fields):
    return Measure.objects.create(project=project, text=text, **fields)


def test_measures_come_by_day_and_those_without_one_last(bob, municipality, project, short):
    measure(project, "später", due_on=TODAY + timedelta(days=9))
    measure(project, "ohne")
    measure(project, "gestern", due_on=TODAY - timedelta(days=1))
    measure(project, "heute", due_on=TODAY)
    measure(project, "erledigt", due_on=TODAY, status="done")
    measure(project, "verworfen", due_on=TODAY, status="dropped")
    plan = plan_of(bob, municipality, today=TODAY)
    assert [one.text for one in plan.measures] == ["gestern", "heute", "später", "ohne"]
    assert [one.text for one in plan.overdue] == ["gestern"]  # what is due today is not overdue
    assert [one.text for one in plan.dated] == ["gestern", "heute", "später"]


def test_gate_is_the_first_that_waits_as_the_record_says(bob, municipality, project, short):
    for key in (*SHORT, "personal", "ratsbeschluss", ""):
        measure(project, key or "ganz", criterion_key=key)
    plan = plan_of(bob, municipality, today=TODAY)
    gates = AssessmentRecord.objects.get().document["figures"]["gates"]
    for one in plan.measures:
        waiting = [
            gate["label"]["de"] if isinstance(gate["label"], dict) else gate["label"]
            for gate in gates
            if one.criterion in {b["criterion"] for b in gate["blocked_by"]}
        ]
        assert (one.gate.label if one.gate else None) == (waiting[0] if waiting else None), one
    codes = {one.criterion: one.gate.code if one.gate else None for one in plan.measures}
    assert (codes["pilotbericht"], codes["ratsbeschluss"]) == ("P3", "P4")
    assert (codes["personal"], codes[""]) == (None, None)  # no milestone


def test_small_steps_are_one_level_short_of_the_gate_of_the_phase(bob, municipality, project, short):
    measure(project, "Bericht schreiben", criterion_key="pilotbericht", due_on=TODAY)
    plan = plan_of(bob, municipality, today=TODAY)
    (gate,) = [gate for gate in AssessmentRecord.objects.get().document["figures"]["gates"] if gate["is_current"]]
    wanted = {
        one["criterion"] for one in gate["blocked_by"] if one["cause"] == "below" and one["required_level"] - one["level"] == 1
    }
    found = {step.criterion: step for step in plan.small_steps}
    assert set(found) == wanted
    assert "pilotbericht" in wanted
    assert "vertrauen" not in wanted
    assert (found["pilotbericht"].level, found["pilotbericht"].required, found["pilotbericht"].measures) == (1, 2, 1)
    assert [one.is_small_step for one in plan.measures] == [True]


def test_gate_that_is_not_examined_waits_all_the_same(bob, alice, municipality, project):
    """Nobody has rated a milestone of the phase's own; the one of all phases is a level short, and the portfolio says so."""
    assessment = workflow.start_assessment(project=project, by=alice)
    answer(assessment, alice, {"vertrauen": Answer("rated", 2, "Fast")})
    record = approved(assessment, bob, date(2026, 5, 20)).records.get()
    (gate,) = [gate for gate in record.document["figures"]["gates"] if gate["is_current"]]
    asked = {one["criterion"]: one["required_level"] for one in gate["blocked_by"]}
    assert gate["state"] == "not_examined"
    measure(project, "Vereinbaren", criterion_key="vertrauen")
    plan = plan_of(bob, municipality, today=TODAY)
    assert plan.measures[0].gate is not None
    assert [(step.criterion, step.level, step.required) for step in plan.small_steps] == [("vertrauen", 2, asked["vertrauen"])]
    (row,) = portfolio_of(bob, municipality, {})[0].rows
    assert row.gate is not None
    assert "vertrauen" in row.gate.waits_for


def test_project_without_record_waits_for_nothing_it_did_not_say(bob, municipality, project):
    measure(project, "Etwas", criterion_key="vertrauen")
    (one,) = plan_of(bob, municipality, today=TODAY).measures
    assert one.gate is None
    assert not plan_of(bob, municipality, today=TODAY).small_steps


def test_who_sees_what(bob, alice, rita, charlie, municipality, project, short):
    measure(project, "Eigenes")
    measure(make_project(municipality, "Anderes"), "Fremdes")
    seen = {person: {one.text for one in plan_of(person, municipality).measures} for person in (bob, alice, rita, charlie)}
    assert seen == {bob: {"Eigenes", "Fremdes"}, alice: {"Eigenes"}, rita: {"Eigenes"}, charlie: set()}


def test_archived_project_has_no_plan(bob, municipality, project, short):
    measure(project, "Etwas")
    type(project).objects.update(archived_at=timezone.now())
    plan = plan_of(bob, municipality)
    assert (plan.measures, plan.small_steps) == ((), ())


def test_page_shows_drawing_and_table_of_the_same_measures(client, bob, municipality, project, short):
    for number in range(ROWS_PER_PAGE + 1):
        measure(project, f"Schritt-{number:02}", due_on=TODAY + timedelta(days=number), criterion_key="pilotbericht")
    page = page_of(client, bob, municipality).text
    assert page.count("Schritt-00") > 2
    assert "Schritt-12" not in page
    assert "P3" in page
    second = page_of(client, bob, municipality, seite=2).text
    assert "Schritt-12" in second
    assert "Schritt-00" not in second


def test_page_says_how_much_and_how_little(client, bob, municipality, project, short):
    empty = page_of(client, bob, municipality).text
    assert "Gerade ist keine Maßnahme offen." in empty
    assert "plan.ics" not in empty
    measure(project, "Eine", due_on=timezone.localdate() - timedelta(days=1))
    page = " ".join(page_of(client, bob, municipality).text.split())
    assert "1 Maßnahme ist noch offen. 1 davon ist überfällig." in page


def test_more_small_steps_than_fit_stay_within_reach(client, bob, alice, municipality, project, short):
    for number in range(MAX_STEPS):
        other = make_project(municipality, f"Projekt {number}", team=[alice])
        assessment = workflow.start_assessment(project=other, by=alice)
        answer(assessment, alice, SHORT)
        approved(assessment, bob, date(2026, 5, 20))
    plan = plan_of(bob, municipality)
    page = page_of(client, bob, municipality).text
    assert len(plan.small_steps) > MAX_STEPS
    assert all(step.project in page for step in plan.small_steps)
    assert page.count("verlangt ist Stufe") == len(plan.small_steps)


def test_calendar_holds_each_day_once_and_keeps_its_names(client, bob, municipality, project, short):
    due = measure(project, "Vertrag, Teil 1; „Muster“", due_on=TODAY, owner=bob, criterion_key="pilotbericht")
    measure(project, "ohne Termin")
    client.force_login(bob, backend=BACKEND)
    response = client.get(reverse("reports:plan_calendar", args=[municipality.public_id]))
    assert response["Content-Type"].startswith("text/calendar")
    assert response["Content-Disposition"].endswith('.ics"')
    calendar = icalendar.Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == f"Vertrag, Teil 1; „Muster“ ({project.name})"
    assert event.decoded("DTSTART") == TODAY
    assert event.decoded("DTEND") == TODAY + timedelta(days=1)
    assert str(event["UID"]) == f"{due.public_id}@skalierungscheck"
    assert "P3" in str(event["DESCRIPTION"])
    assert str(bob) in str(event["DESCRIPTION"])
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    english = client.get(reverse("reports:plan_calendar", args=[municipality.public_id]), {"sprache": "en"})
    assert b"Who: " in english.content.replace(b"\r\n ", b"")


def test_queries_stay_the_same_with_more_of_everything(client, bob, alice, municipality, project, short):
    def fill(number):
        for turn in range(number):
            other = make_project(municipality, f"Projekt {turn} von {number}", team=[alice])
            assessment = workflow.start_assessment(project=other, by=alice)
            answer(assessment, alice, SHORT)
            approved(assessment, bob, date(2026, 5, 20))
            measure(other, "Etwas", due_on=TODAY, owner=alice, criterion_key="pilotbericht")

    fill(1)
    page_of(client, bob, municipality)
    with CaptureQueriesContext(connection) as one:
        page_of(client, bob, municipality)
    fill(3)
    with CaptureQueriesContext(connection) as three:
        page_of(client, bob, municipality)
    assert len(three) == len(one)


def test_drawing_tells_today_overdue_and_small(municipality):
    rows = [
        Due("Alt", TODAY - timedelta(days=40), is_overdue=True),
        Due("Bald", TODAY + timedelta(days=3), note="Tor P3", is_small=True),
    ]
    for language, words in (("de", ("1 ist überfällig", "Ring")), ("en", ("1 is overdue", "Ring"))):
        with translation.override(language):
            drawing = time_line(rows, TODAY)
        assert all(word in drawing for word in words)
    assert drawing.count("<circle") == 1
    assert ">01.12.2026 · Tor P3<" in time_line(rows, TODAY)  # whole, where there is room
    assert "<svg" in time_line([], TODAY)


@pytest.mark.parametrize("width", [208.0, 250.0, 320.0])
def test_day_beside_a_mark_in_the_middle_begins_inside(width):
    import re

    rows = [Due("Alt", TODAY - timedelta(days=59), is_overdue=True), Due("Ende", TODAY + timedelta(days=123))]
    for days in range(0, 123, 10):
        rows.insert(-1, Due("Mitte", TODAY + timedelta(days=days), note="Tor P4"))
    drawing = time_line(rows, TODAY, width=width)
    assert min(float(x) for x in re.findall(r'<text x="(-?[\d.]+)"', drawing)) >= 2
    assert "Tor P4" in drawing  # where there is room


@pytest.mark.parametrize("width", [640.0, 832.0])
def test_words_stand_beside_the_marks_where_there_is_room(width):
    import re

    words = "Betriebshandbuch der Sensorplattform nachführen und gegenlesen lassen, danach zwei Wochen lang erproben"
    rows = [Due(words, TODAY - timedelta(days=40), is_overdue=True), Due("Bald", TODAY + timedelta(days=30))]
    drawing = time_line(rows, TODAY, width=width)
    marks = [float(x) for x in re.findall(r'<line x1="([\d.]+)"', drawing)]
    assert (min(marks) > width * 0.42) == (width > 800)


@pytest.mark.parametrize("days", [0, 1, 400, 20000])
@pytest.mark.parametrize("width", [208.0, 640.0, 832.0])
def test_nothing_of_the_drawing_leaves_it(days, width):
    import re

    rows = [Due("Ein langer Text " * 9, TODAY + timedelta(days=days), note="Phasentor " * 9), Due("x", TODAY)]
    drawing = time_line(sorted(rows, key=lambda row: row.on), TODAY, width=width)
    for x in re.findall(r'\b(?:x|x1|x2|cx)="(-?[\d.]+)"', drawing):
        assert -4 <= float(x) <= width + 4
