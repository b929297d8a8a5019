"""The trail as people read it: what stands there, for whom, narrowed down, and as a file."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Measure
from assessments.services import answers, comments, plan_variants, workflow
from scaling.accounts import invitations
from scaling.accounts.models import Membership, Municipality
from scaling.common.history import attribute_to
from scaling.trail.events import note
from scaling.trail.models import EventKind, TrailEvent
from scaling.trail.reading import Wanted, described, entries
from scaling.trail.sealing import seal
from scaling.trail.sources import SHOWN
from tests.cast import make_user
from tests.factories import make_project


def trail(**wanted):
    return described(entries(Wanted(**wanted), most=1000))


@pytest.fixture
def url(municipality):
    return reverse("trail", args=[municipality.public_id])


def save(score, by, **answer):
    answers.save_score(score=score, version=score.version, by=by, answer=answers.Answer(**answer))


def test_answer_stands_there_with_what_was_before(world, municipality, alice, client, bob, url):
    score = world.draft.scores.first()
    save(score, alice, state="rated", level=2, rationale="Der Rat hat beschlossen")
    first = trail(municipality=municipality, kind="antworten")[0]
    assert (first.who, first.what, first.project) == ("Alice", "Einschätzung: geändert", world.project.name)
    told = {one.label: (one.before, one.after) for one in first.changes}
    assert told["Begründung"][1] == "Der Rat hat beschlossen"
    client.force_login(bob)
    page = client.get(url, {"art": "antworten"}).text
    assert "Der Rat hat beschlossen" in page
    assert "noch nicht versiegelt" in page
    seal()
    assert "noch nicht versiegelt" not in client.get(url, {"art": "antworten"}).text


def test_request_id_of_the_page_stands_in_the_history(world, alice, client):
    score = world.draft.scores.first()
    client.force_login(alice)
    path = reverse("assessments:comment_add", args=[world.draft.public_id, score.criterion.key])
    answer = client.post(path, {"text": "Stimmt das?"}, headers={"X-Request-ID": "abcdef0123456789"})
    assert answer["X-Request-ID"] == "abcdef0123456789"
    assert score.comments.model.history.first().request_id == "abcdef0123456789"
    comments.add_comment(score=score, by=alice, text="Ohne Seite")
    assert score.comments.model.history.first().request_id == ""


def test_comment_is_told_with_who_resolved_it(world, municipality, alice, bob):
    comment = comments.add_comment(score=world.draft.scores.first(), by=alice, text="Stimmt das?")
    comments.resolve_comment(comment=comment, by=bob)
    resolved, added = trail(municipality=municipality, kind="kommentare")[:2]
    assert (added.who, added.changes[0].after) == ("Alice", "Stimmt das?")
    assert resolved.who == "Bob"


def test_every_kind_can_be_chosen_and_each_entry_has_words(world, municipality, client, bob, url):
    everything = trail(municipality=municipality)
    assert {entry.kind for entry in everything} >= {"antworten", "projekte", "schritte", "dokumente", "personen", "links"}
    assert all(entry.what and entry.municipality == municipality.name for entry in everything)
    client.force_login(bob)
    for kind in {entry.kind for entry in everything}:
        assert client.get(url, {"art": kind}).status_code == 200


def test_filters_narrow_down(world, municipality, alice, bob, client, url):
    client.force_login(bob)
    score = world.draft.scores.first()
    save(score, alice, state="rated", level=1, rationale="Nur von Alice")
    of_alice = trail(municipality=municipality, person=alice.pk)
    assert {entry.who for entry in of_alice} == {"Alice"}
    assert "Nur von Alice" not in client.get(url, {"person": bob.pk}).text
    assert "Nur von Alice" in client.get(url, {"person": alice.pk}).text
    assert "Nur von Alice" not in client.get(url, {"bis": "2020-01-01"}).text
    assert client.get(url, {"von": "2026-02-01", "bis": "2026-01-01"}).status_code == 422
    assert client.get(url, {"von": "gestern", "art": "nichts", "person": "x", "seite": "y"}).status_code == 422


def test_round_and_criterion_narrow_down(world, municipality, alice, bob, client, url):
    """The same criterion of two rounds, and two criteria of one round."""
    first, second = world.draft.scores.order_by("criterion__order")[:2]
    elsewhere = world.submitted.scores.get(criterion=first.criterion)
    save(first, alice, state="rated", level=1, rationale="Hier das erste")
    save(second, alice, state="rated", level=1, rationale="Hier das zweite")
    comments.add_comment(score=elsewhere, by=alice, text="Dort das erste")
    client.force_login(bob)
    key = first.criterion.key
    page = client.get(url, {"kriterium": key}).text
    assert "Hier das erste" in page
    assert "Dort das erste" in page
    assert "Hier das zweite" not in page
    page = client.get(url, {"runde": world.draft.public_id}).text
    assert "Hier das erste" in page
    assert "Hier das zweite" in page
    assert "Dort das erste" not in page
    found = client.get(reverse("trail_file", args=[municipality.public_id, "json"]), {"runde": world.draft.public_id}).json()
    assert {entry["project"] for entry in found} == {world.project.name}
    assert "scaling_trailevent" not in {entry["table"] for entry in found}
    both = {"kriterium": key, "runde": world.submitted.public_id}
    assert [entry["table"] for entry in client.get(url.rstrip("/") + ".json", both).json()] == [
        "assessments_historicalcomment",
        "assessments_historicalscore",
    ]


def test_what_was_fetched_of_a_round_or_a_criterion_is_found_by_it(world, client, bob, municipality, url):
    client.force_login(bob)
    client.get(reverse("reports:csv", args=[world.approved.public_id]))
    words = [world.draft.public_id, "kriterium-1", world.ids["evidence_file"]]
    answer = client.get(reverse("assessments:evidence_file", args=words))
    assert answer.status_code == 200
    assert answer.getvalue() == b"Text"
    fetched = {"art": "abrufe"}
    approved, draft = world.approved, world.draft
    assert f"Profil (CSV) · {approved.round_label}" in client.get(url, fetched | {"runde": approved.public_id}).text
    assert "Profil (CSV)" not in client.get(url, fetched | {"runde": draft.public_id}).text
    title = draft.scores.get(criterion__key="kriterium-1").criterion.title
    found = f"Datei eines Nachweises · {title} · {draft.round_label}"
    assert found in client.get(url, fetched | {"kriterium": "kriterium-1"}).text
    assert "Kein Eintrag" in client.get(url, fetched | {"kriterium": "kriterium-2"}).text


def test_round_of_another_project_is_refused_in_words_and_nothing_is_lost(world, client, bob, url):
    client.force_login(bob)
    wanted = {"projekt": world.project.public_id, "runde": world.submitted.public_id, "von": "2026-01-01"}
    answer = client.get(url, wanted)
    assert answer.status_code == 422
    assert "Gehört nicht zu dem, was Sie darüber gewählt haben" in answer.text
    assert 'value="2026-01-01"' in answer.text
    assert client.get(url, wanted | {"runde": world.draft.public_id}).status_code == 200


def test_operators_narrow_down_to_a_round_once_a_municipality_is_chosen(world, client, municipality, alice):
    save(world.draft.scores.first(), alice, state="rated", level=1, rationale="Nur im Entwurf")
    client.force_login(make_user("Otto", is_staff=True, is_superuser=True))
    everywhere = client.get(reverse("trail_of_all")).text
    assert 'name="runde"' not in everywhere
    assert 'name="kriterium"' in everywhere
    there = {"kommune": municipality.public_id}
    assert 'name="runde"' in client.get(reverse("trail_of_all"), there).text
    assert "Nur im Entwurf" in client.get(reverse("trail_of_all"), there | {"runde": world.draft.public_id}).text
    assert "Nur im Entwurf" not in client.get(reverse("trail_of_all"), there | {"runde": world.submitted.public_id}).text


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_file_holds_what_the_page_shows(world, municipality, alice, bob, client, kind):
    save(world.draft.scores.first(), alice, state="rated", level=1, rationale='=HYPERLINK("x"); "Ö"')
    client.force_login(bob)
    answer = client.get(reverse("trail_file", args=[municipality.public_id, kind]), {"art": "antworten"})
    assert answer["Content-Disposition"].startswith('attachment; filename="protokoll-')
    if kind == "json":
        first = json.loads(answer.content)[0]
        assert (first["who"], first["table"], first["seal"]) == ("Alice", "assessments_historicalscore", None)
        assert '=HYPERLINK("x"); "Ö"' in [change["after"] for change in first["changes"]]
    else:
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        assert '\'=HYPERLINK("x"); "Ö"' in [row[9] for row in rows]


def test_file_that_would_be_too_large_asks_for_a_shorter_time(world, bob, client, municipality, monkeypatch):
    monkeypatch.setattr("scaling.trail.views.MAX_IN_A_FILE", 2)
    client.force_login(bob)
    answer = client.get(reverse("trail_file", args=[municipality.public_id, "csv"]))
    assert answer.status_code == 422
    assert "Grenzen Sie den Zeitraum ein" in answer.text


def test_nothing_of_another_municipality(world, municipality, client, charlie, bob):
    """Both have a project of the same name; each manager's trail, filters and files name their own alone."""
    other = Municipality.objects.get(memberships__user=charlie)
    Membership.objects.filter(user=charlie).update(role="manager")
    theirs = make_project(other, world.project.name)
    round_there = workflow.start_assessment(project=theirs, by=bob)
    theirs.summary = "Geheim von drüben"
    theirs.save()
    client.force_login(bob)
    for path in (reverse("trail", args=[municipality.public_id]), reverse("trail_file", args=[municipality.public_id, "json"])):
        page = client.get(path).text
        assert "Geheim von drüben" not in page
        assert charlie.email not in page
        assert client.get(path, {"projekt": theirs.public_id}).status_code == 422
        assert client.get(path, {"person": charlie.pk}).status_code == 422
        assert client.get(path, {"runde": round_there.public_id}).status_code == 422
    assert client.get(reverse("trail", args=[other.public_id])).status_code == 404
    client.force_login(charlie)
    page = client.get(reverse("trail", args=[other.public_id])).text
    assert "Geheim von drüben" in page
    assert "alice@" not in page


def test_operators_see_all_and_nobody_else_does(world, client, bob, dora, municipality):
    for person in (bob, dora):
        client.force_login(person)
        assert client.get(reverse("trail_of_all")).status_code == 403
    otto = make_user("Otto", is_staff=True, is_superuser=True)
    client.force_login(otto)
    page = client.get(reverse("trail_of_all"), {"art": "anmeldungen"}).text
    assert "angemeldet" in page
    assert "Otto" in page
    assert client.get(reverse("trail_of_all"), {"kommune": municipality.public_id, "art": "personen"}).status_code == 200
    assert client.get(reverse("trail_of_all_file", args=["csv"])).status_code == 200


def test_managers_do_not_see_who_signed_in(world, client, bob, url):
    client.force_login(bob)
    assert 'value="anmeldungen"' not in client.get(url).text
    assert client.get(url, {"art": "anmeldungen"}).status_code == 422


def test_what_was_fetched_is_noted(world, client, alice, municipality):
    client.force_login(alice)
    assert client.get(reverse("reports:csv", args=[world.approved.public_id])).status_code == 200
    event = TrailEvent.objects.filter(kind="downloaded").get()
    assert (event.by, event.municipality, event.project) == (alice, municipality, world.project)
    assert event.detail == {"address": "reports:csv", "public_id": world.approved.public_id, "kind": "csv"}
    assert event.request_id
    client.get(reverse("assessments:assessment", args=[world.draft.public_id]))
    assert TrailEvent.objects.filter(kind="downloaded").count() == 1


def test_fetching_by_a_shared_link_is_noted_without_its_token(world, client, municipality):
    token = world.ids["link_token"]
    answer = client.get(reverse("reports:shared_pdf", args=[token]))
    if answer.status_code != 200:
        pytest.skip("no PDF here")
    event = TrailEvent.objects.get(kind="downloaded")
    assert (event.by, event.municipality) == (None, municipality)
    assert token not in json.dumps(event.detail)


def test_signing_in_and_out_is_noted(client, alice):
    client.force_login(alice)
    client.post(reverse("account_logout"))
    assert list(TrailEvent.objects.order_by("pk").values_list("kind", "by")) == [
        ("signed_in", alice.pk),
        ("signed_out", alice.pk),
    ]


def test_number_of_queries_does_not_grow(world, municipality, alice, bob, client, url):
    client.force_login(bob)
    scores = list(world.draft.scores.all())
    save(scores.pop(), alice, state="rated", level=1, rationale="Einer")
    client.get(url)

    def count():
        with CaptureQueriesContext(connection) as found:
            client.get(url)
        return len(found)

    one = count()
    for score in scores[:3]:
        save(score, alice, state="rated", level=1, rationale="Noch einer")
    assert count() <= one
    assert one <= 45


def test_kinds_of_one_table_are_read_together(world, municipality, bob):
    """Signing in, fetching a file and what operators do stand in one table."""
    TrailEvent.objects.all().delete()
    for kind in (EventKind.SIGNED_IN, EventKind.DOWNLOADED, EventKind.SETTINGS):
        note(kind, by=bob)
    found = [one for one in entries(Wanted(), most=20) if SHOWN[one[0]].model is TrailEvent]
    assert len({source for source, _row, _at in found}) == 3

    def queries(some):
        with CaptureQueriesContext(connection) as captured:
            assert len(described(some)) == len(some)
        return len(captured)

    assert queries(found) == queries(found[:1])


def test_membership_and_invitation_are_told(world, municipality, bob):
    invitations.invite(municipality=municipality, email="ganz-neu@example.org", role="team", by=bob)
    first = trail(municipality=municipality, kind="personen")[0]
    assert (first.who, first.what, first.title) == ("Bob", "Einladung: angelegt", "ganz-neu@example.org")


def test_what_a_plan_assumes_is_named_and_not_numbered(world, bob, municipality, client, url):
    measure = Measure.objects.get(public_id=world.ids["measure"])
    targets, gone = {"kriterium-1": 3, "gibt-es-nicht": 2}, "z" * 12  # stored in their order: behind the other
    plan_variants.save_variant(project=world.project, by=bob, name="Bald", measures=[measure.public_id, gone], targets=targets)
    municipality.population = 41300
    attribute_to(municipality, bob)
    municipality.save()
    client.force_login(bob)
    page = client.get(url).text
    title = world.draft.edition.criteria.get(key="kriterium-1").title
    assert f"gibt-es-nicht: Stufe 2; {title}: Stufe 3" in page
    assert f"{measure.text}; gelöschte Maßnahme" in page
    assert measure.public_id not in page
    assert "41.300" in page
    history = client.get(reverse("assessments:municipality_history", args=[municipality.public_id])).text
    assert "„41.300“" in history
