"""The short check: its answers are the first answers of an ordinary round, saved through the same service."""

import pytest
from django.urls import reverse

from assessments.models import Assessment, Project, Score
from assessments.queries.short_check import questions_of
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, save_score
from assessments.short_check import short_check
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import publish
from scaling.accounts.models import Membership
from scaling.settings import BASE_DIR
from tests.catalogue.documents import as_file, catalogue_document, criterion_document, wording_document
from tests.factories import make_project
from tests.reports.pdf_facts import text_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def edition(db):
    criteria = [
        criterion_document("verwaltungsspitze", phase="p1", subject="both", municipality_wording=wording_document("spitze")),
        criterion_document("anderes"),
        criterion_document("wagniskapital-strategie"),
        criterion_document("ratsbeschluss", phase="p4"),
    ]
    file = load_file(as_file(catalogue_document(criteria=criteria)), "x")
    return publish(edition=import_files([file])[0].edition, by=None)


@pytest.fixture
def project(edition, municipality, alice):
    return make_project(municipality, phase="p3", team=[alice])


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice, backend=BACKEND)
    return client


def begin(client, project):
    response = client.post(reverse("assessments:short_check"), {"projekt": project.public_id})
    assert response.status_code == 302
    return Assessment.objects.get(project=project), response.headers["Location"]


def typed(assessment, **answers):
    data: dict[str, object] = {}
    for score in assessment.scores.select_related("criterion"):
        choice, rationale = answers.get(score.criterion.key.replace("-", "_"), ("", ""))
        data |= {f"s{score.pk}-version": score.version, f"s{score.pk}-choice": choice, f"s{score.pk}-rationale": rationale}
    return data


@pytest.mark.parametrize("number", [2, 3])
def test_every_question_is_in_the_shipped_editions(number):
    file = load_file((BASE_DIR / f"fixtures/catalogue/edition-{number}.yaml").read_bytes(), "x")
    keys = {criterion["key"] for criterion in file.data["criteria"]}
    assert len(short_check().reasons) == 12
    assert set(short_check().reasons) <= keys


def test_asked_is_what_the_round_has_in_the_order_of_the_check(signed_in, project):
    assessment, _url = begin(signed_in, project)
    assert [q.criterion.key for q in questions_of(assessment)] == ["verwaltungsspitze", "wagniskapital-strategie"]


def test_answers_are_the_first_answers_of_the_full_round(signed_in, project, alice):
    assessment, url = begin(signed_in, project)
    response = signed_in.post(url, typed(assessment, verwaltungsspitze=("2", "Der Auftrag fehlt.")))
    assert response.headers["Location"] == reverse("assessments:short_check_result", args=[assessment.public_id])
    score = Score.objects.get(assessment=assessment, criterion__key="verwaltungsspitze")
    assert (score.level, score.rationale, score.updated_by) == (2, "Der Auftrag fehlt.", alice)
    assert assessment.scores.count() == 3
    page = signed_in.get(response.headers["Location"]).text
    assert "verwaltungsspitze, Schritt 2 auf Deutsch" in page
    assert short_check().cannot_say in page


def test_running_round_goes_on_in_the_short_check(signed_in, project, alice):
    running = workflow.start_assessment(project=project, by=alice)
    score = running.scores.get(criterion__key="verwaltungsspitze")
    save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 3, "Unterschrieben.", 4, None))
    assessment, url = begin(signed_in, project)
    assert assessment == running
    assert "Unterschrieben." in signed_in.get(url).text
    signed_in.post(url, typed(assessment, verwaltungsspitze=("3", "Unterschrieben."), wagniskapital_strategie=("unknown", "")))
    score.refresh_from_db()
    assert (score.level, score.target_level) == (3, 4)
    assert running.scores.get(criterion__key="wagniskapital-strategie").state == "unknown"


def test_answer_somebody_gave_meanwhile_is_not_overwritten(signed_in, project, bob):
    assessment, url = begin(signed_in, project)
    data = typed(assessment, verwaltungsspitze=("1", "Meine Fassung"))
    score = assessment.scores.get(criterion__key="verwaltungsspitze")
    save_score(score=score, version=score.version, by=bob, answer=Answer("rated", 4, "Seine Fassung", None, None))
    response = signed_in.post(url, data)
    assert response.status_code == 409
    assert "Meine Fassung" in response.text
    assert "Seine Fassung" in response.text
    score.refresh_from_db()
    assert score.rationale == "Seine Fassung"
    again = dict(data) | {f"s{score.pk}-version": score.version}
    assert signed_in.post(url, again).status_code == 302
    score.refresh_from_db()
    assert score.rationale == "Meine Fassung"


def test_answer_that_only_somebody_else_changed_is_no_conflict(signed_in, project, bob):
    assessment, url = begin(signed_in, project)
    data = typed(assessment, wagniskapital_strategie=("1", "Mein Satz"))
    score = assessment.scores.get(criterion__key="verwaltungsspitze")
    save_score(score=score, version=score.version, by=bob, answer=Answer("rated", 4, "Seine Fassung", 4, None))
    assert signed_in.post(url, data).status_code == 302
    score.refresh_from_db()
    assert (score.level, score.rationale) == (4, "Seine Fassung")
    assert assessment.scores.get(criterion__key="wagniskapital-strategie").rationale == "Mein Satz"


def test_longer_reason_of_older_days_keeps_nobody_from_the_result(signed_in, project):
    assessment, url = begin(signed_in, project)
    stored = "Zeile\n" * 300 + "Ende"
    scores = assessment.scores.filter(criterion__key="verwaltungsspitze")
    scores.update(rationale=stored, state="rated", level=2)
    data = typed(assessment, wagniskapital_strategie=("1", "Mein Satz"), verwaltungsspitze=("2", stored.replace("\n", "\r\n")))
    assert signed_in.post(url, data).status_code == 302
    longer = data | {f"s{scores.get().pk}-rationale": f"{stored}\nund noch eine"}
    assert signed_in.post(url, longer).status_code == 422


def test_what_was_typed_about_a_criterion_that_left_the_round_is_shown_to_be_copied(signed_in, project, alice):
    assessment, url = begin(signed_in, project)
    data = typed(assessment, verwaltungsspitze=("2", "Mein Auftrag"), wagniskapital_strategie=("1", "Mein Satz zum Wagnis"))
    criteria = [
        criterion_document("verwaltungsspitze", phase="p1", subject="both", municipality_wording=wording_document("spitze")),
        criterion_document("anderes"),
    ]
    file = load_file(as_file(catalogue_document(criteria=criteria, number="2.0")), "x")
    newer = import_files([file], publish=True)[0].edition
    edition_switch.move(assessment=assessment, edition=newer, by=alice)
    response = signed_in.post(url, data)
    assert response.status_code == 409
    assert "Nicht gespeichert, weil es nicht mehr zur Bewertung gehört" in response.text
    assert "Mein Satz zum Wagnis" in response.text
    assert assessment.scores.get(criterion__key="verwaltungsspitze").rationale == "Mein Auftrag"
    assert signed_in.post(url, typed(assessment, verwaltungsspitze=("2", "Mein Auftrag"))).status_code == 302


def test_conflict_can_give_way_to_the_other_answer(signed_in, project, bob):
    assessment, url = begin(signed_in, project)
    data = typed(assessment, verwaltungsspitze=("1", "Meine Fassung"))
    score = assessment.scores.get(criterion__key="verwaltungsspitze")
    save_score(score=score, version=score.version, by=bob, answer=Answer("rated", 4, "Seine Fassung", None, None))
    response = signed_in.post(url, data)
    assert f'name="s{score.pk}-keep_theirs"' in response.text
    assert signed_in.post(url, data | {f"s{score.pk}-keep_theirs": "on"}).status_code == 302
    score.refresh_from_db()
    assert score.rationale == "Seine Fassung"


def test_answers_of_the_last_round_are_confirmed_by_saving(signed_in, project, alice, bob):
    first, url = begin(signed_in, project)
    signed_in.post(url, typed(first, verwaltungsspitze=("2", "Der Auftrag fehlt.")))
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    second = workflow.start_assessment(project=project, by=alice)
    score = second.scores.get(criterion__key="verwaltungsspitze")
    assert not score.confirmed
    url = reverse("assessments:short_check_questions", args=[second.public_id])
    page = signed_in.get(url).text
    assert "1 Antwort ist übernommen." in page
    result = reverse("assessments:short_check_result", args=[second.public_id])
    pdf = reverse("reports:short_check_pdf", args=[second.public_id])
    assert signed_in.get(result).text.count("übernommen, noch nicht bestätigt") == 1
    assert " ".join(text_of(signed_in.get(pdf).content).split()).count("(übernommen, noch nicht bestätigt)") == 1
    signed_in.post(url, typed(second, verwaltungsspitze=("2", "Der Auftrag fehlt.")))
    score.refresh_from_db()
    assert score.confirmed
    assert "ist übernommen" not in signed_in.get(url).text
    assert "übernommen" not in signed_in.get(result).text


def test_question_missing_from_the_post_is_left_alone(signed_in, project, alice):
    assessment, url = begin(signed_in, project)
    data = typed(assessment, verwaltungsspitze=("2", "Der Auftrag fehlt."))
    late = assessment.scores.get(criterion__key="wagniskapital-strategie")
    sent = {name: value for name, value in data.items() if not name.startswith(f"s{late.pk}-")}
    assert signed_in.post(url, sent).status_code == 302
    late.refresh_from_db()
    assert (late.state, late.version) == ("open", 1)


@pytest.mark.parametrize(
    ("choice", "reason", "shown"),
    [("", "", "offen"), ("unknown", "", "weiß nicht"), ("not_applicable", "Gibt es hier nicht.", "trifft nicht zu")],
)
def test_result_and_pdf_of_answers_without_a_level(signed_in, project, choice, reason, shown):
    assessment, url = begin(signed_in, project)
    answers = dict.fromkeys(("verwaltungsspitze", "wagniskapital_strategie"), (choice, reason))
    response = signed_in.post(url, typed(assessment, **answers), follow=True)
    assert response.text.count(shown) >= 2
    assert "So geht es weiter" not in response.text
    content = signed_in.get(reverse("reports:short_check_pdf", args=[assessment.public_id])).content
    assert " ".join(text_of(content).split()).count(shown) >= 2


def test_edition_without_the_questions_leads_to_the_round(signed_in, municipality, alice):
    document = catalogue_document(criteria=[criterion_document("ganz-anderes")])
    publish(edition=import_files([load_file(as_file(document), "x")])[0].edition, by=None)
    project = make_project(municipality, team=[alice])
    assessment, url = begin(signed_in, project)
    for address in (url, reverse("assessments:short_check_result", args=[assessment.public_id])):
        response = signed_in.get(address, follow=True)
        assert response.redirect_chain == [(assessment.get_absolute_url(), 302)]
        assert "kommt keine Frage des Kurzchecks vor" in response.text


def test_minutes_are_those_of_the_questions_asked(signed_in, project):
    _assessment, url = begin(signed_in, project)
    assert "2 Fragen, etwa 3 Minuten." in signed_in.get(url).text
    assert [short_check().minutes_for(number) for number in (1, 8, 12)] == [2, 10, 15]


def test_question_names_who_holds_its_offices(signed_in, project, bob):
    Membership.objects.filter(user=bob).update(offices=["it"])
    _assessment, url = begin(signed_in, project)
    assert "Wer weiß das? IT (Bob)." in " ".join(signed_in.get(url).text.split())


def test_not_applicable_needs_a_reason_and_the_rest_is_saved(signed_in, project):
    assessment, url = begin(signed_in, project)
    data = typed(assessment, verwaltungsspitze=("not_applicable", ""), wagniskapital_strategie=("1", ""))
    response = signed_in.post(url, data)
    assert response.status_code == 422
    assert "Bitte begründen Sie" in response.text
    assert assessment.scores.get(criterion__key="wagniskapital-strategie").level == 1


def test_nothing_saved_once_the_round_is_submitted(signed_in, project, alice):
    assessment, url = begin(signed_in, project)
    workflow.submit(assessment=assessment, by=alice)
    response = signed_in.post(url, typed(assessment, verwaltungsspitze=("2", "Zu spät")))
    assert response.status_code == 409
    assert "Zu spät" in response.text


def test_questions_of_a_submitted_round_lead_to_what_was_answered(signed_in, project, alice):
    assessment, url = begin(signed_in, project)
    workflow.submit(assessment=assessment, by=alice)
    response = signed_in.get(url)
    assert response["Location"] == reverse("assessments:short_check_result", args=[assessment.public_id])


def test_chooser_offers_what_somebody_may_rate(client, project, alice, rita, municipality):
    client.force_login(rita, backend=BACKEND)
    assert "Noch nichts zu bewerten" in client.get(reverse("assessments:short_check")).text
    client.force_login(alice, backend=BACKEND)
    assert project.name in client.get(reverse("assessments:short_check")).text


def test_manager_begins_for_the_municipality_as_a_whole(client, edition, municipality, alice, bob, charlie):
    """A small town has nothing to create first."""
    url = reverse("assessments:short_check")
    for person, status in ((alice, 403), (charlie, 404)):
        client.force_login(person, backend=BACKEND)
        assert 'name="kommune"' not in client.get(url).text or person == charlie
        assert client.post(url, {"kommune": municipality.public_id}).status_code == status
    assert not Project.objects.filter(is_municipality_wide=True).exists()
    client.force_login(bob, backend=BACKEND)
    assert f'name="kommune" value="{municipality.public_id}"' in client.get(url).text
    response = client.post(url, {"kommune": municipality.public_id}, follow=True)
    assert "verwaltungsspitze auf Deutsch" in response.text
    assert "spitze, Haus auf 3 auf Deutsch" in response.text
    project = Project.objects.get(is_municipality_wide=True)
    assert 'name="kommune"' not in client.get(url).text
    again = client.post(url, {"kommune": municipality.public_id})
    assert again.headers["Location"] == response.request["PATH_INFO"]
    assert project.assessments.count() == 1


def test_without_an_edition_there_is_nothing_to_begin(signed_in, municipality, alice):
    project = make_project(municipality, team=[alice])
    response = signed_in.post(reverse("assessments:short_check"), {"projekt": project.public_id}, follow=True)
    assert "Noch kein Katalog" in response.text


def test_pdf_holds_answers_and_what_it_cannot_say(signed_in, project):
    assessment, url = begin(signed_in, project)
    signed_in.post(url, typed(assessment, verwaltungsspitze=("2", "Der Auftrag fehlt.")))
    response = signed_in.get(reverse("reports:short_check_pdf", args=[assessment.public_id]))
    assert response.headers["Content-Type"] == "application/pdf"
    text = " ".join(text_of(response.content).split())
    assert "Der Auftrag fehlt." in text
    assert "Was der Kurzcheck nicht sagen kann" in text


@pytest.mark.parametrize("criteria", [1, 3])
def test_questions_page_query_count_constant(signed_in, municipality, alice, django_assert_num_queries, db, criteria):
    names = list(short_check().reasons)[:criteria]
    document = catalogue_document(criteria=[criterion_document(name) for name in names])
    publish(edition=import_files([load_file(as_file(document), "x")])[0].edition, by=None)
    _assessment, url = begin(signed_in, make_project(municipality, team=[alice]))
    signed_in.get(url)
    with django_assert_num_queries(6):
        signed_in.get(url)
