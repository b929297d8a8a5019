import pytest

from assessments.models import Assessment, AssessmentState, AssessmentTransition, Score
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from scaling.accounts.models import Membership, Role
from tests.conftest import make_user
from tests.factories import make_catalogue, make_criterion, make_edition, make_project


@pytest.fixture
def url(assessment):
    return f"/bewertungen/{assessment.public_id}/"


@pytest.fixture
def submitted(assessment, alice):
    return workflow.submit(assessment=assessment, by=alice)


@pytest.fixture
def approved(submitted, bob):
    return workflow.approve(assessment=submitted, by=bob)


# --- Start -------------------------------------------------------------------------------------------------------------


def test_start_page_names_scope_and_edition(client, alice, project):
    client.force_login(alice)
    response = client.get(f"/projekte/{project.public_id}/bewertung-beginnen/")
    assert response.status_code == 200
    assert "3 Kriterien aus „Durchgehend“" in response.text
    assert not Assessment.objects.exists()


def test_start_begins_a_round_with_the_chosen_phases(client, municipality, alice):
    edition = make_edition(state="draft")
    for phase in ("p1", "p2", "p4", "durchgehend"):
        make_criterion(edition, f"k-{phase}", phase=phase)
    type(edition).objects.filter(pk=edition.pk).update(state="published", published_at="2026-01-01T00:00Z")
    project = make_project(municipality, phase="p2", team=[alice])
    client.force_login(alice)
    url = f"/projekte/{project.public_id}/bewertung-beginnen/"
    page = client.get(url)
    assert page.context["form"]["phases"].value() == ["p1", "p2", "durchgehend"]
    assert [value for value, _ in page.context["form"].fields["phases"].choices] == ["p1", "p2", "p4"]
    response = client.post(url, {"phases": ["p1", "p4"]})
    assessment = Assessment.objects.get()
    assert response["Location"] == f"/bewertungen/{assessment.public_id}/"
    assert [score.criterion.key for score in assessment.scores.all()] == ["k-p1", "k-p4", "k-durchgehend"]
    assert [(step.kind, step.by_id) for step in assessment.steps] == [("begin", alice.pk)]


def test_start_with_a_phase_that_does_not_exist(client, alice, project):
    client.force_login(alice)
    response = client.post(f"/projekte/{project.public_id}/bewertung-beginnen/", {"phases": ["p9"]})
    assert response.status_code == 422
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_start_while_a_round_is_open_leads_to_it(client, alice, assessment, project, url, method):
    client.force_login(alice)
    response = getattr(client, method)(f"/projekte/{project.public_id}/bewertung-beginnen/")
    assert response["Location"] == url
    assert Assessment.objects.count() == 1


def test_start_without_a_catalogue(client, municipality, alice):
    project = make_project(municipality, team=[alice])
    client.force_login(alice)
    response = client.get(f"/projekte/{project.public_id}/bewertung-beginnen/")
    assert "Noch kein Katalog" in response.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_start_by_others(client, approved, project, charlie, rita, method):
    send = getattr(client, method)
    url = f"/projekte/{project.public_id}/bewertung-beginnen/"
    assert send(url)["Location"].startswith("/konto/login/")
    client.force_login(charlie)
    assert send(url).status_code == 404
    client.force_login(rita)
    assert send(url).status_code == 403
    assert Assessment.objects.count() == 1


# --- Overview ------------------------------------------------------------------------------------------------------------


def test_overview_shows_progress_states_and_the_way_on(client, alice, assessment, url):
    first = assessment.scores.get(criterion__key="kriterium-1")
    save_score(score=first, version=1, by=alice, answer=Answer("rated", 2))
    client.force_login(alice)
    response = client.get(url)
    assert response.status_code == 200
    overview = response.context["overview"]
    assert (overview.counts.answered, overview.counts.total) == (1, 3)
    assert [(g.key, g.counts.answered, g.counts.total) for g in overview.phases] == [("durchgehend", 1, 3)]
    assert [(g.key, g.counts.answered, g.counts.total) for g in overview.workstreams] == [("organisatorisch", 1, 3)]
    assert "Stufe 2 – in Umsetzung" in response.text
    assert "Noch offen sind 2 Kriterien:" in response.text
    assert f"{url}kriterien/kriterium-2/" in response.text
    assert "Nächstes offenes Kriterium" in response.text


def test_overview_names_unconfirmed_answers_apart(client, alice, approved, project):
    following = workflow.start_assessment(project=project, by=alice)
    Score.objects.filter(assessment=following).update(state="rated", level=1, confirmed=False)
    client.force_login(alice)
    response = client.get(f"/bewertungen/{following.public_id}/")
    assert (response.context["overview"].counts.confirmed, response.context["overview"].counts.unconfirmed) == (0, 3)
    assert "noch nicht bestätigt sind 3 Kriterien:" in response.text
    assert response.context["next_pending"].criterion.key == "kriterium-1"


@pytest.mark.parametrize("state", ["draft", "submitted", "approved"])
def test_overview_by_others(client, request, charlie, rita, assessment, url, state):
    if state != "draft":
        request.getfixturevalue(state)
    assert client.get(url)["Location"].startswith("/konto/login/")
    client.force_login(charlie)
    assert client.get(url).status_code == 404
    client.force_login(rita)
    assert client.get(url).status_code == (200 if state == "approved" else 404)


BUTTONS = {
    "submit": "Zur Freigabe einreichen",
    "withdraw": "Einreichung zurückziehen",
    "approve": ">Freigeben<",
    "return": "An das Team zurückgeben",
    "reopen": "Bewertung wieder öffnen",
}


@pytest.mark.parametrize(
    ("state", "who", "shown"),
    [
        ("draft", "alice", {"submit"}),
        ("draft", "bob", {"submit"}),
        ("submitted", "alice", {"withdraw"}),
        ("submitted", "bob", {"approve", "return"}),
        ("approved", "alice", set()),
        ("approved", "bob", {"reopen"}),
        ("approved", "rita", set()),
    ],
)
def test_buttons_are_shown_exactly_when_they_work(client, request, assessment, url, state, who, shown):
    if state != "draft":
        request.getfixturevalue(state)
    client.force_login(request.getfixturevalue(who))
    text = client.get(url).text
    assert {name for name, label in BUTTONS.items() if label in text} == shown


# --- Steps -----------------------------------------------------------------------------------------------------------------

PATHS = {"submit": "einreichen", "approve": "freigeben", "return": "zurueckgeben", "reopen": "wieder-oeffnen"}
DATA = {"comment": "Bitte ergänzen", "reason": "Zahlendreher"}


def data(assessment):
    """With what the page says was seen."""
    return DATA | {"gesehen": str(Assessment.objects.get(pk=assessment.pk).steps[-1].id)}


AFTER = {
    ("draft", "submit"): AssessmentState.SUBMITTED,
    ("submitted", "approve"): AssessmentState.APPROVED,
    ("submitted", "return"): AssessmentState.RETURNED,
    ("approved", "reopen"): AssessmentState.DRAFT,
}


@pytest.mark.parametrize("state", ["draft", "submitted", "approved"])
@pytest.mark.parametrize("step", PATHS)
def test_step_by_a_manager_in_each_state(client, request, assessment, bob, url, state, step):
    if state != "draft":
        request.getfixturevalue(state)
    client.force_login(bob)
    response = client.post(f"{url}{PATHS[step]}/", data(assessment), follow=True)
    # What was written to a step that was not taken is given back in the answer.
    gives_back = step in ("return", "reopen") and (state, step) not in AFTER
    assert response.redirect_chain == ([] if gives_back else [(url, 302)])
    stored = Assessment.objects.get()
    assert stored.state == AFTER.get((state, step), state)
    repeats = (state, step) == ("approved", "approve")  # Bob's own step: his second click is no fault
    assert ("Das ging nicht" in response.text) == ((state, step) not in AFTER and not repeats)


@pytest.mark.parametrize("step", ["approve", "return", "reopen"])
def test_managers_steps_by_the_team(client, submitted, alice, url, step):
    client.force_login(alice)
    assert client.post(f"{url}{PATHS[step]}/", DATA).status_code == 403
    assert Assessment.objects.get().state == AssessmentState.SUBMITTED


@pytest.mark.parametrize("step", PATHS)
def test_steps_by_others(client, approved, charlie, rita, url, step):
    address = f"{url}{PATHS[step]}/"
    assert client.post(address, DATA).status_code == 401
    client.force_login(charlie)
    assert client.post(address, DATA).status_code == 404
    client.force_login(rita)
    assert client.post(address, DATA).status_code == 403
    assert Assessment.objects.get().state == AssessmentState.APPROVED


@pytest.mark.parametrize("step", PATHS)
def test_steps_are_taken_by_post_only(client, assessment, bob, url, step):
    client.force_login(bob)
    assert client.get(f"{url}{PATHS[step]}/").status_code == 405


@pytest.mark.parametrize(
    ("state", "step", "who", "done"),
    [
        ("draft", "submit", "alice", "Eingereicht."),
        ("submitted", "withdraw", "alice", "Zurückgezogen."),
        ("submitted", "approve", "bob", "Freigegeben."),
        ("submitted", "return", "bob", "Zurückgegeben."),
        ("approved", "reopen", "bob", "Wieder geöffnet."),
    ],
)
def test_second_click_is_success_too(client, request, assessment, url, state, step, who, done):
    """Both clicks send the same form."""
    if state != "draft":
        request.getfixturevalue(state)
    client.force_login(request.getfixturevalue(who))
    form, path = data(assessment), f"{url}{({'withdraw': 'zurueckziehen'} | PATHS)[step]}/"
    client.post(path, form)
    before = AssessmentTransition.objects.count()
    response = client.post(path, form, follow=True)
    assert done in response.text
    assert "Das ging nicht" not in response.text
    assert AssessmentTransition.objects.count() == before


@pytest.mark.parametrize(("state", "step"), [("submitted", "return"), ("approved", "reopen")])
def test_second_text_of_the_same_person_is_given_back(client, request, assessment, bob, url, state, step):
    """Two tabs, two texts: only one is stored, and the other is no success."""
    request.getfixturevalue(state)
    client.force_login(bob)
    path = f"{url}{PATHS[step]}/"
    for text in ("Der erste Text", "Der zweite, bessere Text"):
        response = client.post(path, {"comment": text, "reason": text})
    assert (response.status_code, "Der zweite, bessere Text" in response.text) == (409, True)
    assert "Es gilt der erste." in response.text
    assert AssessmentTransition.objects.latest("pk").note == "Der erste Text"


@pytest.mark.parametrize(("state", "step"), [("approved", "return"), ("submitted", "reopen")])
def test_text_of_a_step_that_came_too_late_is_given_back(client, request, assessment, bob, url, state, step):
    request.getfixturevalue(state)
    client.force_login(bob)
    response = client.post(f"{url}{PATHS[step]}/", {"comment": "Was noch fehlt", "reason": "Was noch fehlt"})
    assert (response.status_code, "Was noch fehlt" in response.text, "Das ging nicht" in response.text) == (409, True, True)


def test_step_somebody_else_took_first_is_told(client, submitted, bob, url, municipality):
    other = make_user("Beate")
    Membership.objects.create(user=other, municipality=municipality, role=Role.MANAGER)
    form = data(submitted)
    workflow.approve(assessment=submitted, by=other)
    client.force_login(bob)
    assert "Das ging nicht" in client.post(f"{url}freigeben/", form, follow=True).text


def test_approval_of_what_changed_since_is_asked_again(client, submitted, alice, bob, url):
    client.force_login(bob)
    page = client.get(url)
    form = {"gesehen": str(page.context["assessment"].steps[-1].id)}
    assert f'name="gesehen" value="{form["gesehen"]}"' in page.text
    workflow.return_to_team(assessment=submitted, by=bob, comment="Bitte ergänzen")
    score = submitted.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 3, "Heimlich erhöht"))
    workflow.submit(assessment=submitted, by=alice)
    response = client.post(f"{url}freigeben/", form)
    assert response.status_code == 409
    assert Assessment.objects.get().state == AssessmentState.SUBMITTED
    for text in ("ist etwas geschehen", "Heimlich erhöht", "von „offen“ zu „3 – umgesetzt“", "zurückgegeben", "eingereicht"):
        assert text in response.text, text
    assert "Runde begonnen" not in response.text
    again = {"gesehen": str(Assessment.objects.get().steps[-1].id)}
    assert f'name="gesehen" value="{again["gesehen"]}"' in response.text
    assert "Freigegeben." in client.post(f"{url}freigeben/", again, follow=True).text


@pytest.mark.parametrize("seen", ["", "x", "²", "-1", "0", "9" * 40])
def test_approval_that_does_not_say_what_was_seen(client, submitted, bob, url, seen):
    client.force_login(bob)
    assert client.post(f"{url}freigeben/", {"gesehen": seen}).status_code == 409
    assert Assessment.objects.get().state == AssessmentState.SUBMITTED


def test_manager_sees_what_changed_since_the_last_round_before_approving(client, assessment, project, alice, bob):
    answers = {1: Answer("rated", 3, "Alter Grund"), 2: Answer("rated", 1, "Bleibt so")}
    for number, given in answers.items():
        save_score(score=assessment.scores.get(criterion__key=f"kriterium-{number}"), version=1, by=alice, answer=given)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    score = following.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 1, "Neuer Grund"))
    url = f"/bewertungen/{following.public_id}/"
    client.force_login(bob)
    assert client.get(url).context["since_last"] is None
    workflow.submit(assessment=following, by=alice)
    response = client.get(url)
    page = " ".join(response.text.split())
    for text in ("Was sich seit Runde 1 geändert hat", "Gesunken (1)", "↓ 2", "Neuer", "Alter", "Anmerkung"):
        assert text in page, text
    assert "Bleibt so" not in page
    client.force_login(alice)
    response = client.get(url)
    assert response.context["since_last"] is None
    assert "Was sich seit Runde 1 geändert hat" not in response.text


def test_note_of_an_approval_is_read_by_the_team(client, submitted, alice, bob, url):
    client.force_login(bob)
    form = data(submitted) | {"note": "  Danke, gut begründet.  "}
    assert client.post(f"{url}freigeben/", form)["Location"] == url
    assert submitted.transitions.get(kind="approve").note == "Danke, gut begründet."
    client.force_login(alice)
    for path in (url, f"{url}verlauf/"):
        assert "Danke, gut begründet." in client.get(path).text
    submitted.project.refresh_from_db()
    assert "Danke, gut" not in client.get(f"{url}profil/").text


def test_note_that_is_too_long_approves_nothing_and_keeps_what_was_typed(client, submitted, bob, url):
    client.force_login(bob)
    response = client.post(f"{url}freigeben/", data(submitted) | {"note": "Danke " * 500})
    assert response.status_code == 422
    assert "Danke Danke" in response.text
    assert Assessment.objects.get().state == AssessmentState.SUBMITTED


def test_withdrawn_round_is_the_teams_again(client, submitted, alice, bob, url):
    client.force_login(bob)
    assert client.post(f"{url}zurueckziehen/").status_code == 403
    client.force_login(alice)
    assert "Zurückgezogen." in client.post(f"{url}zurueckziehen/", follow=True).text
    assert Assessment.objects.get().state == AssessmentState.DRAFT
    workflow.submit(assessment=submitted, by=alice)
    workflow.approve(assessment=submitted, by=bob)
    assert "Das ging nicht" in client.post(f"{url}zurueckziehen/", follow=True).text
    assert Assessment.objects.get().state == AssessmentState.APPROVED


def test_submit_by_the_team_with_open_criteria(client, assessment, alice, url):
    client.force_login(alice)
    assert "Eingereicht." in client.post(f"{url}einreichen/", follow=True).text
    assert Assessment.objects.get().steps[-1].by_id == alice.pk


@pytest.mark.parametrize("words", [" ", "\u200b", "–", "123"])
@pytest.mark.parametrize(
    ("state", "step", "ask"),
    [
        ("submitted", "return", "Bitte schreiben Sie dem Team, was noch fehlt."),
        ("approved", "reopen", "Bitte nennen Sie den Grund."),
    ],
)
def test_step_without_its_words_asks_for_them_in_place(client, request, assessment, bob, url, state, step, ask, words):
    request.getfixturevalue(state)
    client.force_login(bob)
    response = client.post(f"{url}{PATHS[step]}/", {"comment": words, "reason": words})
    assert response.status_code == 422
    assert ask in response.text
    assert "<details" in response.text
    assert Assessment.objects.get().state == state


def test_return_comment_is_shown_to_the_team(client, submitted, alice, bob, url):
    workflow.return_to_team(assessment=submitted, by=bob, comment="Bitte **Finanzierung** ergänzen")
    client.force_login(alice)
    text = client.get(url).text
    assert "<strong>Finanzierung</strong>" in text
    assert "Zurückgegeben von Bob" in text


def test_reopen_when_a_later_round_exists(client, approved, project, alice, bob, url):
    workflow.start_assessment(project=project, by=alice)
    client.force_login(bob)
    response = client.post(f"{url}wieder-oeffnen/", DATA, follow=True)
    assert "nur die letzte Runde" in response.text
    assert DATA["reason"] in response.text


def test_catalogue_in_use_stays_with_the_round(client, assessment, alice, url):
    make_catalogue(5, major=2)
    client.force_login(alice)
    assert client.get(url).context["overview"].counts.total == 3


def test_overview_shows_what_is_left_first_and_folds_the_rest(client, alice, assessment, url):
    save_score(score=assessment.scores.get(criterion__key="kriterium-1"), version=1, by=alice, answer=Answer("rated", 2))
    client.force_login(alice)
    response = client.get(url)
    keys = {name: [score.criterion.key for score in response.context[name].scores] for name in ("todo", "rest")}
    assert keys == {"todo": ["kriterium-2", "kriterium-3"], "rest": ["kriterium-1"]}
    assert "Noch zu tun: 2" in response.text
    assert "1 Kriterium ist bearbeitet" in response.text
    asked = client.get(f"{url}?workstream=organisatorisch")
    assert asked.context["rest"].scores == ()
    assert "kriterium-1" in asked.text


def test_overview_with_nothing_left_leads_to_handing_in_first(client, alice, assessment, url):
    for score in assessment.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer("unknown"))
    client.force_login(alice)
    text = client.get(url).text
    assert text.index("Zur Freigabe einreichen") < text.index("Reifeprofil ansehen")
    assert text.count("Zur Freigabe einreichen") == 1
