"""The second round: confirming with one click, and narrowing the list to what is left."""

import pytest

from assessments.models import Score
from assessments.services import workflow
from assessments.services.answers import Answer, save_score


@pytest.fixture
def following(assessment, project, alice, bob):
    """A second round: 1 and 2 carried over, 3 open."""
    for key, answer in (("kriterium-1", Answer("rated", 1, "Alt", 3)), ("kriterium-2", Answer("unknown", None, "Wer weiß"))):
        save_score(score=assessment.scores.get(criterion__key=key), version=1, by=alice, answer=answer)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    return workflow.start_assessment(project=project, by=alice)


def confirm_url(following, key="kriterium-1"):
    return f"/bewertungen/{following.public_id}/kriterien/{key}/stimmt-noch/"


def test_confirm_keeps_the_answer_and_goes_on(client, following, alice):
    client.force_login(alice)
    response = client.post(confirm_url(following), {"version": "1"})
    assert response["Location"] == f"/bewertungen/{following.public_id}/kriterien/kriterium-2/"
    stored = following.scores.get(criterion__key="kriterium-1")
    assert (stored.confirmed, stored.level, stored.rationale, stored.updated_by) == (True, 1, "Alt", alice)


def test_confirm_from_the_list_returns_to_it(client, following, alice):
    client.force_login(alice)
    assert "Stimmt noch" in client.get(f"/bewertungen/{following.public_id}/").text
    response = client.post(confirm_url(following), {"version": "1", "zurueck": "1"})
    assert response["Location"] == f"/bewertungen/{following.public_id}/"


@pytest.mark.parametrize("version", ["2", "", "x", "9" * 30])
def test_confirm_of_another_version_shows_the_answer(client, following, alice, version):
    client.force_login(alice)
    response = client.post(confirm_url(following), {"version": version})
    assert response["Location"] == f"/bewertungen/{following.public_id}/kriterien/kriterium-1/"
    assert not following.scores.get(criterion__key="kriterium-1").confirmed


def test_confirm_by_others_and_otherwise(client, following, alice, charlie, rita):
    url = confirm_url(following)
    assert client.post(url)["Location"].startswith("/konto/login/")
    for person in (charlie, rita):
        client.force_login(person)
        assert client.post(url, {"version": "1"}).status_code == 404
    client.force_login(alice)
    assert client.get(url).status_code == 405
    workflow.submit(assessment=following, by=alice)
    assert client.post(url, {"version": "1"})["Location"] == f"/bewertungen/{following.public_id}/"
    assert Score.objects.filter(confirmed=False).count() == 2


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", [1, 2, 3]),
        ("zeige=offen", [3]),
        ("zeige=unbestaetigt", [1, 2]),
        ("zeige=weiss-nicht", [2]),
        ("zeige=unter-ziel", [1]),
        ("zeige=meine", [2]),
        ("phase=durchgehend", [1, 2, 3]),
        ("phase=p1", []),
        ("workstream=organisatorisch&zeige=offen", [3]),
        ("workstream=technisch", []),
        ("zeige=unsinn", [1, 2, 3]),
    ],
)
def test_list_is_narrowed(client, following, alice, query, keys):
    following.scores.filter(criterion__key="kriterium-2").update(assigned_to=alice)
    client.force_login(alice)
    response = client.get(f"/bewertungen/{following.public_id}/?{query}")
    assert [score.criterion.key for score in response.context["shown"].scores] == [f"kriterium-{key}" for key in keys]
    assert response.context["overview"].counts.total == 3
    assert ("Kein Kriterium passt dazu" in response.text) == (not keys)


def test_criterion_page_lists_the_others_with_their_states(client, following, alice):
    client.force_login(alice)
    text = client.get(f"/bewertungen/{following.public_id}/kriterien/kriterium-3/").text
    jump = text[text.index("way__list") :]
    assert "Stufe 1, noch nicht bestätigt" in " ".join(jump.split())
    assert "weiß nicht, noch nicht bestätigt" in " ".join(jump.split())


def page_url(following, key="kriterium-1"):
    return f"/bewertungen/{following.public_id}/kriterien/{key}/"


def typed(**more):
    return {"version": "1", "choice": "1", "rationale": "Alt", "target_level": "3", "target_date": "", "stimmt": "1", **more}


def test_still_right_on_the_page_confirms_and_goes_on(client, following, alice):
    client.force_login(alice)
    assert 'name="stimmt"' in client.get(page_url(following)).text
    response = client.post(page_url(following), typed(), follow=True)
    assert response.redirect_chain == [(page_url(following, "kriterium-2"), 302)]
    assert "„Kriterium kriterium-1“ ist bestätigt." in response.text
    assert following.scores.get(criterion__key="kriterium-1").confirmed


@pytest.mark.parametrize(
    "change",
    [{"rationale": "Alt, und neu dazu"}, {"choice": "2"}, {"target_date": "2031-05-01"}, {"evidence_text": "Beschluss"}],
)
def test_still_right_said_of_what_was_just_changed_saves_the_change(client, following, alice, change):
    """Also without a script: what stands in the fields comes along with the button."""
    client.force_login(alice)
    response = client.post(page_url(following), typed(**change))
    assert (response.status_code, response["Location"]) == (302, page_url(following, "kriterium-2"))
    stored = following.scores.get(criterion__key="kriterium-1")
    said = {
        "rationale": stored.rationale,
        "choice": str(stored.level),
        "target_date": str(stored.target_date),
        "evidence_text": "".join(stored.evidence.values_list("text", flat=True)),
    }
    assert (stored.confirmed, said | change) == (True, said)


def test_still_right_said_of_what_somebody_else_changed_shows_it(client, following, alice, bob):
    score = following.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=1, by=bob, answer=Answer("rated", 4, "Bobs Satz"))
    Score.objects.filter(pk=score.pk).update(confirmed=False)
    client.force_login(alice)
    assert client.post(page_url(following), typed())["Location"] == page_url(following)
    response = client.post(page_url(following), typed(rationale="Mein eigener Satz"))
    assert (response.status_code, "Mein eigener Satz" in response.text, "Bobs Satz" in response.text) == (409, True, True)
    assert following.scores.get(pk=score.pk).rationale == "Bobs Satz"


def test_still_right_with_half_an_answer_comes_back(client, following, alice):
    client.force_login(alice)
    response = client.post(page_url(following), typed(choice="not_applicable", rationale="…"))
    assert response.status_code == 422
    assert not following.scores.get(criterion__key="kriterium-1").confirmed
