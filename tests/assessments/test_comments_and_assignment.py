"""Comments, and who looks after a criterion."""

import pytest
from django.db import connection

from assessments.models import Comment, Score
from assessments.services import workflow
from assessments.services.answers import Answer, NotEditable, save_score
from assessments.services.assignment import assign
from scaling.accounts.models import User


@pytest.fixture
def url(assessment):
    return f"/bewertungen/{assessment.public_id}/"


@pytest.fixture
def comment(score, bob):
    return Comment.objects.create(score=score, text="Stimmt das?", author=bob)


def test_comment_is_written_and_resolved(client, score, alice, url, comment):
    client.force_login(alice)
    response = client.post(f"{url}kriterien/kriterium-1/kommentare/", {"text": "Ja, seit **Mai**."}, follow=True)
    assert "<strong>Mai</strong>" in response.text
    assert score.comments.last().author == alice
    assert "2 Kommentare" in client.get(url).text
    client.post(f"{url}kriterien/kriterium-1/kommentare/{comment.pk}/erledigt/")
    comment.refresh_from_db()
    assert comment.resolved_by == alice
    assert comment.resolved_at is not None
    assert "1 Kommentar<" in client.get(url).text
    assert "erledigt von Alice" in client.get(f"{url}kriterien/kriterium-1/").text
    assert score.comments.count() == 2
    assert Score.objects.get(pk=score.pk).version == 1


def test_comment_without_text_keeps_the_page(client, alice, url):
    client.force_login(alice)
    response = client.post(f"{url}kriterien/kriterium-1/kommentare/", {"text": "  "})
    assert response.status_code == 422
    assert "Diese Angabe fehlt noch" in response.text
    assert 'name="rationale"' in response.text


def test_comment_by_a_manager_while_submitted(client, assessment, bob, url):
    workflow.submit(assessment=assessment, by=bob)
    client.force_login(bob)
    assert client.post(f"{url}kriterien/kriterium-1/kommentare/", {"text": "Bitte belegen."}).status_code == 302


def test_comments_by_others(client, assessment, alice, bob, rita, charlie, url, comment):
    paths = [f"{url}kriterien/kriterium-1/kommentare/", f"{url}kriterien/kriterium-1/kommentare/{comment.pk}/erledigt/"]
    for path in paths:
        assert client.post(path, {"text": "x"}).status_code == 401
        client.force_login(alice)
        assert client.get(path).status_code == 405
        client.logout()
    client.force_login(charlie)
    assert [client.post(path, {"text": "x"}).status_code for path in paths] == [404, 404]
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    for person in (rita, alice, bob):  # frozen is frozen
        client.force_login(person)
        assert [client.post(path, {"text": "x"}).status_code for path in paths] == [403, 403]
    comment.refresh_from_db()
    assert comment.resolved_at is None


def test_comment_of_another_criterion(client, alice, url, comment):
    client.force_login(alice)
    assert client.post(f"{url}kriterien/kriterium-2/kommentare/{comment.pk}/erledigt/").status_code == 404


# --- Assigning -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(mailoutbox, django_capture_on_commit_callbacks):
    """Runs what waits for the commit, and gives the mails."""

    def told(action):
        with django_capture_on_commit_callbacks(execute=True):
            action()
        return [(mail.to, mail.subject, mail.body) for mail in mailoutbox]

    return told


def test_criterion_is_assigned_and_the_person_told(client, score, alice, bob, url, told):
    client.force_login(bob)
    mails = told(lambda: client.post(f"{url}kriterien/kriterium-1/zustaendig/", {"person": alice.pk}))
    stored = Score.objects.get(pk=score.pk)
    assert (stored.assigned_to, stored.version) == (alice, 1)
    ((to, subject, body),) = mails
    assert to == [alice.email]
    assert "Parkraum-App" in subject
    assert "dieses Kriterium zugewiesen:\n\n- Kriterium kriterium-1" in body
    assert f"{url}?zeige=meine" in body
    assert stored.history.first().history_user == bob


def test_person_is_told_in_their_language(client, score, alice, bob, url, told):
    """Not in that of whoever assigns: heading, round and titles."""
    User.objects.filter(pk=alice.pk).update(language="en")
    with connection.cursor() as cursor:  # what is published stays, but for this test
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE catalogue_criterion SET title_en = 'Staff' WHERE id = %s", [score.criterion_id])
        cursor.execute("SET LOCAL session_replication_role = origin")
    client.force_login(bob)
    ((_to, subject, body),) = told(lambda: client.post(f"{url}kriterien/kriterium-1/zustaendig/", {"person": alice.pk}))
    assert subject == "For you: Parkraum-App, Round 1"
    assert "has assigned you this criterion" in body
    assert "- Staff" in body


def test_assigning_to_oneself_or_nobody_tells_nobody(client, score, alice, url, told):
    client.force_login(alice)
    assert told(lambda: client.post(f"{url}kriterien/kriterium-1/zustaendig/", {"person": alice.pk})) == []
    assert Score.objects.get(pk=score.pk).assigned_to == alice
    assert told(lambda: client.post(f"{url}kriterien/kriterium-1/zustaendig/", {"person": ""})) == []
    assert Score.objects.get(pk=score.pk).assigned_to is None


def test_who_wants_no_notices_gets_none(client, alice, bob, url, told):
    alice.wants_notices = False
    alice.save()
    client.force_login(bob)
    assert told(lambda: client.post(f"{url}kriterien/kriterium-1/zustaendig/", {"person": alice.pk})) == []


def test_a_workstream_is_assigned_at_once(client, assessment, score, alice, bob, url, told):
    assign(assessment=assessment, scores=[score.pk], to=bob, by=bob)
    client.force_login(bob)
    data = {"group": "workstream-organisatorisch", "person": alice.pk, "only_free": "on"}
    mails = told(lambda: client.post(f"{url}zuweisen/", data))
    assert [s.assigned_to for s in assessment.scores.select_related("assigned_to")] == [bob, alice, alice]
    assert len(mails) == 1
    assert "diese Kriterien zugewiesen:" in mails[0][2]
    assert "kriterium-2" in mails[0][2]
    client.post(f"{url}zuweisen/", {"group": "phase-durchgehend", "person": alice.pk})
    assert set(assessment.scores.values_list("assigned_to", flat=True)) == {alice.pk}
    assert [s.criterion.key for s in client.get(f"{url}?zeige=meine").context["shown"].scores] == []


def test_assigning_with_bad_input(client, alice, rita, url):
    client.force_login(alice)
    for wrong in ({"group": "phase-p9"}, {"group": "phase-durchgehend", "person": rita.pk}):
        assert client.post(f"{url}zuweisen/", wrong).status_code == 422
    client.post(f"{url}kriterien/kriterium-1/zustaendig/", {"person": rita.pk})
    assert not Score.objects.filter(assigned_to__isnull=False).exists()


def test_assigning_by_others_and_too_late(client, assessment, score, alice, bob, rita, charlie, url):
    paths = [f"{url}kriterien/kriterium-1/zustaendig/", f"{url}zuweisen/"]
    data = {"person": alice.pk, "group": "phase-durchgehend"}
    assert [client.post(path, data).status_code for path in paths] == [401, 401]
    client.force_login(charlie)
    assert [client.post(path, data).status_code for path in paths] == [404, 404]
    client.force_login(alice)
    assert [client.get(path).status_code for path in paths] == [405, 405]
    workflow.submit(assessment=assessment, by=alice)
    assert [client.post(path, data).status_code for path in paths] == [302, 302]
    with pytest.raises(NotEditable):
        assign(assessment=assessment, scores=[score.pk], to=alice, by=bob)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    assert [client.post(path, data).status_code for path in paths] == [403, 403]
    assert not Score.objects.filter(assigned_to__isnull=False).exists()


def test_assignment_does_not_disturb_a_save_under_way(assessment, score, alice, bob):
    assign(assessment=assessment, scores=[score.pk], to=alice, by=bob)
    saved = save_score(score=score, version=1, by=alice, answer=Answer("rated", 2))
    assert Score.objects.get(pk=saved.pk).assigned_to == alice


def test_assignment_is_carried_over(assessment, project, score, alice, bob):
    assign(assessment=assessment, scores=[score.pk], to=alice, by=bob)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    assert following.scores.get(criterion__key="kriterium-1").assigned_to == alice
