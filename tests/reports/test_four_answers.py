"""What a mayor asks first: on the start page of a manager and the municipality's page, true for each role, at a fixed cost."""

import html
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from assessments.models import Evidence, Measure, Project
from assessments.reports.four_answers import texts
from assessments.reports.four_answers.build import a_year_from, four_answers
from assessments.reports.four_answers.load import load_waiting
from assessments.reports.plan.what_if import Assumed, project_what_if
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.portfolio.texts import gates_of
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.projects import standing_project
from scaling.accounts.models import Membership, Role, User
from tests.cast import make_user
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved

BACKEND = "django.contrib.auth.backends.ModelBackend"
QUESTIONS = ("Wo stehen wir?", "Was hält uns auf?", "Wer ist zu spät?", "Was wird nächstes Jahr sein?")


def found(person, municipality):
    projects = Project.objects.visible_to(person).filter(municipality=municipality).select_related("phase")
    waiting = load_waiting(person, municipality.pk)
    return four_answers(person, [municipality], projects, waiting=waiting)[municipality.pk]


def page_of(client, person, municipality):
    client.force_login(person, backend=BACKEND)
    return text_of(client.get(reverse("reports:municipality", args=[municipality.public_id])))


def start_of(client, person):
    client.force_login(person, backend=BACKEND)
    return text_of(client.get("/"))


def text_of(response):
    assert response.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def measure(project, key, days, **fields):
    due_on = None if days is None else timezone.localdate() + timedelta(days=days)
    return Measure.objects.create(project=project, text=f"Für {key}", criterion_key=key, due_on=due_on, **fields)


def another(municipality, by, name, answers=FIRST, on=date(2026, 2, 1)):
    assessment = workflow.start_assessment(project=make_project(municipality, name), by=by)
    answer(assessment, by, answers)
    return approved(assessment, by, on)


@pytest.fixture
def house(municipality, bob, edition):
    """The municipality's own approved round."""
    assessment = workflow.start_assessment(project=standing_project(municipality=municipality, by=bob), by=bob)
    answer(assessment, bob, FIRST)
    return approved(assessment, bob, date(2026, 3, 1))


@pytest.mark.parametrize("page", ["start", "municipality"])
def test_all_four_come_before_anything_else(client, bob, municipality, first, page):
    text = start_of(client, bob) if page == "start" else page_of(client, bob, municipality)
    places = [text.index(question) for question in QUESTIONS]
    assert places == sorted(places)
    assert places[-1] < text.index("Phase und Phasentor" if page == "start" else "Projekt anlegen")
    assert "Das Projekt hat eine freigegebene Bewertung." in text
    assert "„Parkraum-App“ wartet auf Meilensteine aus „" in text
    assert "Keine Maßnahme ist überfällig." in text
    assert "ist keine Maßnahme mit einem Termin geplant." in text
    assert "Vorausschau" not in text, "nothing is planned, so nothing is foreseen"


def test_they_say_what_the_portfolio_says(bob, municipality, settled):
    for name in ("Ämterbuch", "Zählwerk"):
        another(municipality, bob, name)
    make_project(municipality, "Ohne Bewertung")
    measure(settled.project, "vertrauen", -3, owner_text="Amt 10")
    own, portfolio = found(bob, municipality), portfolio_of(bob, municipality, {})[0]
    assert (own.total, own.approved) == (portfolio.total, len(portfolio.with_record))
    assert own.gate_counts == portfolio.gate_counts
    assert own.obstacle_streams == portfolio.obstacle_streams
    assert own.obstacle_criteria == portfolio.obstacle_criteria
    assert own.overdue == len(portfolio.overdue) == 1
    assert (own.risen, own.fallen) == tuple(sum(getattr(row, name) for row in portfolio.rows) for name in ("risen", "fallen"))
    assert own.compared == 1
    assert gates_of(own.gate_counts) in texts.standing(own)


def test_gate_falls_on_the_day_that_what_if_says(client, bob, municipality, first):
    done = measure(first.project, "vertrauen", 40)
    own = found(bob, municipality)
    projected = project_what_if(bob, first.project, Assumed(frozenset({done.public_id})))
    assert projected
    [fall] = own.next_year.falls
    [gate] = [gate for gate in projected.gates if gate.falls_on and gate.label == fall.gate]
    assert gate.label == first.project.phase.label
    assert (fall.project, fall.on) == ("Parkraum-App", gate.falls_on)
    text = page_of(client, bob, municipality)
    day = date_format(done.due_on, "SHORT_DATE_FORMAT")
    assert "Vorausschau, kein Befund. Wird alles zum Termin erledigt, wäre das offene Phasentor erreicht" in text
    assert f"Parkraum-App ({gate.label}, {day})" in text
    assert "ist 1 Maßnahme geplant, auf 1 davon wartet ein Phasentor." in text


def test_no_gate_falls_by_what_is_not_planned_in_time(bob, municipality, first):
    days = (a_year_from(timezone.localdate()) - timezone.localdate()).days
    for late in (days + 1, None):
        Measure.objects.all().delete()
        measure(first.project, "vertrauen", late)
        ahead = found(bob, municipality).next_year
        assert (ahead.planned, ahead.undated) == (0, int(late is None))
        assert ahead.falls == ()
    Measure.objects.all().delete()
    measure(first.project, "vertrauen", days)
    assert len(found(bob, municipality).next_year.falls) == 1
    Measure.objects.update(criterion_key="personal")
    own = found(bob, municipality)
    assert own.next_year.falls == ()
    assert own.next_year.serving == 0
    assert "damit noch nicht erreicht" in texts.projection(own)


def test_what_is_overdue_is_done_at_once_in_the_projection(bob, municipality, first):
    measure(first.project, "vertrauen", -100)
    [fall] = found(bob, municipality).next_year.falls
    assert fall.on == timezone.localdate()


def test_gate_that_waits_for_two_needs_both(bob, municipality, edition):
    levels = {**FIRST, "pilotbericht": FIRST["vertrauen"]}
    project = another(municipality, bob, "Zwei", levels).project
    measure(project, "vertrauen", 10)
    assert found(bob, municipality).next_year.falls == ()
    measure(project, "pilotbericht", 20)
    [fall] = found(bob, municipality).next_year.falls
    assert fall.on == timezone.localdate() + timedelta(days=20)


def test_who_is_late_is_named_with_how_much_and_since_when(client, alice, bob, municipality, first):
    for days, who in ((-5, alice), (-9, alice), (-7, None), (-1, bob), (1, bob)):
        measure(first.project, "vertrauen", days, owner=who)
    measure(first.project, "vertrauen", -20, owner=bob, status="done")
    own = found(bob, municipality)
    assert [(one.who, one.number) for one in own.late] == [("Alice", 2), ("", 1), ("Bob", 1)]
    text = page_of(client, bob, municipality)
    day = date_format(timezone.localdate() - timedelta(days=9), "SHORT_DATE_FORMAT")
    assert f"Alice: 2 Maßnahmen, die erste fällig seit {day}" in text
    assert "Niemand benannt: 1 Maßnahme" in text
    assert "und 1 weitere überfällige Maßnahme" in text


def test_two_people_of_one_name_are_two(bob, municipality, first):
    twins = [make_user(name) for name in ("Anna", "anna2")]
    User.objects.filter(pk__in=[one.pk for one in twins]).update(name="Anna Schmidt")
    first.project.team.add(*twins)
    for number, one in enumerate(twins, start=1):
        measure(first.project, "vertrauen", -number, owner=one)
    measure(first.project, "vertrauen", -9, owner_text="Anna Schmidt")
    late = found(bob, municipality).late
    assert [(one.who, one.number) for one in late] == [("Anna Schmidt", 1)] * 3


def test_evidence_that_runs_out_within_the_year_is_counted(bob, municipality, second):
    today = timezone.localdate()
    Evidence.objects.filter(text="Vertrag").update(valid_until=a_year_from(today))
    Evidence.objects.filter(text="Protokoll").update(valid_until=today - timedelta(days=1))
    own = found(bob, municipality)
    assert (own.next_year.expiring, own.next_year.expired) == (1, 1)
    assert texts.ageing(own) == ["1 Nachweis läuft bis dahin ab.", "1 Nachweis ist schon abgelaufen."]
    Evidence.objects.filter(text="Vertrag").update(valid_until=a_year_from(today) + timedelta(days=1))
    assert found(bob, municipality).next_year.expiring == 0


def test_nothing_rated_claims_nothing(client, bob, municipality, project):
    text = page_of(client, bob, municipality)
    assert "Für das Projekt ist keine Bewertung freigegeben." in text
    assert "Das lässt sich sagen, sobald eine Bewertung freigegeben ist." in text
    assert "Kein freigegebenes Phasentor wartet" not in text
    assert "Vorausschau" not in text


def test_without_any_project_there_is_only_the_way_to_the_first(client, bob, municipality, edition):
    text = page_of(client, bob, municipality)
    assert "Noch kein Projekt" in text
    assert "Wo stehen wir?" not in text
    assert "Wo stehen wir?" not in start_of(client, bob)


def test_archive_is_in_no_figure_and_said_where_there_is_nothing_else(client, bob, municipality, first):
    measure(first.project, "vertrauen", -5)
    Project.objects.update(archived_at=timezone.now())
    own = found(bob, municipality)
    assert (own.total, own.approved, own.overdue, own.next_year.open_gates) == (0, 0, 0, 0)
    text = page_of(client, bob, municipality)
    assert "Das einzige Projekt ist im Archiv." in text
    assert "Noch kein Projekt" not in text


def test_archive_of_what_one_sees_is_not_called_all_there_is(client, alice, rita, bob, municipality, first):
    make_project(municipality, "Nicht Alices")
    Project.objects.filter(pk=first.project_id).update(archived_at=timezone.now())
    for person in (alice, rita):
        text = page_of(client, person, municipality)
        assert "Das einzige Projekt" not in text
        assert "Gerade steht hier kein Projekt; archivierte sind nicht mitgezählt." in text
        assert "sobald eine Bewertung freigegeben ist" not in text, "one is"
        assert "Archivierte Projekte zählen nicht mit." in text


def test_what_was_approved_and_reopened_is_not_called_never_approved(client, bob, municipality, first):
    workflow.reopen(assessment=first, by=bob, reason="Noch einmal")
    text = page_of(client, bob, municipality)
    assert "Für das Projekt ist keine Bewertung freigegeben." in text
    assert "Für das Projekt ist noch keine" not in text


NOT_APPLICABLE = Answer("not_applicable", rationale="Macht der Landkreis.")


@pytest.mark.parametrize("key", ["vertrauen", "zielbild", "pilotbericht"])
def test_what_is_not_examined_is_never_told_as_nothing_in_the_way(client, bob, municipality, edition, key):
    for name, rated in (("Nichts trifft zu", {}), ("Eins schon", {key: Answer("rated", 4, "Da")})):
        another(municipality, bob, name, {**dict.fromkeys(FIRST, NOT_APPLICABLE), **rated})
    number = "1 ist" if key == "pilotbericht" else "2 sind"
    said = f"wartet auf einen Meilenstein. {number} nicht geprüft; darüber sagt das nichts."
    assert said in page_of(client, bob, municipality)
    for page in ("portfolio", "municipal"):
        assert said in text_of(client.get(reverse(f"reports:{page}", args=[municipality.public_id]))), page


def test_own_gate_names_what_does_not_apply(client, bob, municipality, edition):
    assessment = workflow.start_assessment(project=standing_project(municipality=municipality, by=bob), by=bob)
    answer(assessment, bob, {"vertrauen": NOT_APPLICABLE, "personal": FIRST["personal"]})
    approved(assessment, bob, date(2026, 3, 1))
    text = page_of(client, bob, municipality)
    assert "Phasentor nicht geprüft. „Kriterium vertrauen“ entfällt: Macht der Landkreis." in text
    assert "wartet auf einen Meilenstein. 1 ist nicht geprüft; darüber sagt das nichts." in text
    client.cookies["django_language"] = "en"
    assert "‘Trust’ is left out: Macht der Landkreis." in page_of(client, bob, municipality)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"vertrauen": Answer("unknown"), "personal": Answer("unknown")}, "0 gesunken, 2 nicht mehr eingeschätzt, 0"),
        ({"vertrauen": Answer("rated", 4, "Mehr"), "personal": Answer("rated", 0, "Weg")}, "1 gesunken, 1"),
        (
            {"zielbild": NOT_APPLICABLE, "personal": Answer("rated", 4, "Da")},
            "0 gesunken, 1 nicht mehr eingeschätzt, 1",
        ),
        ({"zielbild": Answer("rated", 1, "Weg")}, "1 gesunken, 0"),
    ],
)
def test_falls_are_told_before_rises_and_what_lost_its_level_with_them(bob, municipality, first, then, said):
    later = workflow.start_assessment(project=first.project, by=bob)
    answer(later, bob, then)
    approved(later, bob, date(2026, 5, 1))
    assert f"Kriterien seit der vorigen Runde: {said} gestiegen; " in " ".join(texts.standing(found(bob, municipality)))


def test_one_line_of_what_holds_up_says_that_others_follow(bob, municipality, edition):
    for name, keys in (("Eins", ["vertrauen"]), ("Zwei", ["vertrauen", "zielbild"])):
        another(municipality, bob, name, {**FIRST, **dict.fromkeys(keys, Answer("rated", 1, "Wenig"))})
    [first, *_] = texts.holding_up(found(bob, municipality))
    assert first.endswith("aus „Organisatorisch“: Eins und Zwei. 1 weiterer Workstream hält auf.")


def test_only_the_own_round_speaks_for_itself(client, bob, municipality, house):
    text = page_of(client, bob, municipality)
    assert "Es gibt noch kein Projekt. Kommune insgesamt: Runde 1 vom 01.03.2026, Phasentor noch nicht erreicht." in text
    assert "Die Kommune insgesamt wartet auf „" in text
    assert "Kein freigegebenes Phasentor wartet" not in text
    measure(house.project, "vertrauen", 30)
    own = found(bob, municipality)
    assert own.next_year.open_gates == 1
    assert own.total == 0


def test_each_role_sees_the_truth_of_what_it_may_see(client, alice, bob, rita, municipality, first):
    another(municipality, bob, "Nicht Alices")
    waits = workflow.start_assessment(project=make_project(municipality, "Eingereicht"), by=bob)
    workflow.submit(assessment=waits, by=bob)
    assert "2 von 3 Projekten haben eine freigegebene Bewertung." in page_of(client, bob, municipality)
    assert "1 Bewertung wartet seit" in page_of(client, bob, municipality)
    assert "Gezählt" not in page_of(client, bob, municipality)
    team = page_of(client, alice, municipality)
    assert "Das Projekt hat eine freigegebene Bewertung." in team
    assert "Nicht Alices" not in team
    assert "Gezählt sind nur die Projekte, zu denen Sie gehören." in team
    reader = page_of(client, rita, municipality)
    assert "2 von 2 Projekten haben eine freigegebene Bewertung." in reader
    assert "wartet seit" not in reader
    assert "Gezählt ist, was Sie lesen dürfen" in reader
    assert "Wo stehen wir?" not in start_of(client, alice), "the start page of a team is its work"


def test_no_figure_holds_anything_of_another_municipality(bob, charlie, municipality, elsewhere, first):
    before = found(bob, municipality)
    theirs = another(elsewhere, charlie, "Fremd")
    measure(theirs.project, "vertrauen", -5)
    assert found(bob, municipality) == before


def test_two_municipalities_are_answered_apart(client, bob, municipality, elsewhere, first):
    Membership.objects.create(user=bob, municipality=elsewhere, role=Role.MANAGER)
    another(elsewhere, bob, "Drüben")
    text = start_of(client, bob)
    assert text.count("Wo stehen wir?") == 2
    assert text.index(municipality.name) < text.index("Wo stehen wir?")


def test_a_year_from_a_leap_day():
    assert a_year_from(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_from(date(2026, 11, 28)) == date(2027, 11, 28)


def test_in_english(client, bob, municipality, first):
    measure(first.project, "vertrauen", 40)
    with translation.override("en"):
        own = found(bob, municipality)
        assert texts.projection(own).startswith("If everything is done on time, the open phase gate would be reached:")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "cost"), [("start", 16), ("municipality", 13)])
def test_they_cost_the_same_for_one_project_and_three(client, alice, bob, municipality, edition, number, page, cost):
    for name in range(number):
        project = another(municipality, bob, f"Projekt {name}").project
        measure(project, "vertrauen", 30, owner=alice)
        measure(project, "personal", -30, owner=alice)
    client.force_login(bob, backend=BACKEND)
    address = "/" if page == "start" else reverse("reports:municipality", args=[municipality.public_id])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    asked = [one["sql"] for one in queries if "SAVEPOINT" not in one["sql"]]
    assert len(asked) == cost, "\n".join(asked)
