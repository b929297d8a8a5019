"""The start page shows each role what to do next, and costs the same for one project and for three."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import AssessmentTransition, Measure
from assessments.reports.profile.gate_status import load_gates
from assessments.reports.profile.load import load_profile
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from assessments.services.assignment import assign, assigned_to
from catalogue.edition_cache import cached_edition
from catalogue.models import Edition, EditionState
from scaling.accounts.models import Invitation, Membership, Role
from scaling.common.drawings import FORM_TOKENS, templates
from scaling.views import home
from tests.conftest import make_user
from tests.factories import make_catalogue, make_criterion, make_edition, make_project


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def approve(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    return assessment


@pytest.fixture
def round_of(municipality, alice):
    make_catalogue(2)

    def round_of(name: str = "Parkraum-App", **fields):
        project = make_project(municipality, name, team=[alice], **fields)
        return workflow.start_assessment(project=project, by=alice)

    return round_of


def test_visitor_reads_what_it_is_and_whom_it_serves(client, db):
    page = client.get("/").content.decode()
    assert reverse("account_login") in page
    assert "Für wen" in page


def test_visitor_of_an_empty_database_reads_no_heading_over_nothing(client, db):
    assert "Von der Idee bis zur Weitergabe" not in client.get("/").content.decode()
    make_catalogue(2)
    assert "Von der Idee bis zur Weitergabe" in client.get("/").content.decode()


def test_team_sees_the_next_open_criterion_and_its_tasks(client, round_of, alice):
    assessment = round_of()
    Measure.objects.create(project=assessment.project, text="Betrieb klären", owner=alice)
    sign_in(client, alice)
    page = client.get("/").content.decode()
    assert reverse("assessments:score", args=[assessment.public_id, "kriterium-1"]) in page
    assert "Betrieb klären" in page
    assert "Wartet auf Ihre Freigabe" not in page


def test_short_check_is_offered_to_whoever_can_rate_something(client, round_of, alice, bob, rita):
    round_of()
    address = reverse("assessments:short_check")
    assert address in start_page(client, alice)
    assert address in start_page(client, bob), "who leads the municipality"
    assert address not in start_page(client, rita)


def test_person_sees_the_criteria_assigned_to_them_until_they_are_rated(client, round_of, alice, bob):
    assessment = round_of()
    first, second = assessment.scores.order_by("criterion__order")
    assign(assessment=assessment, scores=[first.pk, second.pk], to=bob, by=alice)
    assert "Einschätzen:" not in start_page(client, alice)
    page = start_page(client, bob)
    assert f"{assessment.get_absolute_url()}?zeige=meine" in page
    assert "alle 2 Kriterien, die Ihnen zugewiesen sind" in page
    save_score(score=first, version=first.version, by=bob, answer=Answer("rated", 2, ""))
    page = start_page(client, bob)
    assert "1 Kriterium, das Ihnen zugewiesen ist" in page
    assert reverse("assessments:score", args=[assessment.public_id, "kriterium-2"]) in page
    assert reverse("assessments:score", args=[assessment.public_id, "kriterium-1"]) not in page
    workflow.submit(assessment=assessment, by=alice)
    assert "Einschätzen:" not in start_page(client, bob)


def start_page(client, person):
    sign_in(client, person)
    return client.get("/").content.decode()


def test_team_sees_how_many_answers_wait_for_confirmation(client, round_of, alice, bob):
    assessment = round_of()
    assert "nur übernommen" not in start_page(client, alice)
    score = assessment.scores.first()
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, ""))
    approve(assessment, alice, bob)
    workflow.start_assessment(project=assessment.project, by=alice)
    assert "0 in dieser Runde bestätigt, 1 nur übernommen" in start_page(client, alice)


@pytest.mark.parametrize("number", [1, 3])
def test_assigned_criteria_of_many_rounds_cost_one_query(round_of, alice, bob, number, django_assert_num_queries):
    rounds = [round_of(f"Projekt {index}") for index in range(number)]
    for assessment in rounds:
        assign(assessment=assessment, scores=assessment.scores.values_list("pk", flat=True), to=bob, by=alice)
    assert [len(found.scores) for found in assigned_to(bob, rounds)] == [2] * number
    with django_assert_num_queries(1):
        assigned_to(bob, rounds)
    with django_assert_num_queries(0):
        assigned_to(bob, [])


def test_team_reads_why_a_round_came_back(client, round_of, alice, bob):
    assessment = round_of()
    workflow.submit(assessment=assessment, by=alice)
    workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte den Nachweis ergänzen.")
    sign_in(client, alice)
    assert "Bitte den Nachweis ergänzen." in client.get("/").content.decode()


def test_manager_sees_what_waits_the_gates_and_what_changed(client, round_of, alice, bob):
    assessment = round_of()
    workflow.submit(assessment=assessment, by=alice)
    sign_in(client, bob)
    response = client.get("/")
    page = response.content.decode()
    assert response.context["to_approve"] == [assessment]
    assert f"{assessment.get_absolute_url()}#schritt" in page
    (row,) = response.context["rows"]
    assert (row.gate.state, row.gate.blockers) == ("not_examined", ("Kriterium kriterium-1",))
    assert "Kriterium kriterium-1" in page
    assert [(event.assessment, event.state, event.who) for event in response.context["events"]] == [
        (assessment, "submitted", "Alice")
    ]


@pytest.mark.parametrize("why", ["nobody else does", "they have answered something"])
def test_manager_who_rates_goes_on_where_they_were(client, round_of, alice, bob, why):
    assessment = round_of()
    sign_in(client, bob)
    assert "Weiter bewerten" not in client.get("/").text
    if why == "nobody else does":
        assessment.project.team.clear()
    else:
        first = assessment.scores.get(criterion__key="kriterium-1")
        save_score(score=first, version=first.version, by=bob, answer=Answer("rated", 2, "Es gibt einen Plan."))
    page = client.get("/").text
    assert "Weiter bewerten" in page
    workflow.submit(assessment=assessment, by=bob)
    assert "Weiter bewerten" not in client.get("/").text


def test_manager_sees_what_others_have_to_do_once_the_most_urgent_first(client, round_of, alice, bob):
    yesterday = timezone.localdate() - timedelta(days=1)
    for name, due_on in (("Parkraum-App", None), ("Mängelmelder", yesterday)):
        project = round_of(name).project
        for owner in (alice, bob):
            Measure.objects.create(project=project, text=f"{name} {owner}", owner=owner, due_on=due_on)
    Measure.objects.create(project=project, text="Erledigt", owner=alice, status="done")
    sign_in(client, bob)
    response = client.get("/")
    assert [measure.text for measure in response.context["of_others"]] == ["Mängelmelder Alice", "Parkraum-App Alice"]
    assert [measure.text for measure in response.context["tasks"]] == ["Mängelmelder Bob", "Parkraum-App Bob"]
    assert response.text.count("/erledigt/") == 4
    for place in ("aufgaben", "massnahmen"):  # whoever ticks one off comes back to the list it was in
        assert response.text.count(f'value="/#{place}"') == 2


def test_reader_cannot_tick_off_what_they_look_after(client, round_of, alice, bob, rita):
    assessment = approve(round_of(), alice, bob)
    Measure.objects.create(project=assessment.project, text="Lesen", owner=rita)
    sign_in(client, rita)
    page = client.get("/").text
    assert "Lesen" in page
    assert "/erledigt/" not in page


def steps_of(client):
    return {step.title: (step.is_done, step.is_next, step.url) for step in client.get("/").context["first_steps"]}


def test_manager_of_an_empty_municipality_is_led_through_the_first_steps(client, bob, municipality):
    # How Bob himself came is no invitation of his.
    accepted = {"email": bob.email, "token_hash": "x", "expires_at": timezone.now(), "accepted_at": timezone.now()}
    Invitation.objects.create(municipality=municipality, **accepted)
    sign_in(client, bob)
    place = [municipality.public_id]
    assert steps_of(client) == {
        "Kommune einrichten": (False, False, reverse("assessments:municipality_settings", args=place)),
        "Mitwirkende einladen": (False, True, reverse("people", args=place)),
        "Erstes Projekt anlegen": (False, False, reverse("assessments:project_create", args=place)),
        "Erste Bewertung beginnen": (False, False, ""),
    }
    assert reverse("reports:example") in client.get("/").content.decode()


def test_first_steps_follow_what_is_done_and_end_with_the_first_round(client, bob, alice, municipality):
    make_catalogue(2)
    sign_in(client, bob)
    assert [title for title, (done, _, _) in steps_of(client).items() if done] == ["Mitwirkende einladen"]
    project = make_project(municipality, team=[alice])
    start = reverse("assessments:start", args=[project.public_id])
    assert steps_of(client)["Erste Bewertung beginnen"] == (False, True, start)
    workflow.start_assessment(project=project, by=alice)
    assert steps_of(client) == {}


def test_whoever_put_all_of_it_in_the_archive_is_no_beginner(client, round_of, bob):
    project = round_of().project
    project.archived_at = timezone.now()
    project.save()
    sign_in(client, bob)
    response = client.get("/")
    assert response.context["first_steps"] == []
    assert "Die ersten Schritte" not in response.text
    assert "Alle Projekte sind im Archiv." in response.text


@pytest.mark.parametrize("person", ["alice", "rita"])
def test_first_steps_are_for_managers_alone(client, request, bob, person):
    sign_in(client, request.getfixturevalue(person))
    response = client.get("/")
    assert response.context["first_steps"] == []
    assert "Hier steht gerade kein Projekt" in response.content.decode()
    assert reverse("reports:example") in response.content.decode()


def test_first_steps_of_a_second_municipality_come_beside_the_work_of_the_first(client, round_of, bob, elsewhere):
    round_of()
    Membership.objects.create(user=bob, municipality=elsewhere, role=Role.MANAGER)
    sign_in(client, bob)
    assert steps_of(client)["Erstes Projekt anlegen"][2] == reverse("assessments:project_create", args=[elsewhere.public_id])


def test_operator_reads_how_a_municipality_is_made(client, db):
    sign_in(client, make_user("Otto", is_staff=True, is_superuser=True))
    page = client.get("/").content.decode()
    assert reverse("municipality_create") in page
    assert "create_municipality" in page
    assert "Fragen Sie die Leitung" not in page


def test_visitor_sees_what_comes_out_at_the_end(client, db):
    page = client.get("/").content.decode()
    assert reverse("reports:example") in page
    assert "erfundenes Beispiel" in page


def test_reader_sees_no_unapproved_round(client, round_of, rita):
    round_of()
    sign_in(client, rita)
    response = client.get("/")
    assert [row.speaking_round for row in response.context["rows"]] in ([], [None])
    assert "Runde 1" not in response.content.decode()


def test_curator_sees_the_editions(client, dora):
    edition = make_catalogue(1)
    sign_in(client, dora)
    response = client.get("/")
    assert response.context["editions"] == [edition]
    assert "Hier steht gerade kein Projekt" not in response.content.decode()


def test_stranger_sees_nothing_of_it(client, round_of, charlie):
    round_of()
    sign_in(client, charlie)
    assert "Parkraum-App" not in client.get("/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_start_page_costs_the_same_for_one_project_and_three(
    client, round_of, alice, bob, number, django_assert_max_num_queries
):
    for index in range(number):
        approve(round_of(f"Projekt {index}"), alice, bob)
    sign_in(client, bob)
    client.get("/")  # the catalogue is kept from now on
    with django_assert_max_num_queries(13) as counted:
        client.get("/")
    assert len(counted.captured_queries) == 13


def test_projects_of_the_page_are_shown_and_what_waits_of_all(client, municipality, alice, bob, monkeypatch):
    monkeypatch.setattr(home, "PROJECTS_PER_PAGE", 2)
    make_catalogue(2)
    for name in "ABCDE":
        project = make_project(municipality, name, team=[alice])
        if name in "AE":
            workflow.submit(assessment=workflow.start_assessment(project=project, by=alice), by=alice)
    sign_in(client, bob)
    pages = [client.get("/", {"seite": number}) for number in (1, 2, 3)]
    assert [[row.project.name for row in page.context["rows"]] for page in pages] == [["A", "B"], ["C", "D"], ["E"]]
    for page in pages:
        assert {assessment.project.name for assessment in page.context["to_approve"]} == {"A", "E"}
        assert [event.assessment.project.name for event in page.context["events"]] == ["E", "A"]
    assert pages[2].context["rows"][0].open_round in pages[2].context["to_approve"]
    assert 'href="?seite=3"' in pages[0].text


def test_what_waits_longest_is_approved_first_and_six_are_seen_at_once(client, municipality, alice, bob):
    make_catalogue(1)
    names = [f"Projekt {number}" for number in range(8, 0, -1)]
    for name in names:
        project = make_project(municipality, name, team=[alice])
        workflow.submit(assessment=workflow.start_assessment(project=project, by=alice), by=alice)
    sign_in(client, bob)
    page = client.get("/")
    assert [assessment.project.name for assessment in page.context["to_approve"]] == names
    seen, folded = page.text.split("<summary>", 1)
    assert "Weitere 2" in folded
    assert seen.count("#schritt") == 6


def test_past_rounds_are_not_read_however_many_years_there_are(client, round_of, alice, bob):
    project = approve(round_of(), alice, bob).project
    for _year in range(3):
        approve(workflow.start_assessment(project=project, by=alice), alice, bob)
    old = timezone.now() - 2 * home.EVENTS_SINCE
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # steps are never changed otherwise
        AssessmentTransition.objects.filter(assessment__round__lt=4).update(at=old)
        cursor.execute("SET LOCAL session_replication_role = origin")
    open_round = workflow.start_assessment(project=project, by=alice)
    sign_in(client, bob)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/")
    (row,) = page.context["rows"]
    assert (row.approved_round.round, row.open_round) == (4, open_round)
    assert {event.assessment.round for event in page.context["events"]} == {4}
    (rounds,) = (one["sql"] for one in asked.captured_queries if "record_phase" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(rounds)
        assert len(cursor.fetchall()) == 2


@pytest.mark.parametrize("person", ["alice", "bob"])
def test_of_many_rounds_that_wait_so_many_are_fetched_and_shown(client, municipality, alice, bob, person, monkeypatch):
    monkeypatch.setattr(home, "MAX_WAITING", 7)
    monkeypatch.setattr(home, "MAX_EVENTS", 1)
    monkeypatch.setattr(home, "PROJECTS_PER_PAGE", 1)
    home._ROUNDS._kept.clear()
    make_catalogue(1)
    asked = []
    for number in range(1, 12):
        project = make_project(municipality, f"Projekt {number:02}", team=[alice])
        assessment = workflow.start_assessment(project=project, by=alice)
        if person == "bob":
            workflow.submit(assessment=assessment, by=alice)
        elif number == 11:
            assign(assessment=assessment, scores=[score.pk for score in assessment.scores.all()], to=alice, by=bob)
        if number in (3, 7, 11):
            start_page(client, {"alice": alice, "bob": bob}[person])  # the catalogue is kept from now on
            with CaptureQueriesContext(connection) as queries:
                page = client.get("/")
            asked.append(len(queries))
            assert ("Es wartet noch mehr auf Sie" in page.text) == (number == 11)
            (rounds,) = (one["sql"] for one in queries.captured_queries if "record_phase" in one["sql"])
            with connection.cursor() as cursor:
                cursor.execute(rounds)
                assert len(cursor.fetchall()) <= 8 + 1 + 1
    assert len(set(asked)) == 1
    shown = page.context["to_approve"] or [found.assessment for found in page.context["to_edit"]]
    assert [one.project.name for one in shown] == [f"Projekt {number:02}" for number in range(1, 8)]
    if person == "alice":
        assert [one.assessment.project.name for one in page.context["assigned"]] == ["Projekt 11"]
    home._ROUNDS._kept.clear()


def test_own_measures_beyond_the_most_urgent_stand_with_their_projects(client, round_of, alice):
    project = round_of().project
    today = timezone.localdate()
    for number in range(home.MAX_WAITING + 2):
        Measure.objects.create(project=project, text=f"Schritt {number}", owner=alice, due_on=today - timedelta(days=number))
    page = start_page(client, alice)
    assert page.count("/erledigt/") == home.MAX_WAITING
    assert page.split("Weitere 18")[0].count("/erledigt/") == 6
    assert "Schritt 25" in page
    assert "Schritt 1\n" not in page
    assert "2 weitere Maßnahmen von Ihnen haben später oder gar keinen Termin" in page


def test_measures_of_others_beyond_the_most_urgent_are_in_the_plan(client, round_of, alice, bob):
    project = round_of().project
    wanted = home.MAX_WAITING + 2
    Measure.objects.bulk_create(Measure(project=project, text=f"Schritt {number}", owner=alice) for number in range(wanted))
    page = start_page(client, bob)
    assert page.count("/erledigt/") == home.MAX_WAITING
    assert "2 weitere Maßnahmen stehen im Plan" in page
    assert reverse("reports:plan", args=[project.municipality.public_id]) in page


@pytest.mark.parametrize("number", [1, 3])
def test_gates_of_many_rounds_cost_two_queries(round_of, number, django_assert_num_queries):
    rounds = [round_of(f"Projekt {index}") for index in range(number)]
    cached_edition(rounds[0].edition)
    with django_assert_num_queries(2):
        assert len(load_gates(rounds)) == number


def test_gates_agree_with_the_maturity_profile(round_of, alice, bob, municipality):
    pilot = round_of("Pilot")
    wide = make_project(municipality, "Ganzes", team=[alice], is_municipality_wide=True)
    whole = workflow.start_assessment(project=wide, by=alice)
    for assessment, gate in zip([pilot, whole], load_gates([pilot, whole]).values(), strict=True):
        current = load_profile(assessment).current_gate
        assert current is not None
        assert (gate.label, gate.state, gate.passed, gate.total) == (
            current.label,
            current.state,
            current.passed,
            current.total,
        )
        assert gate.blockers == tuple(blocker.title for blocker in current.blockers)


def test_gates_of_nothing_cost_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert load_gates([]) == {}


def test_project_page_shows_the_gates_on_the_road(client, municipality, alice):
    edition = make_edition(state=EditionState.DRAFT)
    make_criterion(edition, "zielbild", phase="p1", milestone=3)
    make_criterion(edition, "pilotbericht", phase="p3", milestone=3)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=timezone.now())
    project = make_project(municipality, team=[alice])
    round_ = workflow.start_assessment(project=project, by=alice)
    score = round_.scores.get(criterion__key="zielbild")
    save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 3))
    sign_in(client, alice)
    road = client.get(project.get_absolute_url()).context["road"]
    assert [(phase["state"], phase["note"]) for phase in road] == [
        ("reached", "Der Meilenstein ist erreicht."),
        ("not_examined", "P2 hat in dieser Ausgabe keinen eigenen Meilenstein. Gezählt hat 1 Meilenstein früherer Phasen."),
        (
            "current",
            (
                "Phasentor nicht geprüft. Der Meilenstein von P3 selbst ist noch nicht eingeschätzt. "
                "1 von 2 Meilensteinen fehlt noch. Kriterium pilotbericht."
            ),
        ),
        ("open", ""),  # both say that they are still to come
        ("open", ""),
    ]


def main_part(client, person, language="de"):
    """What the start page says to that person, without tokens of forms and without what stands around it."""
    client.cookies["django_language"] = language
    page = start_page(client, person)
    assert FORM_TOKENS not in page
    return re.sub(r'value="[\w-]{22,64}"', "", page[page.index("<main") : page.index("</main>")])


def test_start_page_drawn_from_what_is_kept_says_what_it_says_drawn_anew(client, round_of, alice, bob, rita):
    """Two roles and two languages in turns, before and after each thing that it shows has changed."""
    running, approved = round_of("Parkraum-App"), approve(round_of("Mängelmelder"), alice, bob)
    task = Measure.objects.create(project=running.project, text="Betrieb klären", owner=alice)
    days = {"due_on": timezone.localdate() - timedelta(days=1)}
    score = running.scores.first()
    changes = [
        lambda: None,
        lambda: save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "")),
        lambda: Measure.objects.filter(pk=task.pk).update(version=2, text="Betrieb regeln"),
        lambda: Measure.objects.filter(pk=task.pk).update(**days),
        lambda: type(running.project).objects.filter(pk=running.project_id).update(name="Parkraum-Lotse"),
        lambda: type(alice).objects.filter(pk=alice.pk).update(name="Alice Neu"),
        lambda: workflow.submit(assessment=running, by=alice),
        lambda: workflow.return_to_team(assessment=running, by=bob, comment="Bitte den Nachweis ergänzen."),
        lambda: workflow.reopen(assessment=approved, by=bob, reason="Noch einmal."),
        lambda: Membership.objects.filter(user=alice).update(role=Role.READER),
    ]
    said = []
    for change in changes:
        change()
        for person in (alice, bob, rita):
            person = type(person).objects.get(pk=person.pk)
            for language in ("de", "en"):
                kept = main_part(client, person, language)
                templates.clear()
                assert main_part(client, person, language) == kept
                main_part(client, person, language)
        said.append(main_part(client, type(alice).objects.get(pk=alice.pk)))
    assert len(set(said)) == len(changes), "each of these changes can be seen"
