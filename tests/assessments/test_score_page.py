from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import time_format

from assessments.models import Evidence, Measure, Score
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, add_evidence, save_score
from catalogue.edition_cache import cached_edition
from tests.conftest import make_user
from tests.factories import make_project


@pytest.fixture
def url(assessment):
    return f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


ANSWER = {
    "version": "1",
    "choice": "2",
    "rationale": "Der Rat hat beschlossen.",
    "target_level": "3",
    "target_date": "2027-03-31",
    "evidence_text": "",
    "evidence_url": "",
}


def approve(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)


def test_page_shows_criterion_levels_and_guidance(client, alice, url):
    client.force_login(alice)
    response = client.get(url)
    assert response.status_code == 200
    for text in (
        "Kriterium kriterium-1",
        "Kurzbeschreibung kriterium-1",
        "kriterium-1 auf 4",
        "weiß nicht",
        "trifft nicht zu",
        "Frage zu kriterium-1?",
        "Nachweis zu kriterium-1",
        "Kriterium 1 von 3",
        "Meilenstein: Stufe 3",
        "Speichern und weiter",
    ):
        assert text in response.text, text
    assert response.text.count('name="choice"') == 7
    assert response.text.count("<h1") == 1


def test_autosave_says_when_in_each_language_and_that_evidence_waits(client, assessment, alice, url):
    """The sentence is drawn once for a minute: each of these has its own."""
    untouched = {"version": "1", "choice": "", "rationale": "", "autosave": "1"}
    waiting = {"evidence_text": "Ratsbeschluss"}
    client.force_login(alice)
    for _ in range(2):
        said = []
        for language in ("de", "en"):
            client.cookies["django_language"] = language
            said += [client.post(url.replace("-1", "-2"), untouched | more).text for more in ({}, waiting)]
            said.append(client.post(url, ANSWER | {"autosave": "1"}).text)
            said.append(client.post(url, ANSWER | {"autosave": "1"} | waiting).text)
        stored = Score.objects.filter(assessment=assessment, criterion__key="kriterium-1")
        at = time_format(timezone.localtime(stored.get().updated_at), "H:i")
        assert [text.strip() for text in said] == [
            "<span>noch nichts zu speichern</span>",
            "<span>noch nichts zu speichern; der neue Nachweis kommt mit „Speichern“ dazu</span>",
            f"<span>gespeichert um {at}</span>",
            f"<span>gespeichert um {at}; der neue Nachweis kommt mit „Speichern“ dazu</span>",
            "<span>nothing to save yet</span>",
            "<span>nothing to save yet; the new evidence will be added when you press ‘Save’</span>",
            f"<span>saved at {at}</span>",
            f"<span>saved at {at}; the new evidence will be added when you press ‘Save’</span>",
        ]
        # A quarter of an hour ago: the same answer, sent once more, says when it was stored.
        stored.update(updated_at=timezone.now() - timedelta(minutes=15))


@pytest.mark.parametrize("method", ["get", "post"])
def test_page_for_strangers_and_visitors(client, charlie, rita, municipality, url, method):
    send = getattr(client, method)
    assert send(url).status_code == 302
    assert send(url)["Location"].startswith("/konto/login/")
    for person in (charlie, rita):  # a reader sees nothing before the approval
        client.force_login(person)
        assert send(url).status_code == 404
    assert Score.objects.get(criterion__key="kriterium-1").version == 1


def test_page_of_a_criterion_outside_the_round(client, alice, assessment):
    client.force_login(alice)
    assert client.get(f"/bewertungen/{assessment.public_id}/kriterien/gibt-es-nicht/").status_code == 404


def test_colleague_of_another_project_sees_nothing(client, municipality, url):
    other = make_user("Otto")
    other.memberships.create(municipality=municipality, role="team")
    make_project(municipality, "Anderes", team=[other])
    client.force_login(other)
    assert client.get(url).status_code == 404
    assert client.post(url, ANSWER).status_code == 404


def test_reader_reads_an_approved_round_and_may_not_save(client, assessment, alice, bob, rita, url):
    approve(assessment, alice, bob)
    client.force_login(rita)
    response = client.get(url)
    assert response.status_code == 200
    assert "Speichern und weiter" not in response.text
    assert "<textarea" not in response.text
    assert client.post(url, ANSWER).status_code == 403


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_save_and_go_on_to_the_next_open_criterion(client, alice, bob, assessment, who, url):
    person = {"alice": alice, "bob": bob}[who]
    client.force_login(person)
    response = client.post(url, {**ANSWER, "weiter": "1"})
    assert response.status_code == 302
    assert response["Location"] == f"/bewertungen/{assessment.public_id}/kriterien/kriterium-2/"
    stored = Score.objects.get(criterion__key="kriterium-1")
    assert (stored.state, stored.level, stored.rationale, stored.target_level) == ("rated", 2, ANSWER["rationale"], 3)
    assert (str(stored.target_date), stored.version, stored.updated_by) == ("2027-03-31", 2, person)
    assert stored.history.first().history_user == person


def test_save_and_stay(client, alice, url):
    client.force_login(alice)
    response = client.post(url, {**ANSWER, "bleiben": "1"}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert "Gespeichert um" in response.text


def test_save_of_the_last_open_criterion_leads_to_the_overview(client, alice, assessment, url):
    for score in assessment.scores.exclude(criterion__key="kriterium-1"):
        save_score(score=score, version=1, by=alice, answer=Answer("unknown"))
    client.force_login(alice)
    response = client.post(url, {**ANSWER, "weiter": "1"}, follow=True)
    assert response.redirect_chain == [(f"/bewertungen/{assessment.public_id}/", 302)]
    assert "alle Kriterien bearbeitet" in response.text


def test_save_skips_what_is_answered_and_starts_over(client, alice, assessment):
    score = assessment.scores.get(criterion__key="kriterium-3")
    middle = assessment.scores.get(criterion__key="kriterium-2")
    save_score(score=middle, version=1, by=alice, answer=Answer("rated", 0))
    client.force_login(alice)
    response = client.post(f"/bewertungen/{assessment.public_id}/kriterien/{score.criterion.key}/", {**ANSWER, "weiter": "1"})
    assert response["Location"] == f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


def test_save_without_a_choice_keeps_the_text_and_stays_open(client, alice, url):
    client.force_login(alice)
    client.post(url, {**ANSWER, "choice": "", "bleiben": "1"})
    stored = Score.objects.get(criterion__key="kriterium-1")
    assert (stored.state, stored.level, stored.rationale) == ("open", None, ANSWER["rationale"])


@pytest.mark.parametrize("choice", ["unknown", "not_applicable"])
def test_save_of_an_answer_that_is_no_level(client, alice, url, choice):
    client.force_login(alice)
    client.post(url, {**ANSWER, "choice": choice, "bleiben": "1"})
    stored = Score.objects.get(criterion__key="kriterium-1")
    assert (stored.state, stored.level) == (choice, None)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"choice": "not_applicable", "rationale": " "}, "warum das Kriterium nicht zutrifft"),
        ({"choice": "7"}, "Wo stehen Sie?"),
        ({"target_date": "morgen"}, "Zu erreichen bis"),
        ({"target_level": "9"}, "Zielstufe"),
        ({"evidence_url": "javascript:alert(1)"}, "Link dazu"),
        ({"evidence_text": "x" * 301}, "Neuer Nachweis"),
        ({"rationale": "x" * 10_001}, "10001"),
        ({"version": ""}, "laden Sie die Seite neu"),
    ],
)
def test_bad_input_keeps_what_was_typed(client, alice, url, wrong, message):
    client.force_login(alice)
    response = client.post(url, {**ANSWER, "rationale": "Mein Text", "evidence_text": "Mein Nachweis", **wrong})
    assert response.status_code == 422
    assert message in response.text
    assert "Bitte prüfen Sie Ihre Angaben" in response.text
    for name, text in (("rationale", "Mein Text"), ("evidence_text", "Mein Nachweis")):
        assert (wrong.get(name) or text)[:300] in response.text
    assert Score.objects.get(criterion__key="kriterium-1").version == 1


def test_other_methods_are_refused(client, alice, url):
    client.force_login(alice)
    assert client.put(url).status_code == 405
    assert client.delete(url).status_code == 405


def test_choice_is_taken_back_and_the_reason_stays(client, alice, url):
    client.force_login(alice)
    assert "Auswahl aufheben" not in client.get(url).text
    client.post(url, {**ANSWER, "bleiben": "1"})
    assert "Auswahl aufheben" in client.get(url).text
    client.post(url, {**ANSWER, "version": "2", "offen": "1"})
    stored = Score.objects.get(criterion__key="kriterium-1")
    assert (stored.state, stored.level, stored.rationale, stored.version) == ("open", None, ANSWER["rationale"], 3)


def test_large_view_stays_large_from_criterion_to_criterion(client, alice, url, assessment):
    client.force_login(alice)
    large = f"{url}?ansicht=gross"
    response = client.get(large)
    assert 'class="wall"' in response.text
    assert f"/bewertungen/{assessment.public_id}/kriterien/kriterium-2/?ansicht=gross" in response.text
    onwards = client.post(large, {**ANSWER, "weiter": "1"})["Location"]
    assert onwards == f"/bewertungen/{assessment.public_id}/kriterien/kriterium-2/?ansicht=gross"
    assert 'class="wall"' not in client.get(url).text


def test_autosave_answers_in_a_sentence(client, alice, bob, score, url):
    client.force_login(alice)
    auto = {**ANSWER, "autosave": "1", "evidence_text": "Beschluss"}
    saved = client.post(url, auto)
    assert (saved.status_code, saved["X-Save"], saved["X-Version"]) == (200, "saved", "2")
    assert "<html" not in saved.text
    assert not Evidence.objects.exists()
    for changes, status, kind in (
        ({"rationale": "Anderes"}, 409, "stale"),
        ({"version": "2", "choice": "not_applicable", "rationale": ""}, 422, "invalid"),
    ):
        response = client.post(url, {**auto, **changes})
        assert (response.status_code, response["X-Save"]) == (status, kind)
    workflow.submit(assessment=score.assessment, by=bob)
    late = client.post(url, {**auto, "version": "2", "rationale": "Zu spät"})
    assert (late.status_code, late["X-Save"]) == (409, "late")
    client.logout()
    out = client.post(url, auto)
    assert (out.status_code, out["X-Save"]) == (401, "signed_out")
    assert Score.objects.get(pk=score.pk).version == 2


def test_autosave_alone_confirms_nothing_that_stayed_the_same(client, alice, score, url):
    Score.objects.filter(pk=score.pk).update(state="rated", level=2, rationale="Alt", confirmed=False)
    client.force_login(alice)
    same = {"version": "1", "choice": "2", "rationale": "Alt", "autosave": "1"}
    assert client.post(url, same).status_code == 200
    assert not Score.objects.get(pk=score.pk).confirmed
    client.post(url, {**same, "rationale": "Neu"})
    assert Score.objects.get(pk=score.pk).confirmed


# --- Conflicts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def conflict(client, alice, bob, score, url):
    """Bob saved while Alice was typing; then she saves."""
    save_score(score=score, version=1, by=bob, answer=Answer("rated", 3, "Text von Bob", 4))
    client.force_login(alice)
    return client.post(url, {**ANSWER, "rationale": "Text von Alice", "evidence_text": "Beschluss", "weiter": "1"})


def test_stale_save_shows_both_texts_with_author_and_time(conflict, score):
    assert conflict.status_code == 409
    for text in ("Text von Alice", "Text von Bob", "2 – in Umsetzung", "3 – umgesetzt", "Bob", "Uhr", "Beschluss"):
        assert text in conflict.text, text
    stored = Score.objects.get(pk=score.pk)
    assert (stored.rationale, stored.version) == ("Text von Bob", 2)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("which", ["keep_mine", "keep_theirs", "merge"])
def test_conflict_is_resolved_each_way_and_keeps_the_evidence(client, conflict, score, url, which):
    if which == "merge":
        form = conflict.context["merge_form"]
        values = {name: form[name].value() for name in form.fields}
    else:
        values = {**conflict.context[which], "version": conflict.context["current"].version}
    response = client.post(url, {name: value for name, value in values.items() if value is not None} | {"bleiben": "1"})
    assert response.status_code == 302
    stored = Score.objects.get(pk=score.pk)
    assert (
        stored.rationale
        == {
            "keep_mine": "Text von Alice",
            "keep_theirs": "Text von Bob",
            "merge": "Text von Bob\n\nText von Alice",
        }[which]
    )
    assert stored.level == {"keep_mine": 2, "keep_theirs": 3, "merge": 2}[which]
    assert stored.evidence.get().text == "Beschluss"


def test_conflict_while_resolving_a_conflict(client, bob, conflict, score, url):
    save_score(score=score, version=2, by=bob, answer=Answer("rated", 1, "Neuer Text von Bob"))
    again = client.post(url, {**ANSWER, "version": "2", "rationale": "Text von Alice"})
    assert again.status_code == 409
    assert "Neuer Text von Bob" in again.text
    assert "Text von Alice" in again.text


def test_two_people_who_write_the_same_do_not_conflict(client, alice, bob, score, url):
    save_score(score=score, version=1, by=bob, answer=Answer("rated", 2, "Zeile 1\nZeile 2"))
    client.force_login(alice)
    answer = {"version": "1", "choice": "2", "rationale": "Zeile 1\r\nZeile 2 "}
    assert client.post(url, answer).status_code == 302


@pytest.mark.parametrize("approved", [False, True])
def test_save_after_submission_shows_what_was_typed(client, alice, bob, assessment, url, approved):
    workflow.submit(assessment=assessment, by=bob)
    if approved:
        workflow.approve(assessment=assessment, by=bob)
    client.force_login(alice)
    assert "Speichern und weiter" not in client.get(url).text
    response = client.post(url, {**ANSWER, "evidence_text": "Beschluss"})
    assert response.status_code == 409
    assert ANSWER["rationale"] in response.text
    assert "Beschluss" in response.text
    assert ("freigegeben" if approved else "eingereicht") in response.text
    assert Score.objects.get(criterion__key="kriterium-1").version == 1


# --- What stands beside the form --------------------------------------------------------------------------------------


def test_next_round_shows_the_old_answer_and_saving_confirms(client, assessment, project, alice, bob, score):
    save_score(score=score, version=1, by=bob, answer=Answer("rated", 1, "Alte Begründung"))
    approve(assessment, alice, bob)
    following = workflow.start_assessment(project=project, by=alice)
    client.force_login(alice)
    url = f"/bewertungen/{following.public_id}/kriterien/kriterium-1/"
    response = client.get(url)
    assert "Was haben wir letztes Mal gesagt?" in response.text
    assert response.text.count("Alte Begründung") == 2  # beside the field, and in it
    assert "Bob" in response.text
    assert "kriterium-1 von 1 weiter" in response.text
    client.post(url, {"version": "1", "choice": "1", "rationale": "Alte Begründung", "bleiben": "1"})
    assert Score.objects.get(assessment=following, criterion__key="kriterium-1").confirmed


def test_answer_of_the_municipality_as_a_whole_is_offered(client, municipality, elsewhere, edition, alice, bob, url):
    for place, text in ((municipality, "Antwort des Hauses"), (elsewhere, "Antwort eines fremden Hauses")):
        house = make_project(place, "Verwaltung", is_municipality_wide=True)
        round_ = workflow.start_assessment(project=house, by=bob)
        for score in round_.scores.all():
            save_score(score=score, version=1, by=bob, answer=Answer("rated", 4, text))
        client.force_login(alice)
        assert "Antwort des Hauses" not in client.get(url).text or place == elsewhere
        approve(round_, bob, bob)
    response = client.get(url)
    assert "Antwort des Hauses" in response.text
    assert "fremden" not in response.text


def test_measures_of_this_criterion_only(client, project, alice, url):
    Measure.objects.create(project=project, criterion_key="kriterium-1", text="Stelle ausschreiben")
    Measure.objects.create(project=project, criterion_key="kriterium-2", text="Etwas anderes")
    client.force_login(alice)
    text = client.get(url).text
    assert "Stelle ausschreiben" in text
    assert "Etwas anderes" not in text


def test_typed_html_is_shown_as_text(client, alice, score, url):
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 1, "<script>alert(1)</script>"))
    add_evidence(score=score, by=alice, evidence=NewEvidence("<b>Beschluss</b>"))
    client.force_login(alice)
    text = client.get(url).text
    assert "<script>alert" not in text
    assert "<b>Beschluss" not in text


# --- Evidence ------------------------------------------------------------------------------------------------------------


def test_evidence_is_added_with_the_answer(client, alice, url):
    client.force_login(alice)
    client.post(url, {**ANSWER, "evidence_text": "Ratsbeschluss", "evidence_url": "rat.example.org/1"})
    found = Evidence.objects.get()
    assert (found.text, found.url, found.added_by) == ("Ratsbeschluss", "https://rat.example.org/1", alice)


def test_evidence_that_is_a_link_only_is_named_by_it(client, alice, url):
    client.force_login(alice)
    client.post(url, {**ANSWER, "evidence_url": "https://rat.example.org/1"})
    assert Evidence.objects.get().text == "https://rat.example.org/1"


def test_evidence_is_removed(client, alice, charlie, rita, assessment, bob, score, url):
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("Ratsbeschluss"))
    remove = f"{url}nachweise/{evidence.pk}/entfernen/"
    client.force_login(charlie)
    assert client.post(remove).status_code == 404
    client.force_login(alice)
    assert client.get(remove).status_code == 405
    assert (
        client.post(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-2/nachweise/{evidence.pk}/entfernen/").status_code
        == 404
    )
    assert Evidence.objects.exists()
    assert client.post(remove).status_code == 302
    assert not Evidence.objects.exists()
    assert "Der Nachweis ist entfernt." in client.post(remove, follow=True).text  # from another tab: their own step, no fault
    client.force_login(bob)
    assert client.post(remove).status_code == 404


def test_evidence_of_a_frozen_round_stays(client, alice, bob, rita, assessment, score, url):
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("Ratsbeschluss"))
    approve(assessment, alice, bob)
    remove = f"{url}nachweise/{evidence.pk}/entfernen/"
    client.force_login(alice)
    assert client.post(remove).status_code == 302
    client.force_login(rita)
    assert client.post(remove).status_code == 403
    assert Evidence.objects.exists()


def test_guide_is_read_once_for_a_published_edition(edition, django_assert_num_queries):
    first = cached_edition(edition)
    with django_assert_num_queries(0):
        assert cached_edition(edition) is first
        assert [len(c.levels.all()) for c in first.criteria] == [5, 5, 5]


def test_address_that_leads_nowhere_leads_not_to_itself(client, world, alice):
    """Old addresses lead to those with „kriterien“; what is wrong behind that word has no other place to lead to."""
    client.force_login(alice)
    at = f"/bewertungen/{world.ids['draft']}"
    assert client.get(f"{at}/kriterien/kriterium-1/gibt-es-nicht/").status_code == 404
    assert client.get(f"{at}/kriterium-1/gibt-es-nicht/")["Location"] == f"{at}/kriterien/kriterium-1/gibt-es-nicht/"
