"""What expires is told before it does: in the weekly mail, on the pages of project, round and municipality, in every file."""

import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assessments.mail.digest import compose_digest, digest_for
from assessments.models import Evidence, Project
from assessments.queries.ageing import TOLD_AFTER, ageing_of_municipality, ageing_of_person, ageing_of_project
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, save_score
from assessments.validity import TOLD_BEFORE
from scaling.accounts.models import User
from tests.factories import make_project

DAY = timedelta(days=1)


def again(person):
    """With the roles of now."""
    return User.objects.get(pk=person.pk)


def rate(assessment, by, *ends, key="kriterium-1"):
    """Level 3, shown by one piece of evidence for each end."""
    score = assessment.scores.get(criterion__key=key)
    evidence = [NewEvidence(f"Beleg {number}", valid_until=end) for number, end in enumerate(ends, 1)]
    return save_score(score=score, version=score.version, by=by, answer=Answer("rated", 3), evidence=evidence)


def texts(found):
    return [one.text for one in found]


def test_what_ends_in_ninety_days_is_told_and_nothing_later(assessment, score, alice):
    today = timezone.localdate()
    rate(assessment, alice, today + TOLD_BEFORE + DAY, today + TOLD_BEFORE, today, today - DAY, None)
    found = ageing_of_project(again(alice), assessment.project, today)
    assert [(one.text, one.validity) for one in found] == [("Beleg 4", "expired"), ("Beleg 3", "ending"), ("Beleg 2", "ending")]
    assert [one.only_expired for one in found] == [False] * 3


def test_mail_tells_it_to_the_team_and_stops_after_a_while(assessment, score, alice, bob, rita):
    today = timezone.localdate()
    rate(assessment, alice, today + 30 * DAY, today - TOLD_AFTER, today - TOLD_AFTER - DAY)
    assert texts(ageing_of_person(again(alice), today)) == ["Beleg 2", "Beleg 1"]
    assert ageing_of_person(again(bob), today) == []  # the project has a team
    digest = digest_for(again(alice), today)
    body = compose_digest(digest).body
    assert "NACHWEISE, DIE ABLAUFEN" in body
    assert "- Beleg 1 (Parkraum-App, Kriterium kriterium-1): gilt nur noch bis" in body
    assert f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/" in body
    assert ageing_of_person(again(rita), today) == []  # on no team


def test_mail_of_evidence_alone_is_sent(assessment, score, alice, bob):
    today = timezone.localdate()
    rate(assessment, alice, today)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    digest = digest_for(again(alice), today)
    assert (digest.to_edit, digest.is_empty) == ([], False)


def test_project_without_a_team_is_its_managers_matter(assessment, score, alice, bob):
    today = timezone.localdate()
    rate(assessment, alice, today)
    assessment.project.team.clear()
    assert texts(ageing_of_person(again(bob), today)) == ["Beleg 1"]
    assert ageing_of_person(again(alice), today) == []


def test_latest_round_speaks_and_readers_see_the_approved_one(
    assessment, score, project, alice, bob, charlie, rita, municipality
):
    today = timezone.localdate()
    rate(assessment, alice, today)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    Evidence.objects.filter(score__assessment=following).update(valid_until=today + 10 * DAY)
    for person, ends in ((alice, today + 10 * DAY), (bob, today + 10 * DAY), (rita, today)):
        found = ageing_of_municipality(again(person), municipality, today)
        assert [one.valid_until for one in found] == [ends]
    assert ageing_of_municipality(again(charlie), municipality, today) == []
    Project.objects.filter(pk=project.pk).update(archived_at=timezone.now())
    assert ageing_of_municipality(again(bob), municipality, today) == []


def test_set_aside_answers_are_not_told(assessment, score, alice):
    today = timezone.localdate()
    rate(assessment, alice, today)
    assessment.scores.update(set_aside_at=timezone.now())
    assert ageing_of_project(again(alice), assessment.project, today) == []


def test_pages_tell_it(client, assessment, score, project, municipality, alice, bob):
    today = timezone.localdate()
    rate(assessment, alice, today - DAY)
    client.force_login(alice)
    said = "1 Nachweis ist abgelaufen"
    assert said in client.get(project.get_absolute_url()).text
    overview = client.get(assessment.get_absolute_url()).text
    assert "nur abgelaufene Nachweise" in overview
    narrowed = client.get(assessment.get_absolute_url(), {"zeige": "abgelaufen"}).text
    assert narrowed.count("Kriterium kriterium-1") == overview.count("Kriterium kriterium-1")
    assert narrowed.count("Kriterium kriterium-2") == overview.count("Kriterium kriterium-2") - 1  # not among the criteria
    client.force_login(bob)
    page = client.get(reverse("reports:portfolio", args=[municipality.public_id])).text
    assert said in page
    assert "Was läuft ab?" in page


def test_files_of_the_portfolio_tell_it(client, assessment, score, municipality, alice, bob):
    today = timezone.localdate()
    rate(assessment, alice, today - DAY)
    client.force_login(bob)
    data = json.loads(client.get(reverse("reports:portfolio_json", args=[municipality.public_id])).content)
    (told,) = data["ageing_evidence"]
    assert (told["text"], told["validity"], told["only_expired"]) == ("Beleg 1", "expired", True)
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("reports:portfolio_xlsx", args=[municipality.public_id])).content)
    )
    rows = [[cell.value for cell in row] for row in book["Nachweise, die ablaufen"]]
    assert rows[1][:3] == ["Parkraum-App", "Beleg 1", "Kriterium kriterium-1"]
    assert rows[1][4:] == ["ja", "ja"]


def test_title_is_in_the_language_of_the_mail(assessment, score, alice):
    """Computed for whoever starts the command, written for whoever gets it."""
    today = timezone.localdate()
    rate(assessment, alice, today)
    (one,) = ageing_of_person(again(alice), today)
    with translation.override("en"):
        assert one.words.startswith("valid only until")
    assert one.words.startswith("gilt nur noch bis")


@pytest.mark.parametrize("rows", [1, 3])
def test_telling_costs_one_query_however_much_there_is(
    rows, assessment, score, municipality, alice, bob, django_assert_num_queries
):
    today = timezone.localdate()
    rate(assessment, alice, *[today] * rows)
    for number in range(1, rows):
        project = make_project(municipality, f"Projekt {number}", team=[alice])
        rate(workflow.start_assessment(project=project, by=alice), alice, today)
    person, manager = again(alice), again(bob)
    assert person.places
    assert manager.places
    for ask in (
        lambda: ageing_of_person(person, today),
        lambda: ageing_of_municipality(manager, municipality, today),
        lambda: ageing_of_project(person, assessment.project, today),
    ):
        ask()  # the first to meet an edition reads it
        with django_assert_num_queries(1):
            assert len(ask()) >= rows
