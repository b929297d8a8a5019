"""The portfolio: what was approved of each project, beside what runs and what is due; who sees what; what it costs."""

import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, Evidence, Measure, MeasureStatus, Project
from assessments.models.project import FieldOfAction
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.portfolio.narrowing import ORDERS, STATES, Narrowing
from assessments.reports.portfolio.texts import standing, waits_for, waits_for_stream
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.projects import change_project
from catalogue.models import Phase
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved, noon

BACKEND = "django.contrib.auth.backends.ModelBackend"
SCHEMA = Path(django_settings.BASE_DIR, "assessments/reports/export/schema/portfolio-1.json")


def fetch(client, person, municipality, name="portfolio", **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse(f"reports:{name}", args=[municipality.public_id]), query)


def another(municipality, by, name, answers=FIRST, on=date(2026, 2, 1)):
    project = make_project(municipality, name)
    assessment = workflow.start_assessment(project=project, by=by)
    answer(assessment, by, answers)
    return approved(assessment, by, on)


def seen(person, municipality, **query):
    return portfolio_of(person, municipality, query)[0]


def test_column_of_figures_is_what_the_document_says(first):
    for record in AssessmentRecord.objects.all():
        assert record.figures == record.document["figures"]


def test_record_still_refuses_changes_and_can_still_be_superseded(bob, first):
    workflow.reopen(assessment=first, by=bob, reason="Ein Fehler")
    assert AssessmentRecord.objects.get().superseded_at is not None
    with connection.cursor() as cursor, pytest.raises(Exception, match="was approved stays"):
        cursor.execute("UPDATE assessments_assessmentrecord SET document = document || '{\"figures\": {}}'")


def test_it_says_what_the_profiles_say(client, bob, municipality, settled):
    """The latest approved round speaks, figure by figure as in its own JSON."""
    row = seen(bob, municipality).rows[0]
    profile = client.force_login(bob, backend=BACKEND) or client.get(reverse("reports:json", args=[settled.public_id])).json()
    assert row.record.assessment_id == settled.public_id
    for figure, told in zip((*row.figures, row.overall), (*profile["workstreams"], profile["overall"]), strict=True):
        assert (figure.mean, figure.n, figure.m) == tuple(told["average"][key] for key in ("value", "rated", "of"))
        assert figure.is_provisional == told["average"]["is_provisional"]
        assert list(figure.counts) == list(told["levels"].values())
        assert figure.change == told["change"]["value"]
    assert [gate.state for gate in row.gates] == [gate["state"] for gate in profile["gates"]]
    assert row.fallen == profile["changes"]["counts"]["down"]
    own = next(gate for gate in profile["gates"] if gate["is_current"])
    assert [one.key for one in row.gate.obstacles] == [one["criterion"] for one in own["blocked_by"]]


def test_it_counts_apart_what_fell_and_what_rose(bob, municipality, edition):
    earlier = another(municipality, bob, "Zählwerk")
    levels = {"vertrauen": 3, "personal": 4, "zielbild": 2}  # from 1, 2 and 3
    later = workflow.start_assessment(project=earlier.project, by=bob)
    answer(later, bob, {key: Answer("rated", level, "Anders als zuvor") for key, level in levels.items()})
    approved(later, bob, date(2026, 8, 1))
    row = seen(bob, municipality).rows[0]
    assert (row.fallen, row.risen) == (1, 2)


def test_running_round_changes_no_figure(bob, municipality, first, second):
    row = seen(bob, municipality).rows[0]
    assert row.record.assessment_id == first.public_id
    assert row.running.assessment_id == second.public_id
    assert row.running.counts == type(second).objects.with_progress().get(pk=second.pk).counts


def test_nothing_approved_claims_nothing(client, bob, municipality, project):
    text = fetch(client, bob, municipality).text
    assert "keine Bewertung freigegeben" in text
    assert "Von den Projekten ist nichts freigegeben." in text
    assert "Kein freigegebenes Phasentor" not in text
    assert "nichts gesunken" not in text
    row = seen(bob, municipality).rows[0]
    assert (row.record, row.overall, row.gate, row.figures) == (None, None, None, ())


def test_own_round_of_the_municipality_is_not_called_nothing(client, bob, municipality, project):
    whole = make_project(municipality, "Kommune insgesamt", is_municipality_wide=True)
    assessment = workflow.start_assessment(project=whole, by=bob)
    answer(assessment, bob, FIRST)
    approved(assessment, bob, date(2026, 2, 1))
    text = fetch(client, bob, municipality).text
    assert "Von den Projekten ist nichts freigegeben." in text
    assert "Dazu ist nichts freigegeben" not in text
    assert "Runde 1" in text


def test_no_project_at_all(client, bob, municipality, edition):
    assert "Gerade steht hier kein Projekt; archivierte sind nicht mitgezählt." in fetch(client, bob, municipality).text


def test_what_several_wait_for_is_said_with_how_many(bob, municipality, first):
    for name in ("Ämterbuch", "Zählwerk"):
        another(municipality, bob, name)
    make_project(municipality, "Ohne Bewertung")
    found = seen(bob, municipality)
    stream = found.obstacle_streams[0]
    assert stream.key in ("organisatorisch", "technisch")
    assert stream.projects == ("Ämterbuch", "Parkraum-App", "Zählwerk")
    assert waits_for_stream(found, stream).startswith("3 von 3 Projekten warten auf Meilensteine aus „")
    assert waits_for(stream, 3, 2) == f"Alle 3 Projekte warten auf Meilensteine aus „{stream.name}“."
    assert waits_for(stream, 4, 2).startswith("3 von 4 Projekten warten auf Meilensteine aus „")
    shared = {one.key: one.projects for one in found.obstacle_criteria}
    assert shared["vertrauen"] == ("Ämterbuch", "Parkraum-App", "Zählwerk")
    assert standing(found).startswith("3 von 4 Projekten haben eine freigegebene Bewertung.")


def test_one_project_alone_shares_nothing(bob, municipality, first):
    found = seen(bob, municipality)
    assert found.obstacle_criteria == ()
    assert waits_for_stream(found, found.obstacle_streams[0]).startswith("„Parkraum-App“ wartet auf")


def test_municipality_itself_is_a_row_of_its_own_and_counts_in_no_figure(bob, municipality, first):
    whole = make_project(municipality, "Kommune insgesamt", is_municipality_wide=True)
    assessment = workflow.start_assessment(project=whole, by=bob)
    answer(assessment, bob, {"vertrauen": Answer("rated", 0, "Nichts")})
    approved(assessment, bob, date(2026, 3, 1))
    found = seen(bob, municipality)
    assert found.whole is not None
    assert found.whole.record is not None
    assert found.total == 1
    assert [row.name for row in found.rows] == ["Parkraum-App"]
    assert sum(count for _state, count in found.gate_counts) == 1
    assert all(name == "Parkraum-App" for one in found.obstacle_streams for name in one.projects)


@pytest.fixture
def whole(municipality, edition):
    return make_project(municipality, "Kommune insgesamt", is_municipality_wide=True)


def told_first(client, bob, municipality, **query):
    """Title and lines of what stands above the table."""
    page = fetch(client, bob, municipality, **query).text
    parts = re.findall(r"<h2[^>]*>(.*?)</h2>(.*?)</section>", page, flags=re.DOTALL)
    return {title: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for title, text in parts}


def test_what_waits_and_is_overdue_in_the_municipality_itself_is_not_passed_over(client, bob, municipality, first, whole):
    """„Nothing is overdue“ would be false, though the municipality counts in no figure over the projects."""
    running = workflow.start_assessment(project=whole, by=bob)
    workflow.submit(assessment=running, by=bob)
    Measure.objects.create(project=whole, text="Leitbild beschließen", due_on=timezone.localdate() - timedelta(days=3))
    told = told_first(client, bob, municipality)
    assert "Leitbild beschließen Kommune insgesamt" in told["Was ist überfällig?"]
    assert told["Was wartet?"].startswith("Kommune insgesamt : eingereicht am")
    told = told_first(client, bob, municipality, phase="p3")
    assert told["Was ist überfällig?"] == "Keine Maßnahme ist überfällig."
    assert "Kommune insgesamt" not in told["Was wartet?"]


def test_what_fell_and_rests_in_the_municipality_itself_is_not_passed_over(client, bob, municipality, whole):
    for level, on in ((3, date(2024, 3, 1)), (1, date(2024, 9, 1))):
        assessment = workflow.start_assessment(project=whole, by=bob, at=noon(on))
        answer(assessment, bob, {"vertrauen": Answer("rated", level, "Stand")})
        approved(assessment, bob, on)
    make_project(municipality, "Neu")
    told = told_first(client, bob, municipality)
    assert told["Was ist gesunken?"] == "Kommune insgesamt : 1 Kriterium"
    assert "Kommune insgesamt: seit 1. September 2024 nicht neu bewertet" in told["Was wartet?"]


@pytest.mark.parametrize(("query", "there"), [({}, True), ({"sortierung": "phase"}, True), ({"phase": "p3"}, False)])
def test_spreadsheet_has_the_municipality_where_the_page_has_it(client, bob, municipality, first, whole, query, there):
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "portfolio_xlsx", **query).content))
    names = [row[0] for row in book["Portfolio"].iter_rows(values_only=True)]
    assert ("Kommune insgesamt" in names) == there
    assert ('class="portfolio__whole"' in fetch(client, bob, municipality, **query).text) == there


def test_project_that_moved_on_is_told_with_both_phases(client, bob, municipality, first):
    """The marks are of the approval: none may say that a project stands where it no longer is."""
    assert seen(bob, municipality).rows[0].approved_phase == ""
    move(first.project, "p4", by=bob)
    row = seen(bob, municipality).rows[0]
    assert (row.phase_label, row.approved_phase, row.gate.phase) == ("P4 Verstetigung", "P3 Pilot", "p3")
    page = " ".join(fetch(client, bob, municipality).text.split())
    assert "· bei der Freigabe P3 Pilot" in page
    assert "hier steht das Projekt" not in page


def move(project, phase, by):
    change_project(
        project=project,
        by=by,
        name=project.name,
        phase=Phase.objects.get(key=phase),
        summary=project.summary,
        confidentiality=project.confidentiality,
        team=list(project.team.all()),
    )


def test_measures_are_of_today(client, bob, municipality, first):
    project, day = first.project, timezone.localdate()
    for status, due in [
        (MeasureStatus.PLANNED, day - timedelta(days=1)),
        (MeasureStatus.RUNNING, day),
        (MeasureStatus.PLANNED, None),
        (MeasureStatus.DONE, day - timedelta(days=9)),
        (MeasureStatus.DROPPED, day - timedelta(days=9)),
    ]:
        Measure.objects.create(project=project, text=f"Maßnahme {status} {due}", status=status, due_on=due, owner=bob)
    row = seen(bob, municipality).rows[0]
    assert (row.measures_open, row.measures_overdue) == (3, 1)
    assert [one.text for one in seen(bob, municipality).overdue] == [f"Maßnahme planned {day - timedelta(days=1)}"]
    text = fetch(client, bob, municipality).text
    assert "1 überfällig" in text
    assert "Keine Maßnahme ist überfällig." not in text


@pytest.mark.parametrize(("days", "said"), [(360, ""), (370, "nicht neu bewertet")])
def test_old_approvals_are_told(bob, municipality, edition, days, said):
    another(municipality, bob, "Alt", on=timezone.localdate() - timedelta(days=days))
    assert said in seen(bob, municipality).rows[0].stale
    assert bool(seen(bob, municipality).rows[0].stale) == bool(said)


def test_everyone_sees_what_they_may(client, bob, alice, rita, charlie, municipality, first, second):
    another(municipality, bob, "Ämterbuch")
    assert [row.name for row in seen(bob, municipality).rows] == ["Ämterbuch", "Parkraum-App"]
    assert [row.name for row in seen(alice, municipality).rows] == ["Parkraum-App"]
    reader = seen(rita, municipality)
    assert [row.running for row in reader.rows] == [None, None]
    assert not reader.sees_running
    text = fetch(client, rita, municipality).text
    assert "Was wartet?" not in text
    assert "Runde läuft" not in text
    assert fetch(client, charlie, municipality).status_code == 404
    assert fetch(client, charlie, municipality, "portfolio_json").status_code == 404


def test_archive_is_left_out(bob, municipality, first):
    first.project.archived_at = timezone.now()
    first.project.save()
    assert seen(bob, municipality).rows == ()


@pytest.mark.parametrize("state", [*STATES, "", "gibt-es-nicht"])
@pytest.mark.parametrize("order", [*ORDERS, "finanziell", "gibt-es-nicht"])
def test_every_narrowing_and_order_gives_a_page(bob, municipality, settled, state, order):
    another(municipality, bob, "Ämterbuch", {"vertrauen": Answer("rated", 4, "Ja"), "zielbild": Answer("rated", 4, "Ja")})
    make_project(municipality, "Ohne")
    names = [row.name for row in seen(bob, municipality, stand=state, sortierung=order).rows]
    assert set(names) <= {"Ämterbuch", "Ohne", "Parkraum-App"}
    if state not in STATES:
        assert len(names) == 3
    if state == "ohne":
        assert names == ["Ohne"]


def test_projects_are_put_in_order_by_gate_field_and_person(bob, alice, municipality, first):
    """What has none of it comes last; within equal ones the name decides."""
    reached = another(
        municipality, bob, "Ämterbuch", {"vertrauen": Answer("rated", 4, "Ja"), "zielbild": Answer("rated", 4, "Ja")}
    )
    make_project(municipality, "Ohne")
    make_project(municipality, "Auch ohne")
    first.project.team.set([alice])
    reached.project.team.set([bob, alice])
    Project.objects.filter(pk=first.project.pk).update(field=FieldOfAction.MOBILITY)
    Project.objects.filter(pk=reached.project.pk).update(field=FieldOfAction.ENERGY)

    def order(word):
        return [row.name for row in seen(bob, municipality, sortierung=word).rows]

    assert order("stand") == ["Parkraum-App", "Ämterbuch", "Auch ohne", "Ohne"]
    assert order("feld") == ["Ämterbuch", "Parkraum-App", "Auch ohne", "Ohne"]
    assert order("person") == ["Ämterbuch", "Parkraum-App", "Auch ohne", "Ohne"]
    first.project.team.set([bob])
    reached.project.team.set([])
    assert order("person") == ["Parkraum-App", "Ämterbuch", "Auch ohne", "Ohne"]


@pytest.mark.parametrize(("days", "shown"), [(-1, ["Parkraum-App"]), (89, ["Parkraum-App"]), (400, [])])
def test_projects_whose_evidence_runs_out_are_shown_alone(bob, municipality, first, days, shown):
    another(municipality, bob, "Ämterbuch", {"vertrauen": Answer("rated", 4, "Ja")})
    score = first.scores.filter(state="rated")[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Evidence.objects.create(score=score, text="Vertrag", valid_until=timezone.localdate() + timedelta(days=days))
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert [row.name for row in seen(bob, municipality, stand="nachweise").rows] == shown


def test_selection_says_that_it_is_one(bob, municipality, first):
    """With one of two shown, nothing reads as if it were about both."""
    another(municipality, bob, "Ämterbuch", {"vertrauen": Answer("rated", 4, "Ja"), "zielbild": Answer("rated", 4, "Ja")})
    assert standing(seen(bob, municipality)).startswith("2 von 2 Projekten haben")
    found = seen(bob, municipality, workstream="technisch")
    assert [row.name for row in found.rows] == ["Parkraum-App"]
    assert standing(found).startswith("Auswahl: 1 von 2 Projekten. Das Projekt hat eine freigegebene Bewertung.")
    assert waits_for_stream(found, found.obstacle_streams[0]).startswith("„Parkraum-App“ wartet auf")


def test_words_of_an_address_are_no_query(client, bob, municipality, first):
    for value in ("'; DROP TABLE", "\x00", "9" * 400, "-1", "²"):
        words = dict.fromkeys(("stand", "phase", "workstream", "person", "sortierung", "seite"), value)
        client.force_login(bob, backend=BACKEND)
        status = client.get(reverse("reports:portfolio", args=[municipality.public_id]), words).status_code
        assert status == (400 if value == "\x00" else 200)


def test_narrowed_page_leads_to_narrowed_files(client, bob, municipality, first):
    another(municipality, bob, "Ämterbuch", {"vertrauen": Answer("rated", 4, "Ja")})
    page = fetch(client, bob, municipality, workstream="organisatorisch", sortierung="phase")
    assert "portfolio.json?workstream=organisatorisch&amp;sortierung=phase" in page.text
    told = fetch(client, bob, municipality, "portfolio_json", workstream="organisatorisch").json()
    assert told["narrowed"] == "workstream=organisatorisch"
    assert told["projects_in_all"] == 2


@pytest.mark.parametrize("language", ["de", "en"])
def test_json_has_its_published_shape(client, bob, municipality, settled, language):
    make_project(municipality, "Ohne")
    make_project(municipality, "Kommune insgesamt", is_municipality_wide=True)
    Measure.objects.create(project=settled.project, text="Spät", due_on=date(2020, 1, 1))
    workflow.start_assessment(project=settled.project, by=bob)
    schema = json.loads(SCHEMA.read_text())
    document = fetch(client, bob, municipality, "portfolio_json", sprache=language).json()
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())
    assert client.get(reverse("reports:portfolio_schema")).json() == schema
    assert document["projects"][1]["overall"]["average"]["value"] == seen(bob, municipality).rows[1].overall.mean


def test_xlsx_has_the_same_figures(client, bob, municipality, settled):
    content = fetch(client, bob, municipality, "portfolio_xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = {row[0]: row for row in book["Portfolio"].iter_rows(values_only=True)}
    row = seen(bob, municipality).rows[0]
    told = rows["Parkraum-App"]
    assert told[3].date() == row.record.on
    assert told[4] == row.overall.mean
    streams = {one[0]: one for one in book["Workstreams"].iter_rows(values_only=True)}["Parkraum-App"]
    assert [streams[3 + 2 * number] for number in range(4)] == [figure.mean for figure in row.figures]
    open_milestones = [one[2] for one in book["Offene Meilensteine"].iter_rows(min_row=2, values_only=True)]
    assert open_milestones == [one.title for one in row.gate.obstacles]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_sheet_can_be_read_on_paper(client, bob, municipality, settled, language):
    """A landscape page takes some 150 characters at their 11 points; with more than 195 they have less than a note's 8.5."""
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "portfolio_xlsx", sprache=language).content))
    for sheet in book:
        columns = sheet.column_dimensions.values()  # neighbours of one width are one
        assert sum(one.width * (one.max - one.min + 1) for one in columns) <= 195, sheet.title


def test_formulas_in_names_stay_text(client, bob, municipality, edition):
    make_project(municipality, "=1+1")
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, bob, municipality, "portfolio_xlsx").content))
    found = [cell for row in book["Portfolio"] for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in found] == ["s"]


@pytest.mark.parametrize("projects", [1, 3])
def test_page_costs_the_same(client, bob, municipality, edition, projects, django_assert_num_queries):
    for number in range(projects):
        assessment = another(municipality, bob, f"Projekt {number}")
        workflow.start_assessment(project=assessment.project, by=bob)
        Measure.objects.create(project=assessment.project, text="Spät", due_on=date(2020, 1, 1), owner=bob)
        Evidence.objects.create(score=assessment.scores.first(), text="Alt", valid_until=date(2020, 1, 1))
    fetch(client, bob, municipality)
    with django_assert_num_queries(13):
        fetch_again = client.get(reverse("reports:portfolio", args=[municipality.public_id]))
    assert fetch_again.text.count("Projekt ") >= projects


def test_english_has_no_german(client, bob, municipality, settled):
    with translation.override("en"):
        assert standing(seen(bob, municipality)).startswith("The project has an approved assessment.")
    assert Narrowing().query == ""
