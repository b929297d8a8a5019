"""Mails about a step: to whom, in which language, after the commit and never in its way."""

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format

from assessments.mail import notifications
from assessments.models import AssessmentTransition, TransitionKind
from assessments.services import workflow
from scaling.accounts.models import Membership, Role, User
from tests.conftest import make_user
from tests.mails import mails_leave

URL = "http://127.0.0.1:8000/bewertungen/"


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Runs a step with its commit, and says who got which subject."""

    def told(step, **arguments):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            step(**arguments)
        return sorted((message.to[0], message.subject) for message in mail.outbox)

    return told


@pytest.fixture
def anna(municipality, project):
    """On the team beside Alice."""
    user = make_user("Anna")
    Membership.objects.create(user=user, municipality=municipality, role=Role.TEAM)
    project.team.add(user)
    return user


@pytest.fixture
def submitted(assessment, alice):
    return workflow.submit(assessment=assessment, by=alice)


def test_submitted_is_told_to_managers_only(told, assessment, alice, anna, bob, rita, charlie):
    subject = "Zur Freigabe: Parkraum-App, Runde 1"
    assert told(workflow.submit, assessment=assessment, by=alice) == [("bob@example.org", subject)]
    text = mail.outbox[0].body
    assert text.startswith("Guten Tag, Bob,\n\nAlice hat die Bewertung „Parkraum-App, Runde 1“ am ")
    assert "3 Kriterien: 0 eingeschätzt · 0 „weiß nicht“ · 0 „trifft nicht zu“ · 3 offen." in text
    assert f"{URL}{assessment.public_id}/" in text
    assert "\n\n\n" not in text
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_submitted_by_the_only_manager_is_told_to_nobody(told, assessment, bob):
    assert told(workflow.submit, assessment=assessment, by=bob) == []


def test_returned_is_told_to_team_and_submitter_with_the_comment(told, assessment, alice, anna, bob, municipality):
    boss = make_user("Berta")
    Membership.objects.create(user=boss, municipality=municipality, role=Role.MANAGER)
    workflow.submit(assessment=assessment, by=boss)
    found = told(workflow.return_to_team, assessment=assessment, by=bob, comment="Bitte <b>alle</b> Fragen & Gründe ansehen.")
    subject = "Zurückgegeben: Parkraum-App, Runde 1"
    assert found == [("alice@example.org", subject), ("anna@example.org", subject), ("berta@example.org", subject)]
    assert "\nBitte <b>alle</b> Fragen & Gründe ansehen.\n" in mail.outbox[0].body


def test_approved_is_told_to_the_team(told, submitted, alice, anna, bob, rita):
    subject = "Freigegeben: Parkraum-App, Runde 1"
    found = told(workflow.approve, assessment=submitted, by=bob)
    assert found == [("alice@example.org", subject), ("anna@example.org", subject)]


def test_reopened_is_told_to_the_team_with_the_reason(told, submitted, alice, bob):
    workflow.approve(assessment=submitted, by=bob)
    found = told(workflow.reopen, assessment=submitted, by=bob, reason="Der Ratsbeschluss fehlt.")
    assert found == [("alice@example.org", "Wieder geöffnet: Parkraum-App, Runde 1")]
    assert "Der Ratsbeschluss fehlt." in mail.outbox[0].body


def test_notice_is_not_sent_to_who_acted(told, submitted, anna, bob, project):
    project.team.add(bob)
    assert [to for to, _subject in told(workflow.approve, assessment=submitted, by=bob)] == [
        "alice@example.org",
        "anna@example.org",
    ]


@pytest.mark.parametrize("change", [{"wants_notices": False}, {"is_active": False}])
def test_notice_is_not_sent_to_who_opted_out_or_left(told, submitted, anna, bob, alice, change):
    for field, value in change.items():
        setattr(anna, field, value)
    anna.save()
    assert [to for to, _subject in told(workflow.approve, assessment=submitted, by=bob)] == ["alice@example.org"]


@pytest.mark.parametrize("role", [None, Role.READER])
def test_notice_is_not_sent_to_team_names_without_the_right(told, submitted, anna, bob, role):
    """Someone who left the municipality, or reads only, may still stand on the project's list."""
    anna.memberships.all().delete()
    if role:
        Membership.objects.create(user=anna, municipality=submitted.project.municipality, role=role)
    assert "anna@example.org" not in [to for to, _subject in told(workflow.approve, assessment=submitted, by=bob)]


def test_notice_is_written_in_the_recipients_language(told, submitted, alice, anna, bob):
    anna.language = "en"
    anna.save()
    told(workflow.approve, assessment=submitted, by=bob)
    german, english = sorted(mail.outbox, key=lambda message: message.to)
    for language, text in (("de", german.body), ("en", english.body)):
        with translation.override(language):
            day = date_format(timezone.localtime(submitted.approval.at), "DATE_FORMAT")
        assert f" {day}" in text


def test_notice_keeps_a_line_break_in_a_name_out_of_the_header(told, submitted, alice, bob, project):
    project.name = "Parkraum\r\nBcc: spy@example.org"
    project.save()
    assert [subject for _to, subject in told(workflow.approve, assessment=submitted, by=bob)] == [
        "Freigegeben: Parkraum Bcc: spy@example.org, Runde 1"
    ]


def test_notice_is_not_sent_when_the_step_is_rolled_back(assessment, alice, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks, transaction.atomic():
        workflow.submit(assessment=assessment, by=alice)
        transaction.set_rollback(True)
    assert callbacks == []
    assert mail.outbox == []


def test_notice_is_not_sent_inside_the_transaction(assessment, alice, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        workflow.submit(assessment=assessment, by=alice)
        assert mail.outbox == []
    assert len(callbacks) == 1


def test_notice_is_not_sent_while_muted(told, assessment, alice, bob):
    with notifications.muted():
        assert told(workflow.submit, assessment=assessment, by=alice) == []
    assert told(workflow.return_to_team, assessment=assessment, by=bob, comment="Und jetzt?") != []


class BrokenServer:
    """Refuses one address, or everything."""

    def __init__(self, refused=None, **options):
        self.refused = refused

    def open(self):
        if self.refused is None:
            raise OSError("no route to host")

    def close(self):
        raise OSError("already gone")

    def send_messages(self, messages):
        if self.refused in (None, *messages[0].to):
            raise OSError("mailbox unavailable")
        mail.outbox.extend(messages)
        return len(messages)


@pytest.fixture
def broken_server(monkeypatch):
    """Puts the broken server in the place of Django's own test backend."""

    def broken_server(refused=None):
        monkeypatch.setattr("scaling.common.mail.get_connection", lambda: BrokenServer(refused))

    return broken_server


def test_step_succeeds_when_the_mail_server_is_away(told, assessment, alice, bob, broken_server, caplog):
    broken_server()
    assert told(workflow.submit, assessment=assessment, by=alice) == []
    assessment.refresh_from_db()
    assert assessment.state == "submitted"
    assert "no route to host" in caplog.text


def test_notice_reaches_the_others_when_one_address_is_refused(told, submitted, alice, anna, bob, broken_server, caplog):
    broken_server("alice@example.org")
    assert [to for to, _subject in told(workflow.approve, assessment=submitted, by=bob)] == ["anna@example.org"]
    assert "mailbox unavailable" in caplog.text


@pytest.mark.parametrize("people", [1, 3])
def test_notice_needs_two_queries_however_many_people(submitted, bob, people, django_assert_num_queries, municipality, project):
    for number in range(people):
        user = make_user(f"Person{number}")
        Membership.objects.create(user=user, municipality=municipality, role=Role.TEAM)
        project.team.add(user)
    mail.outbox.clear()
    step = AssessmentTransition(assessment=submitted, kind=TransitionKind.APPROVE, at=timezone.now(), by=bob)
    with mails_leave(), django_assert_num_queries(2):
        notifications.announce(step)
    assert len(mail.outbox) == people + 1


STEPS = {
    "submitted": (lambda a, alice, bob: workflow.submit(assessment=a, by=alice), "bob"),
    "withdrawn": (lambda a, alice, bob: workflow.withdraw(assessment=a, by=alice), "bob"),
    "returned": (lambda a, alice, bob: workflow.return_to_team(assessment=a, by=bob, comment="Please check"), "alice"),
    "approved": (lambda a, alice, bob: workflow.approve(assessment=a, by=bob), "alice"),
    "reopened": (lambda a, alice, bob: workflow.reopen(assessment=a, by=bob, reason="A slip"), "alice"),
}
BEFORE = {
    "withdrawn": ["submitted"],
    "returned": ["submitted"],
    "approved": ["submitted"],
    "reopened": ["submitted", "approved"],
}


@pytest.mark.parametrize("step", STEPS)
def test_each_notice_speaks_the_language_of_who_reads_it(told, assessment, alice, bob, step):
    """Whoever took the step works in German."""
    User.objects.update(language="en")
    for earlier in BEFORE.get(step, []):
        STEPS[earlier][0](assessment, alice, bob)
    act, reader = STEPS[step]
    mail.outbox.clear()
    told(lambda: act(assessment, alice, bob))
    (message,) = [one for one in mail.outbox if one.to == [f"{reader}@example.org"]]
    assert message.subject.endswith("Parkraum-App, Round 1")
    assert "‘Parkraum-App, Round 1’" in message.body
    assert "Runde" not in message.body
