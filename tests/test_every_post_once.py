"""Every form is taken once: each address that takes a POST is sent the same form twice at the same moment, and once more.

Which addresses those are is found by asking them; what a browser would send is read from their pages. ``CHANGES`` says what a
person types, where a page's form cannot be sent as it comes.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Participant, Project, RecordFile, Vote
from assessments.reports.peers.membership import join
from assessments.services import edition_switch, workflow, workshops
from catalogue.documents.export import phase_document, workstream_document
from catalogue.models import Phase, Workstream
from scaling.accounts.models import User
from scaling.once import FIELD
from tests.cast import make_user
from tests.catalogue.documents import as_file, catalogue_document
from tests.factories import make_catalogue
from tests.races import at_once
from tests.sent_forms import answer, contents, form_of, histories, rows, send, signed_in
from tests.test_permissions import FOREIGN, TABLE, all_names
from tests.world import World, put_world

#: Addresses that change nothing: they set a cookie, look at a text, end a sign-in (which is no content), or lead elsewhere.
WITHOUT_EFFECT = {
    "sign_in_end",
    "sign_ins_end",
    "provider_ended",
    "theme",
    "set_language",
    "assessments:score_moved",
    "assessments:score_part_moved",
    "catalogue:criterion_preview",
    "catalogue:practice_preview",
    "catalogue:model_preview",
    "catalogue:edition_preview",
    "catalogue:phase_or_workstream_preview",
}
#: Addresses that know their sender by the cookie of a workshop; without it, they lead back to the form to join.
OF_PARTICIPANTS = {"assessments:vote_cast", "assessments:vote_leave"}
#: Addresses that say the same however often they are asked: the session goes on, a kind of mail stays off, a file is kept once.
#: They answer with a page, not by leading on, so nothing is kept of their forms.
THE_SAME_AGAIN = {
    "session": (None, {}),
    "unsubscribe": (None, {}),
    "catalogue:upload": ("dora", lambda: {"file": file("katalog.yaml", catalogue_file())}),
}
#: The words of TABLE's ids that stand for another state of the world.
OTHER_IDS = {
    "assessments:approve": "submitted",
    "assessments:return": "submitted",
    "assessments:withdraw": "submitted",
    "assessments:reopen": "draft",
    "reports:share_links": "approved",
    "reports:share_revoke": "approved link",
    "reports:redesign": "approved",
    "catalogue:edition_copy": "published",
    "assessments:start": "fresh",
    "assessments:move": "draft",
}


def file(name="beschluss.pdf", content=b"%PDF-1.7\n1 0 obj"):
    return SimpleUploadedFile(name, content)


def catalogue_file():
    """A new edition, with the phases and workstreams that are here."""
    document = catalogue_document("neues", number="9.0")
    document["phases"] = [phase_document(phase) for phase in Phase.objects.all()]
    document["workstreams"] = [workstream_document(workstream) for workstream in Workstream.objects.all()]
    for criterion in document["criteria"]:
        criterion["workstreams"] = [document["workstreams"][0]["key"]]
    return as_file(document)


CHANGES = {
    "account": {"name": "Anderer Name", "language": "de"},
    "municipality_create": {"name": "Stadt Neuhafen", "ags": "03999077", "manager": "leitung@example.org"},
    "people_list": lambda: {"file": file("personen.csv", b"E-Mail-Adresse;Rolle\nneu@example.org;Lesen\n")},
    "municipality_data": {"ausgeben": "1"},
    "people": {"email": "neue@example.org", "role": "team"},
    "people_role": {"role": "team"},
    "api_tokens": {"purpose": "Auswertung", "role": "reader"},
    "people_offices": {"offices": "treasury"},
    "people_hand_over": lambda: {"to": User.objects.get(email="alice@example.org").pk},
    "invitation": {"name": "Neu", "password": "ein-sehr-gutes-Passwort", "repeated": "ein-sehr-gutes-Passwort"},
    "assessments:project_create": lambda: {"name": "Ämterbuch", "phase": Phase.objects.get(key="p3").pk},
    "assessments:project_edit": {"name": "Neuer Name"},
    "assessments:vote": {"role": "it"},
    "assessments:wall": {"mode": "live"},
    "assessments:wall_step": {"schritt": "beenden"},
    "assessments:measure_add": {"text": "Stelle ausschreiben"},
    "assessments:practice_offer": {"text": "Klein begonnen"},
    "assessments:practice_decision": {"annehmen": "1"},
    "assessments:measure_edit": {"text": "Stelle besetzen"},
    "reports:peers_membership": {"population": "12500", "population_source": "Statistisches Landesamt"},
    "assessments:project_paper": {"file_number": "10.24-1/2026"},
    "assessments:round_paper": {"number": "2026/117"},
    "assessments:comment_add": {"text": "Stimmt das noch?"},
    "assessments:return": {"comment": "Bitte ergänzen"},
    "assessments:reopen": {"reason": "Ein Fehler"},
    "assessments:score": {"choice": "3", "rationale": "Der Rat hat beschlossen", "evidence_text": "Beschluss"},
    "assessments:evidence_file_add": lambda: {"file": file(), "text": "Ratsbeschluss"},
    "assessments:evidence_days": {"valid_until": "2027-12-31"},
    "assessments:sheet_import": {},
    "assessments:short_check": lambda: {"projekt": Project.objects.get(slug="frisch").public_id},
    "assessments:assign": {"group": "phase-durchgehend"},
    "assessments:municipality_settings": {"entfernen": "1"},
    "reports:share_links": lambda: {"purpose": "Rat", "expires_on": (timezone.localdate() + timedelta(days=9)).isoformat()},
    "reports:share_edit": {"purpose": "Hauptausschuss"},
    "reports:what_if_save": {"name": "Mit neuer Stelle", "ziel": "kriterium-1:3"},
    "catalogue:criterion_add": {"title": "Neu", "key": "neues", "phase": "p3"},
    "catalogue:practice_add": {"title": "Neu", "key": "neues"},
    "catalogue:model_add": {"title": "Neu", "key": "neues"},
    "catalogue:criterion_move": {"richtung": "ab"},
}
#: Pages whose objects in this world lack texts that have to be there.
INCOMPLETE = {"catalogue:practice_edit", "catalogue:model_edit", "catalogue:phase_or_workstream_edit"}


@pytest.fixture
def world(db, kept_rows) -> World:
    """One of each test's own: the two clicks of a form come over two connections."""
    return put_world(kept_rows)


@pytest.fixture
def otto(db):
    return make_user("Otto", is_staff=True, is_superuser=True)


@pytest.fixture
def ids(world, municipality, alice, bob):
    """The ids of the world of the permissions, and of a project without a round."""
    fresh = Project.objects.create(municipality=municipality, name="Frisch", slug="frisch", phase=Phase.objects.get(key="p3"))
    make_catalogue(3, major=3)
    return {**world.ids, "fresh": fresh.public_id}


def names_of_ids(name):
    return OTHER_IDS.get(name) or next(words for entry, words, *_ in TABLE if entry == name)


def path_of(name, ids):
    return reverse(name, args=[ids[word] for word in names_of_ids(name).split()])


def takes_post(path, people):
    """Whether an address takes a POST at all. Asked by a method that none of our pages knows: what an empty POST gets says
    little, since an address whose object is named in what is sent answers it with 404.
    """
    for person in (None, *people):
        with transaction.atomic():
            response = signed_in(person).options(path)
            transaction.set_rollback(True)
        if response.status_code == 405:
            return "POST" in response["Allow"]
    return True  # an address that lets any method in takes this one, too


@pytest.mark.django_db
def test_every_address_that_takes_a_post_is_known(ids, alice, bob, dora):
    ours = {name for name in all_names() if not name.startswith(FOREIGN)}
    found = {name for name in ours if takes_post(path_of(name, ids), (bob, alice, dora))}
    assert found == {*SENT, *WITHOUT_EFFECT, *THE_SAME_AGAIN, *OF_PARTICIPANTS, "invitation"}
    assert WITHOUT_EFFECT.isdisjoint(SENT)
    assert THE_SAME_AGAIN.keys().isdisjoint({*SENT, *WITHOUT_EFFECT})


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(WITHOUT_EFFECT | OF_PARTICIPANTS))  # two processes have to collect them in one order
def test_address_without_effect_has_none(ids, alice, bob, dora, name):
    path = path_of(name, ids)
    people = (None, alice, bob, dora)
    clients = [signed_in(person) for person in people]
    sent = [what_is_sent(name, path, person) | {"language": "en", "theme": "dark", "title_de": "Neu"} for person in people]
    before = contents()
    for client, fields in zip(clients, sent, strict=True):
        assert send(client, path, fields).status_code < 500
    assert contents() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", THE_SAME_AGAIN)
def test_address_asked_twice_at_once_and_again_says_the_same(request, ids, world, name):
    who, fields = THE_SAME_AGAIN[name]
    fields = fields() if callable(fields) else fields
    person = request.getfixturevalue(who) if who else None
    path = path_of(name, ids)
    with transaction.atomic():
        alone = send(signed_in(person), path, fields)
        wanted = rows()
        transaction.set_rollback(True)
    assert alone.status_code == 200, alone.text[:2000]
    answers = at_once(*(partial(send, signed_in(person), path, fields) for _ in range(2)))
    answers.append(send(signed_in(person), path, fields))
    assert [getattr(answer, "status_code", answer) for answer in answers] == [200] * 3
    assert rows() == wanted


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(OF_PARTICIPANTS))
def test_form_of_a_participant_sent_twice_at_once_and_again_is_taken_once(ids, world, name):
    workshop = world.draft.workshops.get()
    joined = Client()
    joined.post(reverse("assessments:vote", args=[workshop.code]), {"role": "it", FIELD: "ein-Zeichen-der-Seite"})
    person = Participant.objects.latest("pk")

    def phone():
        client = Client()
        client.cookies.load(joined.cookies.output(header="", sep=";"))
        return client

    path = path_of(name, ids)
    fields = {"ballot": workshop.current_id, "version": 0, "choice": "3", "words": "Ein halber Satz"}
    votes = Vote.objects.count() + (name == "assessments:vote_cast")
    answers: list[Any] = at_once(*(partial(send, phone(), path, fields) for _ in range(2)))
    done = contents()
    answers.append(send(phone(), path, fields))
    assert len({answer(response) for response in answers}) == 1
    assert answers[0].status_code == 302
    assert Vote.objects.count() == votes
    person.refresh_from_db()
    assert (person.left_at is not None) == (name == "assessments:vote_leave")
    if name == "assessments:vote_cast":
        assert contents() == done
    else:  # with words in hand, it is no way out any more: they are given back
        assert send(phone(), path_of("assessments:vote_cast", ids), fields).status_code == 409
        assert Vote.objects.count() == votes


#: Addresses with an effect, and who sends.
SENT = {
    "account": "alice",
    "municipality_create": "otto",
    "people": "bob",
    "people_role": "bob",
    "people_offices": "bob",
    "people_second_factor": "bob",
    "people_remove": "bob",
    "people_list": "bob",
    "people_list_preview": "bob",
    "own_data": "alice",
    "data_of_member": "bob",
    "api_tokens": "bob",
    "api_token_end": "bob",
    "municipality_data": "otto",
    "people_hand_over": "bob",
    "invitation_resend": "bob",
    "invitation_revoke": "bob",
    "assessments:standing": "bob",
    "assessments:municipality_settings": "bob",
    "assessments:project_create": "bob",
    "assessments:project_edit": "bob",
    "assessments:project_archive": "bob",
    "assessments:start": "bob",
    "assessments:submit": "alice",
    "assessments:withdraw": "alice",
    "assessments:approve": "bob",
    "assessments:return": "bob",
    "assessments:reopen": "bob",
    "assessments:move": "alice",
    "assessments:move_undo": "alice",
    "assessments:score": "alice",
    "assessments:confirm": "alice",
    "assessments:confirm_many": "alice",
    "assessments:assign": "alice",
    "assessments:assign_one": "alice",
    "assessments:assign_offices": "alice",
    "assessments:comment_add": "alice",
    "assessments:comment_resolve": "alice",
    "assessments:table": "alice",
    "assessments:short_check": "bob",
    "assessments:short_check_questions": "alice",
    "assessments:vote": "alice",
    "assessments:wall": "alice",
    "assessments:wall_step": "alice",
    "assessments:wall_agree": "alice",
    "assessments:measure_add": "alice",
    "assessments:measure_edit": "alice",
    "assessments:project_paper": "alice",
    "assessments:round_paper": "alice",
    "assessments:measure_done": "alice",
    "assessments:evidence_remove": "alice",
    "assessments:evidence_file_add": "alice",
    "assessments:evidence_days": "alice",
    "assessments:sheet_import": "alice",
    "assessments:sheet_preview": "alice",
    "assessments:practice_offer": "bob",
    "assessments:practice_withdraw": "bob",
    "assessments:practice_decision": "dora",
    "reports:peers_membership": "bob",
    "reports:peers_join": "bob",
    "reports:peers_leave": "bob",
    "reports:what_if_save": "alice",
    "reports:what_if_delete": "alice",
    "reports:share_links": "bob",
    "reports:share_edit": "bob",
    "reports:share_revoke": "bob",
    "reports:redesign": "bob",
    "catalogue:edition_copy": "dora",
    "catalogue:edition_retire": "dora",
    "catalogue:edition_publish": "dora",
    "catalogue:edition_discard": "dora",
    "catalogue:edition_texts": "dora",
    "catalogue:criterion_add": "dora",
    "catalogue:criterion_edit": "dora",
    "catalogue:criterion_move": "dora",
    "catalogue:criterion_remove": "dora",
    "catalogue:practice_add": "dora",
    "catalogue:practice_edit": "dora",
    "catalogue:practice_move": "dora",
    "catalogue:practice_remove": "dora",
    "catalogue:model_add": "dora",
    "catalogue:model_edit": "dora",
    "catalogue:model_move": "dora",
    "catalogue:model_remove": "dora",
    "catalogue:phase_or_workstream_edit": "dora",
}


def what_is_sent(name, path, person):
    response = signed_in(person).get(path)
    page = response.content.decode() if response.status_code == 200 and not response.streaming else ""
    fields = form_of(page, path)
    fields.pop("csrfmiddlewaretoken", None)
    if name in INCOMPLETE:
        fields = {
            field: ["Text"] if field.endswith(("_de", "_en")) and value == [""] else value for field, value in fields.items()
        }
    changes = CHANGES.get(name, {})
    fields |= changes() if callable(changes) else changes
    return fields | {FIELD: "ein-Zeichen-der-Seite"}


def prepare(name, ids, world, alice, bob):
    """The state in which the step is possible."""
    draft = world.draft
    if name == "assessments:reopen":
        workflow.submit(assessment=draft, by=alice)
        workflow.approve(assessment=draft, by=bob)
    if name == "assessments:approve":
        CHANGES[name] = {"gesehen": str(world.submitted.transitions.latest("pk").pk)}
    if name == "reports:peers_leave":
        join(municipality=world.cast.municipality, by=bob)
    if name == "assessments:measure_done":
        CHANGES[name] = {"version": "1"}
    if name == "assessments:confirm_many":
        score = draft.scores.get(criterion__key="kriterium-1")
        draft.scores.filter(pk=score.pk).update(state="rated", level=2, confirmed=False)
        CHANGES[name] = {"stimmt": str(score.pk)}
    if name == "assessments:move_undo":
        [edition] = edition_switch.newer_editions(draft)[:1]
        edition_switch.move(assessment=draft, edition=edition, by=alice)
    if name == "reports:redesign":
        file = RecordFile(record=world.approved.records.get(), kind="json", language="de", version=1, content=b"{}")
        file.made_at, file.made_with = timezone.now(), "before the update"
        file.save()
    if name == "assessments:wall":
        workshops.close_workshop(workshop=draft.workshops.get(), by=alice)
    if name == "assessments:wall_agree":
        workshop = draft.workshops.get()
        workshops.reveal(workshop=workshop, seen=workshop.current_id)
        form = {"ballot": str(workshop.current_id), "version": str(workshop.current.score.version)}
        CHANGES[name] = {"choice": "2", "rationale": "Der Rat hat beschlossen", **form}
    if name == "assessments:sheet_import":
        from tests.assessments.workbook.workbooks import changed, put

        CHANGES[name] = lambda: {"file": SimpleUploadedFile("bogen.xlsx", changed(draft, put(1, rationale="Neu")))}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SENT)
def test_form_sent_twice_at_once_and_again_is_taken_once(request, ids, world, alice, bob, name):
    prepare(name, ids, world, alice, bob)
    person = request.getfixturevalue(SENT[name])
    path = path_of(name, ids)
    fields = what_is_sent(name, path, person)
    before = rows()
    with transaction.atomic():  # what one of them does
        alone = send(signed_in(person), path, fields)
        wanted = rows()
        transaction.set_rollback(True)
    assert alone.status_code == 302, alone.content.decode()[:2000]
    wanted.subtract(before)

    barrier = threading.Barrier(2)
    began = histories()
    clients = [signed_in(person), signed_in(person)]
    before = rows()

    def click(client):
        barrier.wait(timeout=20)
        try:
            return send(client, path, fields)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, clients)
    done = rows()
    changed = done.copy()
    changed.subtract(before)
    assert answer(first) == answer(second)
    assert first.status_code == 302
    assert {label: number for label, number in changed.items() if number} == {
        label: number for label, number in wanted.items() if number
    }
    written = [row for model, last in began.items() for row in model._base_manager.filter(pk__gt=last)]
    assert [row for row in written if row.history_user_id != person.pk] == []  # whoever did it is named, and nobody else
    assert first.cookies.get("messages") is None or first.cookies["messages"].value == second.cookies["messages"].value
    third = send(signed_in(person), path, fields)
    assert answer(third) == answer(first)
    assert rows() == done


STEPS = (
    "assessments:evidence_remove",
    "assessments:comment_resolve",
    "assessments:submit",
    "assessments:withdraw",
    "assessments:approve",
    "assessments:confirm",
    "invitation_revoke",
    "reports:share_revoke",
    "assessments:practice_withdraw",
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", STEPS)
def test_step_taken_again_from_another_tab_is_success(request, ids, world, alice, bob, name):
    prepare(name, ids, world, alice, bob)
    client = signed_in(request.getfixturevalue(SENT[name]))
    path = path_of(name, ids)
    fields = what_is_sent(name, path, request.getfixturevalue(SENT[name]))
    assert send(client, path, fields).status_code == 302
    done = contents()
    again = client.post(path, fields | {FIELD: "ein-anderer-Reiter"}, follow=True)
    assert (again.status_code, "kern-alert--danger" in again.text) == (200, False)
    assert contents() == done
