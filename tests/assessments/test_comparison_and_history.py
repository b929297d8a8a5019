from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from assessments.models import Score
from assessments.queries.history import read_history
from assessments.queries.round_history import round_sources
from assessments.scoring import KindCounts
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, NewEvidence, add_evidence, confirm_score, remove_evidence, save_score
from catalogue.edition_cache import cached_edition
from catalogue.models import Edition
from scaling.common.history import rewriting_history
from tests.factories import make_criterion, make_edition, make_project


def save(assessment, key, by, *answer):
    score = assessment.scores.get(criterion__key=key)
    return save_score(score=score, version=score.version, by=by, answer=Answer(*answer))


def approve(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)


@pytest.fixture
def two(assessment, project, alice, bob):
    """Two rounds: 1 rises and gets a new reason, 2 stays, 3 was unknown and is rated."""
    save(assessment, "kriterium-1", alice, "rated", 1, "Es gibt einen alten Plan.")
    save(assessment, "kriterium-2", alice, "rated", 2, "Läuft.")
    save(assessment, "kriterium-3", alice, "unknown")
    approve(assessment, alice, bob)
    following = workflow.start_assessment(project=project, by=alice)
    save(following, "kriterium-1", bob, "rated", 3, "Es gibt einen neuen Plan.")
    save(following, "kriterium-3", alice, "rated", 0)
    return assessment, following


def test_comparison_shows_both_reasons_and_the_changed_words(client, two, alice):
    then, now = two
    client.force_login(alice)
    response = client.get(f"/bewertungen/{now.public_id}/vergleich/{then.public_id}/")
    assert response.status_code == 200
    assert response.context["comparison"].change.kinds == KindCounts(up=1, same=1, newly_rated=1)
    assert (
        "3 Kriterien gegenüber Runde 1: 1 gestiegen, 1 neu eingeschätzt, 1 gleich geblieben (1 davon nur übernommen)."
        in response.text
    )
    assert "Im Mittel der 2 Kriterien, die in beiden Runden eingeschätzt sind: +1,0." in response.text
    assert ">alten</del>" in response.text
    assert ">neuen</ins>" in response.text
    assert "2 Stufen höher" in response.text
    assert "Bob" in response.text
    assert "übernommen, noch nicht bestätigt" in response.text


def test_comparison_the_other_way_round_is_the_same(client, two, alice):
    then, now = two
    client.force_login(alice)
    response = client.get(f"/bewertungen/{then.public_id}/vergleich/{now.public_id}/")
    assert (response.context["now"], response.context["then"]) == (now, then)


def test_comparison_groups_what_has_changed_and_folds_the_rest(client, two, alice):
    then, now = two
    client.force_login(alice)
    response = client.get(f"/bewertungen/{now.public_id}/vergleich/{then.public_id}/")
    found = response.context["comparison"]
    assert [(label, [row.key for row in rows]) for label, rows in found.news] == [
        ("gestiegen", ["kriterium-1"]),
        ("neu eingeschätzt", ["kriterium-3"]),
    ]
    assert [row.key for row in found.unchanged] == ["kriterium-2"]
    assert "1 Kriterium mit derselben Antwort und Begründung" in response.text


def test_comparison_says_a_rewritten_reason_once(client, two, alice):
    """What went and what came stand in one text, and nowhere else."""
    then, now = two
    save(now, "kriterium-2", alice, "rated", 2, "Ruht seit Mai.")
    client.force_login(alice)
    text = client.get(f"/bewertungen/{now.public_id}/vergleich/{then.public_id}/").text
    for words in ("Läuft", "Ruht seit Mai"):
        assert text.count(words) == 1


def test_comparison_across_editions_meets_by_key(client, assessment, project, alice, bob):
    approve(assessment, alice, bob)
    newer = make_edition(2, state="draft")
    make_criterion(newer, "kriterium-neu")
    make_criterion(newer, "kriterium-2")
    following = workflow.start_assessment(project=project, by=alice, edition=newer)
    client.force_login(alice)
    response = client.get(f"/bewertungen/{following.public_id}/vergleich/{assessment.public_id}/")
    found = response.context["comparison"]
    assert [(row.key, row.then is None, row.now is None) for _, rows in found.news for row in rows] == [
        ("kriterium-neu", True, False),
        ("kriterium-1", False, True),
        ("kriterium-3", False, True),
    ]
    assert [row.key for row in found.unchanged] == ["kriterium-2"]
    assert "4 Kriterien gegenüber Runde 1: 1 neu dabei, 2 entfallen, 1 in keiner der Runden eingeschätzt." in response.text


def test_comparison_leads_to_the_round_before_or_the_chosen_one(client, two, alice):
    then, now = two
    client.force_login(alice)
    target = f"/bewertungen/{now.public_id}/vergleich/{then.public_id}/"
    assert client.get(f"/bewertungen/{now.public_id}/vergleich/")["Location"] == target
    assert client.get(f"/bewertungen/{now.public_id}/vergleich/?mit={then.public_id}")["Location"] == target


def test_comparison_with_what_is_not_comparable_or_not_theirs(client, two, municipality, alice, rita, charlie):
    then, now = two
    stranger = workflow.start_assessment(project=make_project(municipality, "Anderes", team=[alice]), by=alice)
    url = f"/bewertungen/{now.public_id}/vergleich/{then.public_id}/"
    assert client.get(url)["Location"].startswith("/konto/login/")
    client.force_login(alice)
    assert client.get(f"/bewertungen/{now.public_id}/vergleich/{stranger.public_id}/").status_code == 404
    assert client.get(f"/bewertungen/{now.public_id}/vergleich/{now.public_id}/").status_code == 404
    assert client.get(f"/bewertungen/{stranger.public_id}/vergleich/").status_code == 404
    for person in (rita, charlie):  # the newer round is no reader's matter yet
        client.force_login(person)
        assert client.get(url).status_code == 404


# --- Logbook -----------------------------------------------------------------------------------------------------------------


def entries(client, assessment, query=""):
    response = client.get(f"/bewertungen/{assessment.public_id}/verlauf/{query}")
    assert response.status_code == 200
    return response, [(entry.what, entry.who, entry.key) for entry in response.context["page"].entries]


def test_history_tells_who_did_what(client, assessment, alice, bob, score):
    save(assessment, "kriterium-1", alice, "rated", 1, "Alter Text")
    save(assessment, "kriterium-1", bob, "rated", 2, "Neuer Text")
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("Beschluss"))
    remove_evidence(evidence=evidence, by=bob)
    workflow.submit(assessment=assessment, by=alice)
    workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte ergänzen")
    client.force_login(alice)
    response, found = entries(client, assessment)
    assert found == [
        ("zurückgegeben", "Bob", ""),
        ("eingereicht", "Alice", ""),
        ("Nachweis entfernt", "Bob", "kriterium-1"),
        ("Nachweis hinzugefügt", "Alice", "kriterium-1"),
        ("Antwort geändert", "Bob", "kriterium-1"),
        ("Antwort geändert", "Alice", "kriterium-1"),
        ("Runde begonnen", "Alice", ""),
    ]
    for text in ("Bitte ergänzen", ">Alter</del>", ">Neuer</ins>", "von „1 – geplant“ zu „2 – in Umsetzung“"):
        assert text in response.text, text


@pytest.mark.parametrize(
    ("language", "dated", "without_day", "set_anew"),
    [
        (
            "de",
            "Stufe 3, 1.\N{NO-BREAK SPACE}Mai 2027",
            "Stufe 3",
            ("2.\N{NO-BREAK SPACE}Januar 2026", "3.\N{NO-BREAK SPACE}März 2028"),
        ),
        ("en", "Level 3, 1 May 2027", "Level 3", ("2 January 2026", "3 March 2028")),
    ],
)
def test_history_writes_days_as_the_language_does(assessment, alice, bob, score, language, dated, without_day, set_anew):
    save(assessment, "kriterium-1", alice, "rated", 1, "", 3, date(2027, 5, 1))
    save(assessment, "kriterium-1", bob, "rated", 1, "", 3, None)
    save(assessment, "kriterium-1", alice, "rated", 1, "", None, None)
    add_evidence(score=score, by=alice, evidence=NewEvidence("B", dated_on=date(2026, 1, 2), valid_until=date(2028, 3, 3)))
    with translation.override(language):
        found = read_history(round_sources(assessment, cached_edition(assessment.edition)))
        added, *answers = [entry for _place, entry in found[:4]]
        targets = [
            (change.before, change.after) for one in answers for change in one.changes if change.label in ("Ziel", "Target")
        ]
        days = tuple(change.after for change in added.changes[1:])
    assert targets == [(without_day, "–"), (dated, without_day), ("–", dated)]
    assert days == set_anew


SENTENCE = "Der Rat hat am 4. März beschlossen, die Stelle ab Mai zu besetzen."


def autosave(assessment, person, texts, key="kriterium-1"):
    for text in texts:
        save(assessment, key, person, "rated", 2, text)


def growing(sentence, times):
    return [sentence[: len(sentence) * number // times] for number in range(1, times + 1)]


def test_one_sentence_autosaved_is_one_step(client, assessment, alice):
    save(assessment, "kriterium-1", alice, "rated", 2, "Vorher.")
    with rewriting_history():
        Score.history.filter(version=1).update(history_date=timezone.now() - timedelta(hours=2))
    with rewriting_history():
        Score.history.filter(version=2).update(history_date=timezone.now() - timedelta(hours=1))
    autosave(assessment, alice, [f"Vorher. {text}" for text in growing(SENTENCE, 8)])
    client.force_login(alice)
    response, found = entries(client, assessment)
    step = ("Antwort geändert", "Alice", "kriterium-1")
    assert found == [step, ("Runde begonnen", "Alice", ""), step]
    change = response.context["page"].entries[0].changes[0]
    assert (change.before, change.after) == ("Vorher.", f"Vorher. {SENTENCE}")
    assert Score.history.filter(version__gte=3).count() == 8  # each version is still there


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("two people", 3),
        ("two criteria", 2),
        ("nine minutes later", 1),
        ("eleven minutes later", 2),
        ("typed and taken back", 0),
    ],
)
def test_what_is_one_step_and_what_is_not(client, assessment, alice, bob, what, steps):
    autosave(assessment, alice, growing(SENTENCE, 3))
    if what == "two people":
        autosave(assessment, bob, ["Bob hat etwas anderes geschrieben."])
        autosave(assessment, alice, growing(SENTENCE, 2))
    elif what == "two criteria":
        autosave(assessment, alice, growing(SENTENCE, 3), key="kriterium-2")
    elif what in ("nine minutes later", "eleven minutes later"):
        ago = timedelta(minutes=9 if what == "nine minutes later" else 11)
        with rewriting_history():
            Score.history.filter(version__in=(2, 3, 4)).update(history_date=timezone.now() - ago)
        autosave(assessment, alice, ["Etwas Neues."])
    else:
        save(assessment, "kriterium-1", alice, "open", None, "")
    client.force_login(alice)
    _, found = entries(client, assessment)
    assert len([entry for entry in found if entry[0] == "Antwort geändert"]) == steps


def test_history_shows_every_kind_of_step(client, assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.withdraw(assessment=assessment, by=alice)
    newer = make_edition(2, state="draft")
    for number in (1, 2, 3):
        make_criterion(newer, f"kriterium-{number}")
    Edition.objects.filter(pk=newer.pk).update(state="published", published_at=timezone.now())
    edition_switch.move(assessment=assessment, edition=newer, by=alice)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    workflow.reopen(assessment=assessment, by=bob, reason="Zahlendreher")
    client.force_login(alice)
    response, found = entries(client, assessment)
    assert [what for what, _, _ in found] == [
        "wieder geöffnet",
        "freigegeben",
        "eingereicht",
        "Katalogausgabe gewechselt",
        "zurückgezogen",
        "eingereicht",
        "Runde begonnen",
    ]
    for text in ("Zahlendreher", "von „1.0“ zu „2.0“"):
        assert text in response.text, text


def test_history_tells_a_confirmation_apart_from_a_change(client, two, alice):
    _, now = two
    score = now.scores.get(criterion__key="kriterium-2")
    confirm_score(score=score, version=1, by=alice)
    client.force_login(alice)
    _, found = entries(client, now, "?kriterium=kriterium-2")
    assert found == [("Antwort bestätigt", "Alice", "kriterium-2")]


def test_history_by_others(client, two, rita, charlie):
    then, now = two
    assert client.get(f"/bewertungen/{now.public_id}/verlauf/")["Location"].startswith("/konto/login/")
    client.force_login(charlie)
    assert client.get(f"/bewertungen/{now.public_id}/verlauf/").status_code == 404
    client.force_login(rita)
    assert client.get(f"/bewertungen/{now.public_id}/verlauf/").status_code == 404
    assert client.get(f"/bewertungen/{then.public_id}/verlauf/").status_code == 200


@pytest.mark.parametrize("times", [1, 3])
def test_history_and_comparison_cost_the_same_for_one_and_three(client, two, alice, times):
    then, now = two
    for number in range(times):
        save(now, "kriterium-2", alice, "rated", 1, f"Text {number}")
    client.force_login(alice)
    for path, cost in (("verlauf/", 12), (f"vergleich/{then.public_id}/", 8)):
        client.get(f"/bewertungen/{now.public_id}/{path}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/bewertungen/{now.public_id}/{path}")
        assert len(queries) == cost, [query["sql"][:90] for query in queries]
    assert Score.history.count() > times
