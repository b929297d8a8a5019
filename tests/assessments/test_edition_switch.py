"""Moving a round to a newer edition: nothing written is lost, and it can be taken back until it is submitted."""

import re
from functools import partial
from threading import Thread

import pytest
from django.db import connections
from django.urls import reverse

from assessments.models import Assessment, Comment, EditionMove, Evidence, Score
from assessments.reports.export import render_csv, render_json
from assessments.reports.pdf import VARIANTS, render_pdf
from assessments.reports.profile.load import load_profile
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, NewEvidence, StaleScore, save_score
from catalogue.models import Edition
from catalogue.services.importing import import_files, load_file
from tests.catalogue.documents import (
    CROSS_PHASE_MILESTONE,
    as_file,
    catalogue_document,
    criterion_document,
    legal_note_document,
    wording_document,
)
from tests.factories import make_project
from tests.races import at_once
from tests.reports.pdf_facts import text_of

pytestmark = pytest.mark.django_db


def publish(*criteria, number):
    return import_files([load_file(as_file(catalogue_document(criteria=list(criteria), number=number)), "x")], publish=True)[
        0
    ].edition


def reworded(key):
    criterion = criterion_document(key)
    criterion["levels"][2]["description"]["de"] = "Neu beschrieben"
    return criterion


@pytest.fixture
def old(db):
    return publish(*map(criterion_document, ("bleibt", "anders", "entfaellt")), number="1.0")


@pytest.fixture
def assessment(old, municipality, alice):
    """Alice's round on the old edition, every criterion rated."""
    round_ = workflow.start_assessment(project=make_project(municipality, team=[alice], phase="p2"), by=alice)
    for score in round_.scores.all():
        answer = Answer(state="rated", level=2, rationale=f"Grund {score.criterion.key}")
        save_score(score=score, version=1, by=alice, answer=answer, evidence=[NewEvidence("Beschluss", "https://example.org")])
    Comment.objects.create(score=round_.scores.get(criterion__key="entfaellt"), text="Schade drum", author=alice)
    return round_


@pytest.fixture
def new(old):
    """Drops one criterion, rewords one, moves one to another workstream, brings two, of which one lies outside the scope."""
    kept = criterion_document("bleibt", workstreams=["finanziell"], related=["anders"])
    return publish(
        kept, reworded("anders"), criterion_document("kommt"), criterion_document("spaeter", phase="p5"), number="2.0"
    )


def keys(planned):
    return [item.key for item in planned]


def answers(assessment):
    return {
        s.criterion.key: (s.state, s.level, s.rationale, s.confirmed) for s in assessment.scores.select_related("criterion")
    }


def test_plan_names_what_happens_to_each_criterion(assessment, new):
    plan = edition_switch.plan(assessment, new)
    assert (keys(plan.kept), keys(plan.changed), keys(plan.new), keys(plan.dropped)) == (
        ["bleibt"],
        ["anders"],
        ["kommt"],
        ["entfaellt"],
    )
    assert [field.field for field in plan.changed[0].fields] == ["levels.2.description.de"]
    assert answers(assessment).keys() == {"bleibt", "anders", "entfaellt"}


#: What an answer rests on, each with a new text for it; and what it does not rest on.
REWORDED = {
    "title": {"de": "Anders", "en": "Different"},
    "summary": {"de": "Anders", "en": "Different"},
    "why": {"de": "Anders", "en": "Different"},
    "questions": {"de": ["Anders?"], "en": ["Different?"]},
    "note": {"de": "Anders", "en": "Different"},
    "evidence_examples": {"de": ["Anderes"], "en": ["Different"]},
    "levels": reworded("levels")["levels"],
}
RECOUNTED = {
    "workstreams": ["finanziell"],
    "milestone": CROSS_PHASE_MILESTONE,
    "offices": ["legal"],
    "not_here": {"de": "Anderes", "en": "Something else"},
    "legal_notes": [legal_note_document("Neu")],
    "related": ["title"],
    "references": [{"title": {"de": "Quelle", "en": "Source"}, "url": "https://example.org"}],
}


def test_plan_asks_again_for_each_text_that_an_answer_rests_on_and_for_nothing_else(municipality, alice):
    changes = REWORDED | RECOUNTED
    key_of = {name: name.replace("_", "-") for name in changes}
    publish(*map(criterion_document, key_of.values()), number="1.0")
    round_ = workflow.start_assessment(project=make_project(municipality, team=[alice], phase="p2"), by=alice)
    changed = (criterion_document(key_of[name]) | {name: value} for name, value in changes.items())
    plan = edition_switch.plan(round_, publish(*changed, number="2.0"))
    assert {item.key: {field.field.split(".")[0] for field in item.fields} for item in plan.changed} == {
        key_of[name]: {name} for name in REWORDED
    }
    assert keys(plan.kept) == [key_of[name] for name in RECOUNTED]


#: The same for the municipality as a whole: it answers the second wording, and never sees what that replaces.
HOUSE = {"subject": "both", "municipality_wording": wording_document("alt")}
REWORDED_FOR_ALL = {name: REWORDED[name] for name in ("title", "why", "note")} | {
    "municipality_wording": wording_document("neu")
}
NOT_SEEN = {name: REWORDED[name] for name in ("summary", "questions", "evidence_examples", "levels")}


def test_plan_of_the_municipality_asks_again_for_what_its_wording_rests_on(municipality, alice):
    changes = REWORDED_FOR_ALL | NOT_SEEN | RECOUNTED
    key_of = {name: name.replace("_", "-") for name in changes}
    documents = {name: criterion_document(key, **HOUSE) for name, key in key_of.items()}
    publish(*documents.values(), number="1.0")
    project = make_project(municipality, team=[alice], is_municipality_wide=True)
    round_ = workflow.start_assessment(project=project, by=alice)
    changed = (documents[name] | {name: value} for name, value in changes.items())
    plan = edition_switch.plan(round_, publish(*changed, number="2.0"))
    assert {item.key: {field.field.split(".")[0] for field in item.fields} for item in plan.changed} == {
        key_of[name]: {name} for name in REWORDED_FOR_ALL
    }
    assert keys(plan.kept) == [key_of[name] for name in NOT_SEEN | RECOUNTED]


def test_move_keeps_answers_and_asks_again_where_texts_changed(assessment, new, alice):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    assessment.refresh_from_db()
    assert assessment.edition == new
    assert answers(assessment) == {
        "bleibt": ("rated", 2, "Grund bleibt", True),
        "anders": ("rated", 2, "Grund anders", False),
        "kommt": ("open", None, "", True),
    }
    assert set(assessment.scores.values_list("criterion__edition", flat=True)) == {new.pk}
    assert assessment.scores.get(criterion__key="anders").evidence.get().text == "Beschluss"


#: What may be said of where an answer carried over comes from: one of both ways, and never which.
EITHER = re.compile(r"[Aa]us der vorigen Runde,? oder beim Wechsel auf eine andere Ausgabe")


def test_answer_of_a_first_round_never_comes_from_a_previous_one(
    assessment, new, alice, bob, client, mailoutbox, django_capture_on_commit_callbacks
):
    """A move asks again for what stands in this very round; nothing of it comes from an earlier one."""
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    client.force_login(alice)
    addresses = [
        assessment.get_absolute_url(),
        reverse("assessments:confirm_many", args=[assessment.public_id]),
        reverse("assessments:score", args=[assessment.public_id, "anders"]),
        reverse("assessments:table", args=[assessment.public_id]),
        reverse("assessments:short_check_questions", args=[assessment.public_id]),
        reverse("reports:profile", args=[assessment.public_id]),
    ]
    said = [" ".join(client.get(address, follow=True).text.split()) for address in addresses]
    profile = load_profile(Assessment.objects.with_context().with_papers().get(pk=assessment.pk))
    assert "1 Antwort ist übernommen und noch nicht bestätigt." in profile.headline
    said += [" ".join(text_of(render_pdf(profile, variant=variant)).split()) for variant in VARIANTS]
    said += [render_json(profile).decode(), render_csv(profile).decode()]
    with django_capture_on_commit_callbacks(execute=True):
        workflow.submit(assessment=assessment, by=alice)
    said.append(mailoutbox[-1].body)
    assert "Von diesen Antworten sind 1 in dieser Runde bestätigt, 1 nur übernommen." in said[-1]
    for text in said:
        assert not re.findall(r"[^.>]*(?:vorigen|letzten) Runde[^.<]*", EITHER.sub("", text))


def test_dropped_answer_set_aside_with_everything(assessment, new, alice):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    [move] = edition_switch.with_answers_set_aside(EditionMove.objects.all())
    [answer] = move.away
    assert (answer.criterion.key, answer.level, answer.rationale) == ("entfaellt", 2, "Grund entfaellt")
    assert answer.evidence.get().text == "Beschluss"
    assert answer.comments.get().text == "Schade drum"
    assert answer.history.first().history_user == alice


def test_answer_set_aside_counts_nowhere(assessment, new, alice, client):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    counted = Assessment.objects.with_progress().with_next_open().get(pk=assessment.pk)
    assert (counted.counts.total, counted.counts.answered, counted.counts.unconfirmed) == (3, 2, 1)
    assert getattr(counted, "next_open", None) == "anders"
    login(client, alice)
    assert client.get(reverse("assessments:score", args=[assessment.public_id, "entfaellt"])).status_code == 404
    page = client.get(reverse("assessments:history", args=[assessment.public_id])).text
    assert "Antwort beiseitegelegt</strong>: entfaellt" in page


def test_save_of_an_answer_set_aside_meanwhile_refused_with_its_text(assessment, new, alice, client, monkeypatch):
    score = assessment.scores.get(criterion__key="entfaellt")
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    with pytest.raises(Score.DoesNotExist):
        save_score(score=score, version=score.version, by=alice, answer=Answer(state="rated", level=4, rationale="Zu spät"))
    assert Score.with_set_aside.get(pk=score.pk).level == 2


def test_moved_again_brings_back_what_was_said_about_the_new_criterion(assessment, new, alice):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    kept = assessment.scores.get(criterion__key="kommt")
    save_score(score=kept, version=1, by=alice, answer=Answer(state="rated", level=3, rationale="Ganz frisch"))
    edition_switch.undo(assessment=assessment, by=alice)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    assert answers(assessment)["kommt"] == ("rated", 3, "Ganz frisch", False)
    assert assessment.scores.get(criterion__key="kommt").pk == kept.pk


def test_undo_brings_everything_back(assessment, old, new, alice):
    before = answers(assessment)
    dropped = assessment.scores.get(criterion__key="entfaellt")
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    edition_switch.undo(assessment=assessment, by=alice)
    assessment.refresh_from_db()
    assert assessment.edition == old
    assert answers(assessment) == before
    back = assessment.scores.get(pk=dropped.pk)
    assert back.evidence.get().url == "https://example.org"
    assert back.comments.get().text == "Schade drum"
    assert EditionMove.objects.get().undone_by == alice


def test_undo_loses_nothing_written_since(assessment, new, alice):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    for key, reason in (("bleibt", "Neuer Grund"), ("kommt", "Ganz frisch"), ("anders", "Wieder bestätigt")):
        score = assessment.scores.get(criterion__key=key)
        save_score(score=score, version=score.version, by=alice, answer=Answer(state="rated", level=3, rationale=reason))
    edition_switch.undo(assessment=assessment, by=alice)
    [move] = edition_switch.with_answers_set_aside(EditionMove.objects.all())
    assert answers(assessment)["bleibt"] == ("rated", 3, "Neuer Grund", True)
    assert answers(assessment)["anders"] == ("rated", 3, "Wieder bestätigt", True)
    assert [score.rationale for score in move.away] == ["Ganz frisch"]
    assert "kommt" not in answers(assessment)


def test_carried_over_answer_stays_unconfirmed_after_undo(assessment, new, alice):
    assessment.scores.filter(criterion__key="anders").update(confirmed=False)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    edition_switch.undo(assessment=assessment, by=alice)
    assert answers(assessment)["anders"][3] is False


def test_move_taken_back_only_once_and_never_after_submission(assessment, new, alice, bob):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    edition_switch.undo(assessment=assessment, by=alice)
    with pytest.raises(edition_switch.NotUndoable):
        edition_switch.undo(assessment=assessment, by=alice)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(workflow.WrongState):
        edition_switch.undo(assessment=assessment, by=alice)
    workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte ergänzen")
    with pytest.raises(edition_switch.NotUndoable):
        edition_switch.undo(assessment=assessment, by=alice)


@pytest.mark.parametrize("steps", [["submit"], ["submit", "approve"]])
def test_submitted_and_approved_rounds_never_move(assessment, new, alice, bob, steps):
    for step in steps:
        getattr(workflow, step)(assessment=assessment, by=bob)
    before = answers(assessment)
    with pytest.raises(workflow.WrongState):
        edition_switch.move(assessment=assessment, edition=new, by=alice)
    assert answers(assessment) == before


def test_move_to_an_older_a_draft_or_the_same_edition_refused(assessment, old, new, alice):
    draft = import_files([load_file(as_file(catalogue_document("eins", number="3.0")), "x")])[0].edition
    for edition in (old, draft):
        with pytest.raises(edition_switch.NoNewerEdition):
            edition_switch.move(assessment=assessment, edition=edition, by=alice)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    with pytest.raises(edition_switch.NoNewerEdition):
        edition_switch.move(assessment=assessment, edition=old, by=alice)


def test_save_with_the_old_texts_open_refused(assessment, new, alice):
    score = assessment.scores.get(criterion__key="anders")
    version = score.version
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    with pytest.raises(StaleScore):
        save_score(score=score, version=version, by=alice, answer=Answer(state="rated", level=4, rationale="Zu spät"))


def test_page_that_saved_itself_before_the_move_does_not_save_over_the_new_texts(assessment, new, alice, bob):
    """A page is in no conflict with itself; but this one shows what is not asked any more."""
    score = assessment.scores.get(criterion__key="anders")
    saved = save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 3, "Zum alten Text"), page="P")
    edition_switch.move(assessment=assessment, edition=new, by=bob)
    with pytest.raises(StaleScore):
        save_score(score=score, version=saved.version, by=alice, answer=Answer("rated", 4, "Weiter zum alten"), page="P")
    assert answers(assessment)["anders"] == ("rated", 3, "Zum alten Text", False)


@pytest.mark.parametrize("rated", [True, False])
def test_save_with_the_newer_texts_open_refused_after_the_undo(assessment, new, alice, bob, rated):
    if not rated:
        assessment.scores.filter(criterion__key="anders").update(state="open", level=None, confirmed=True)
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    score = assessment.scores.get(criterion__key="anders")
    if rated:
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 3, "Zum neuen Text"), page="P")
        score.refresh_from_db()
    edition_switch.undo(assessment=assessment, by=bob)
    with pytest.raises(StaleScore):
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 4, "Weiter zum neuen"), page="P")
    unchanged = assessment.scores.get(criterion__key="bleibt")
    save_score(score=unchanged, version=unchanged.version, by=alice, answer=Answer("rated", 4, "Gleicher Text"))


def test_move_stands_in_the_history(assessment, new, alice):
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    assert [(s.kind, s.by, s.from_edition, s.to_edition) for s in assessment.steps[1:]] == [("move", "Alice", "1.0", "2.0")]
    assert assessment.scores.get(criterion__key="anders").history.first().history_user == alice


def test_other_rounds_untouched(assessment, new, alice, municipality):
    other = workflow.start_assessment(
        project=make_project(municipality, "Anderes", team=[alice]), by=alice, edition=Edition.objects.numbered("1.0")
    )
    before = list(other.scores.order_by("pk").values())
    edition_switch.move(assessment=assessment, edition=new, by=alice)
    edition_switch.undo(assessment=assessment, by=alice)
    assert list(other.scores.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_saves_during_moves_and_undos_lose_nothing(assessment, new, alice):
    errors: list[Exception] = []

    def attempt(act):
        try:
            act()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    def save():
        for number in range(15):
            score = assessment.scores.get(criterion__key="bleibt")
            save_score(
                score=score, version=score.version, by=alice, answer=Answer(state="rated", level=1, rationale=f"{number}")
            )

    def move_and_back():
        for _ in range(4):
            edition_switch.move(assessment=assessment, edition=new, by=alice)
            edition_switch.undo(assessment=assessment, by=alice)

    threads = [Thread(target=attempt, args=[act]) for act in (save, move_and_back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert answers(assessment)["bleibt"] == ("rated", 1, "14", True)
    assert answers(assessment)["entfaellt"][2] == "Grund entfaellt"


@pytest.mark.django_db(transaction=True)
def test_one_of_two_moves_at_once_is_told_in_20_rounds(assessment, new, alice, bob):
    for _ in range(20):
        results = at_once(*(partial(edition_switch.move, assessment=assessment, edition=new, by=who) for who in (alice, bob)))
        assert {type(result) for result in results} == {EditionMove, edition_switch.NoNewerEdition}
        results = at_once(*(partial(edition_switch.undo, assessment=assessment, by=who) for who in (alice, bob)))
        assert {type(result) for result in results} == {EditionMove, edition_switch.NotUndoable}
    assert answers(assessment)["entfaellt"] == ("rated", 2, "Grund entfaellt", True)


# --- The page


def address(assessment, name="move"):
    return reverse(f"assessments:{name}", args=[assessment.public_id])


def login(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_page_previews_moves_and_undoes(client, assessment, new, alice):
    login(client, alice)
    page = client.get(address(assessment)).content.decode()
    assert "Auf Ausgabe 2.0 wechseln" in page
    assert "Neu beschrieben</ins>" in page
    assert Score.objects.filter(assessment=assessment, criterion__edition=new).count() == 0
    assert client.post(address(assessment), {"auf": "2.0"}).status_code == 302
    page = client.get(address(assessment)).content.decode()
    assert "Es gibt keine neuere Katalogausgabe" in page
    assert "Grund entfaellt" in page
    client.post(address(assessment, "move_undo"))
    assessment.refresh_from_db()
    assert assessment.edition.number == "1.0"


def test_page_without_a_newer_edition(client, assessment, alice):
    login(client, alice)
    assert "keine neuere" in client.get(address(assessment)).content.decode()
    client.post(address(assessment), {"auf": "9.9"})
    assert not EditionMove.objects.exists()


@pytest.mark.parametrize("name", ["move", "move_undo"])
def test_page_for_the_team_only(client, assessment, new, charlie, rita, dora, name):
    assert client.post(address(assessment, name), {"auf": "2.0"}).status_code == 401
    for stranger in (charlie, rita, dora):
        login(client, stranger)
        assert client.post(address(assessment, name), {"auf": "2.0"}).status_code == 404
    assert not EditionMove.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_plan_and_move_query_counts_constant(municipality, alice, django_assert_num_queries, rows):
    names = [f"k{n}" for n in range(rows)]
    publish(*map(criterion_document, [*names, "faellt-weg"]), number="1.0")
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    new = publish(*map(reworded, names), *[criterion_document(f"neu{n}") for n in range(rows)], number="2.0")
    with django_assert_num_queries(24):
        edition_switch.plan(assessment, new)
    with django_assert_num_queries(41):
        edition_switch.move(assessment=assessment, edition=new, by=alice)
    assert Evidence.objects.count() == 0
