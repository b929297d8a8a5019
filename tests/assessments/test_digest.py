"""The weekly mail: who is told what, once a week, and nothing when there is nothing to say."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.mail.digest import _OPEN_ROUNDS, compose_digest, digest_for, due_people, send_digest
from assessments.models import Measure
from assessments.models.project import viewer_values
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from assessments.services.assignment import assign
from scaling.accounts.models import Membership, Role, User
from scaling.common.mail import Delivery
from scaling.doctor.services import timers
from tests.conftest import make_user
from tests.factories import make_project

MONDAY = date(2027, 5, 3)


def subjects(entries):
    return [getattr(entry, "measure", getattr(entry, "assessment", None)) for entry in entries]


def run(**options):
    out = StringIO()
    call_command("send_digest", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def measure(project, alice):
    return Measure.objects.create(project=project, text="Vertrag prüfen", owner=alice, due_on=MONDAY)


def test_digest_names_open_rounds_of_own_projects_with_progress(assessment, alice, bob, score):
    save_score(score=score, version=1, by=alice, answer=Answer(state="rated", level=2))
    (found,) = digest_for(alice, MONDAY).to_edit
    assert (found.assessment, found.counts.answered, found.counts.total) == (assessment, 1, 3)
    assert digest_for(bob, MONDAY).is_empty


def test_digest_names_waiting_approvals_for_managers(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    assert subjects(digest_for(bob, MONDAY).to_approve) == [assessment]
    assert digest_for(alice, MONDAY).is_empty


def test_digest_keeps_municipalities_apart(assessment, alice, charlie, rita, elsewhere):
    """Charlie manages elsewhere; named on the team by mistake, he still sees nothing."""
    workflow.submit(assessment=assessment, by=alice)
    assessment.project.team.add(charlie)
    Measure.objects.create(project=assessment.project, text="Fremd", owner=charlie, due_on=MONDAY)
    assert digest_for(charlie, MONDAY).is_empty
    assert digest_for(rita, MONDAY).is_empty


@pytest.mark.parametrize(
    ("days", "status", "where"),
    [
        (-1, "planned", "overdue"),
        (-400, "running", "overdue"),
        (0, "planned", "due"),
        (14, "running", "due"),
        (15, "planned", None),
        (-1, "done", None),
        (0, "dropped", None),
    ],
)
def test_digest_names_own_measures_that_are_late_or_due_soon(measure, alice, days, status, where):
    measure.due_on, measure.status = MONDAY + timedelta(days), status
    measure.save()
    digest = digest_for(alice, MONDAY)
    assert {"overdue": subjects(digest.overdue), "due": subjects(digest.due)} == {
        "overdue": [measure] if where == "overdue" else [],
        "due": [measure] if where == "due" else [],
    }


def test_digest_leaves_out_measures_of_others_and_without_a_date(measure, alice, bob):
    Measure.objects.create(project=measure.project, text="Irgendwann", owner=alice)
    Measure.objects.create(project=measure.project, text="Bobs", owner=bob, due_on=MONDAY)
    assert subjects(digest_for(alice, MONDAY).due) == [measure]


def test_command_sends_one_mail_with_everything(assessment, measure, alice, bob):
    measure.due_on = timezone.localdate() - timedelta(1)
    measure.save()
    assert run() == "1 sent, 1 with nothing to say, 0 failed\n"
    (message,) = mail.outbox
    assert message.to == ["alice@example.org"]
    assert message.subject == "Ihre Woche im Skalierungscheck"
    assert "ÜBERFÄLLIGE MASSNAHMEN" in message.body
    assert "- Vertrag prüfen (Parkraum-App), fällig seit " in message.body
    assert "- Parkraum-App, Runde 1: 0 eingeschätzt · 0 „weiß nicht“ · 0 „trifft nicht zu“ · 3 offen\n" in message.body
    assert f"http://127.0.0.1:8000/bewertungen/{assessment.public_id}/" in message.body
    assert "bestätigen" not in message.body
    assert "FREIGABE" not in message.body
    assert "\n-- \n" in message.body
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_command_sends_nothing_twice_in_a_week(assessment, alice):
    run()
    assert run() == "0 sent, 0 with nothing to say, 0 failed\n"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("sent_on", "told"),
    # Days to come were noted down by a clock that was ahead, and is right again.
    [
        (None, True),
        (MONDAY - timedelta(1), True),
        (MONDAY, False),
        (MONDAY + timedelta(6), False),
        (MONDAY + timedelta(7), True),
    ],
)
def test_week_begins_on_monday(alice, sent_on, told):
    User.objects.filter(pk=alice.pk).update(digest_sent_on=sent_on)
    for day in (MONDAY, MONDAY + timedelta(6)):
        assert (alice in due_people(day)) == told


def test_digest_is_not_sent_by_two_runs_at_once(assessment, alice):
    digests = [digest_for(User.objects.get(pk=alice.pk), MONDAY) for _run in range(2)]
    assert [send_digest(digest, MONDAY, Delivery()) for digest in digests] == [True, False]
    assert len(mail.outbox) == 1


def test_digest_names_answers_that_wait_for_confirmation(assessment, project, score, alice, bob):
    save_score(score=score, version=1, by=alice, answer=Answer(state="rated", level=2))
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    workflow.start_assessment(project=project, by=alice)
    run()
    assert "2 offen; 0 in dieser Runde bestätigt, 1 nur übernommen\n" in mail.outbox[0].body


def test_digest_names_criteria_assigned_to_the_person(assessment, score, alice, bob):
    others = assessment.scores.exclude(pk=score.pk)
    assign(assessment=assessment, scores=[score.pk, others[0].pk], to=alice, by=alice)
    assign(assessment=assessment, scores=[others[1].pk], to=bob, by=alice)
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2))
    run()
    assert "1 eingeschätzt · 0 „weiß nicht“ · 0 „trifft nicht zu“ · 2 offen; für Sie zu tun: 1\n" in mail.outbox[0].body


@pytest.mark.parametrize("change", [{"wants_digest": False}, {"is_active": False}])
def test_command_leaves_out_who_opted_out_or_left(assessment, alice, change):
    User.objects.filter(pk=alice.pk).update(**change)
    assert run() == "0 sent, 0 with nothing to say, 0 failed\n"
    assert mail.outbox == []


def test_command_still_sends_to_who_wants_no_notices(assessment, alice):
    User.objects.filter(pk=alice.pk).update(wants_notices=False)
    run()
    assert len(mail.outbox) == 1


def test_dry_run_prints_and_remembers_nothing(assessment, alice):
    out = run(dry_run=True)
    assert "To: alice@example.org\nSubject: Ihre Woche im Skalierungscheck\n" in out
    assert out.endswith("1 would be sent, 0 with nothing to say, 0 failed\n")
    assert mail.outbox == []
    assert User.objects.get(pk=alice.pk).digest_sent_on is None


def test_command_tries_again_when_the_mail_server_is_back(assessment, alice, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="1 mails were not sent"):
        run()
    assert User.objects.get(pk=alice.pk).digest_sent_on is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run()
    assert len(mail.outbox) == 1


def test_doctor_says_what_the_timer_did_not_do(assessment, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError):
        call_command("timer", "digest", stdout=StringIO())
    (said,) = [complaint.said for complaint in timers() if "digest" in complaint.said]
    assert said.endswith(": 1 mails were not sent")


@pytest.mark.parametrize("rows", [1, 3])
def test_digest_needs_four_queries_however_many_rows(rows, assessment, measure, municipality, alice, django_assert_num_queries):
    for number in range(1, rows):
        project = make_project(municipality, f"Projekt {number}", team=[alice])
        workflow.start_assessment(project=project, by=alice)
        Measure.objects.create(project=project, text="Mehr", owner=alice, due_on=MONDAY)
    person = User.objects.get(pk=alice.pk)
    with django_assert_num_queries(4):
        digest = digest_for(person, MONDAY)
    assert (len(digest.to_edit), len(digest.due)) == (rows, rows)


@pytest.mark.parametrize("rows", [1, 3])
def test_digest_of_a_manager_needs_four_queries(rows, municipality, edition, alice, bob, django_assert_num_queries):
    for number in range(rows):
        project = make_project(municipality, f"Projekt {number}", team=[alice])
        workflow.submit(assessment=workflow.start_assessment(project=project, by=alice), by=alice)
    person = User.objects.get(pk=bob.pk)
    with django_assert_num_queries(4):
        assert len(digest_for(person, MONDAY).to_approve) == rows


def test_digest_reads_no_round_that_it_does_not_tell(project, municipality, elsewhere, alice, bob, charlie):
    """A manager sees every round of the house; told is what they work on, and what they may approve."""
    rounds = []
    for number, place in enumerate([municipality] * 3 + [elsewhere]):
        other = make_project(place, f"Projekt {number}", team=[alice])
        rounds.append(workflow.start_assessment(project=other, by=charlie if place == elsewhere else bob))
    workflow.submit(assessment=rounds[0], by=alice)
    Membership.objects.create(user=bob, municipality=elsewhere, role=Role.TEAM)
    rounds[3].project.team.add(bob)
    bob = User.objects.get(pk=bob.pk)
    digest = digest_for(bob, MONDAY)
    assert (subjects(digest.to_approve), subjects(digest.to_edit)) == ([rounds[0]], [rounds[3]])
    workflow.submit(assessment=rounds[3], by=charlie)
    digest = digest_for(bob, MONDAY)
    assert (subjects(digest.to_approve), digest.to_edit) == ([rounds[0]], [])
    assert _OPEN_ROUNDS.rows(person=bob.pk, **viewer_values(bob)) == [rounds[0]]


def test_digest_is_written_in_the_persons_language(assessment, municipality):
    emma = make_user("Emma", language="en")
    Membership.objects.create(user=emma, municipality=municipality, role=Role.TEAM)
    assessment.project.team.add(emma)
    Measure.objects.create(project=assessment.project, text="Check", owner=emma, due_on=date(2020, 5, 3))
    run()
    assert "3 May 2020" in next(message.body for message in mail.outbox if message.to == [emma.email])


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("de", ["Zuletzt freigegeben: Runde 1 am ", "- Parkraum-App, Runde 2: 0 eingeschätzt"]),
        ("en", ["Last approved: Round 1 on ", "- Parkraum-App, Round 2: 0 rated"]),
    ],
)
def test_whole_digest_speaks_the_person_s_language(assessment, project, alice, bob, language, lines):
    """Also what is computed before anybody knows whom it is for."""
    User.objects.filter(pk=alice.pk).update(language=language)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    workflow.start_assessment(project=project, by=alice)
    run()
    (message,) = mail.outbox
    for line in lines:
        assert line in message.body


@pytest.mark.parametrize("n", [0, 1, 2])
def test_digest_of_each_role_names_what_there_is(project, municipality, alice, bob, rita, n):
    """The team's rounds and measures, the manager's approvals, nothing for readers; no heading over nothing."""
    today = timezone.localdate()
    for number in range(n):
        Measure.objects.create(project=project, text=f"Spät {number}", owner=alice, due_on=today - timedelta(1))
        Measure.objects.create(project=project, text=f"Bald {number}", owner=alice, due_on=today + timedelta(1))
        for name in (f"P{number} läuft", f"P{number} wartet"):
            started = workflow.start_assessment(project=make_project(municipality, name, team=[alice]), by=alice)
            if "wartet" in name:
                workflow.submit(assessment=started, by=alice)
    told = {person: digest_for(person, today) for person in (alice, bob, rita)}
    assert [told[person].is_empty for person in told] == [n == 0, n == 0, True]
    if n:
        team, manager = compose_digest(told[alice]).body, compose_digest(told[bob]).body
        assert [team.count(word) for word in ("- Spät ", "- Bald ", "- P")] == [n, n, n]
        assert ["FREIGABE" in team, "ÜBERFÄLLIGE" in team, "NÄCHSTEN ZWEI" in team, "IN ARBEIT" in team] == [
            False,
            True,
            True,
            True,
        ]
        assert manager.count("- P") == manager.count("(eingereicht am ") == n
        assert [word in manager for word in ("FREIGABE", "MASSNAHMEN", "IN ARBEIT")] == [True, False, False]
