"""Curator pages: work, refuse, warn of conflicts, stay at a constant number of queries."""

import re

import pytest

from assessments.services import workflow
from catalogue.documents.export import criterion_document, edition_document
from catalogue.models import ChangeLogEntry, Criterion, Edition
from catalogue.services import editing
from tests.catalogue.documents import (
    CROSS_PHASE_MILESTONE,
    legal_note_document,
    model_document,
    practice_document,
    wording_document,
)
from tests.catalogue.documents import criterion_document as one
from tests.catalogue.pages import address, typed
from tests.factories import make_project

pytestmark = pytest.mark.django_db


PAGES = [
    ("editions", False),
    ("upload", False),
    ("edition", True),
    ("edition_texts", True),
    ("comparison", True),
    ("changes", True),
    ("yaml", True),
    ("xlsx", True),
    ("criterion_add", True),
    ("practice_add", True),
]


@pytest.mark.parametrize(("name", "of_edition"), PAGES)
def test_pages_for_curators_only(client, draft, dora, alice, name, of_edition):
    draft("eins")
    path = address(name, *(["1.0"] if of_edition else []))
    assert client.get(path).status_code == 302
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    # A draft is hidden from others; the pages without an object are merely forbidden.
    assert client.get(path).status_code == (404 if of_edition else 403)
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 200
    assert client.get(path.replace("1.0", "9.0")).status_code == (404 if of_edition else 200)


@pytest.mark.parametrize("name", ["edition", "comparison", "changes", "yaml", "xlsx"])
def test_published_edition_shown_to_curators_forbidden_to_others(client, published, dora, alice, name):
    published("eins")
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(name, "1.0")).status_code == 403
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(name, "1.0")).status_code == 200


@pytest.mark.parametrize(
    ("name", "args", "method"),
    [
        ("edition_texts", ["1.0"], "get"),
        ("edition_texts", ["1.0"], "post"),
        ("criterion_add", ["1.0"], "post"),
        ("criterion_edit", ["1.0", "eins"], "get"),
        ("criterion_edit", ["1.0", "eins"], "post"),
        ("criterion_move", ["1.0", "eins"], "post"),
        ("criterion_remove", ["1.0", "eins"], "post"),
        ("criterion_preview", ["1.0", "eins"], "post"),
        ("practice_add", ["1.0"], "post"),
        ("practice_edit", ["1.0", "praxis"], "post"),
        ("practice_remove", ["1.0", "praxis"], "post"),
    ],
)
def test_nothing_of_a_published_edition_can_be_edited(client, curator, published, name, args, method):
    edition = published("eins", good_practices=[practice_document("praxis")])
    before = edition_document(edition)
    assert getattr(client, method)(address(name, *args)).status_code == 403
    assert edition_document(edition) == before


@pytest.mark.parametrize("name", ["edition_copy", "edition_retire", "edition_discard", "criterion_move", "criterion_remove"])
def test_steps_need_a_post(client, curator, draft, name):
    draft("eins")
    args = ["1.0", "eins"] if name.startswith("criterion") else ["1.0"]
    assert client.get(address(name, *args)).status_code == 405
    assert Edition.objects.count() == 1


def test_buttons_shown_exactly_when_they_work(client, curator, published, draft):
    published("eins", number="1.0")
    published("eins", number="2.0")
    draft("eins", number="3.0")
    buttons = ["edition_copy", "edition_retire", "edition_publish", "edition_discard"]
    for number, shown in (("1.0", [True, True, False, False]), ("3.0", [False, False, True, True])):
        page = client.get(address("edition", number)).content.decode()
        assert [address(name, number) in page for name in buttons] == shown


def test_second_draft_of_an_edition_leads_to_the_first(client, curator, published):
    published("eins", number="1.0")
    client.post(address("edition_copy", "1.0"))
    response = client.post(address("edition_copy", "1.0"), follow=True)
    assert response.redirect_chain == [(address("edition", "2.0"), 302)]
    assert [m.level_tag for m in response.context["messages"]] == ["success", "info"]
    assert "Zu Ausgabe 1.0 gibt es schon den Entwurf 2.0." in response.text


def test_whole_way_from_copy_to_publication(client, curator, published):
    published("eins", number="1.0")
    client.post(address("edition_copy", "1.0"))
    edit = address("criterion_edit", "2.0", "eins")
    changed = typed(client.get(edit), level_2_description_de="Neu beschrieben", speichern="1")
    assert client.post(edit, changed).status_code == 302
    added = client.post(address("criterion_add", "2.0"), {"title": "Ratsbeschluss", "key": "ratsbeschluss", "phase": "p2"})
    assert added.headers["Location"] == address("criterion_edit", "2.0", "ratsbeschluss")
    page = client.get(address("edition", "2.0")).content.decode()
    assert address("edition_publish", "2.0") not in page
    assert re.search(r'Ratsbeschluss:\s+Titel\s+\(<a href="[^"]+#id_title_en"', page)
    assert page.count("Kurzbeschreibung, Deutsch: Ratsbeschluss") == 1
    assert "Er ist noch der von Ausgabe 1.0." in page
    publish = address("edition_publish", "2.0")
    assert client.get(publish)["Location"] == address("edition", "2.0") + "#luecken"
    client.post(publish)
    assert Edition.objects.current().number == "1.0"
    complete = one("ratsbeschluss", phase="p2", milestone={"kind": "municipal", "required_level": 2})
    criterion = Criterion.objects.get(key="ratsbeschluss")
    editing.save_criterion(criterion=criterion, version=1, by=curator, item=complete)
    texts = address("edition_texts", "2.0")
    client.post(texts, typed(client.get(texts), title_de="Ausgabe zwei", title_en="Edition two"))
    asked = client.get(publish)
    for text in ("Ausgabe 2.0 veröffentlichen?", "Ausgabe zwei", "Edition two", "3 Unterschiede", "ratsbeschluss auf Deutsch"):
        assert text in " ".join(asked.text.split()), text
    late = client.post(publish, {"gesehen": "0" * 64})
    assert (late.status_code, Edition.objects.current().number) == (409, "1.0")
    assert "wurde der Entwurf geändert" in late.text
    client.post(publish, {"gesehen": asked.context["seen"]})
    assert Edition.objects.current().number == "2.0"
    assert client.get(publish)["Location"] == address("edition", "2.0")
    comparison = client.get(address("comparison", "2.0")).content.decode()
    assert "ratsbeschluss auf Deutsch" in comparison
    assert "neu: </span>Neu beschrieben</ins>" in comparison


def test_form_unchanged_saves_the_same_document(client, curator, draft):
    """Every field of a criterion survives the form; a field the form forgot would be lost here."""
    reference = {"title": {"de": "Buch", "en": ""}, "url": "https://example.org/a"}
    full = one(
        "eins",
        phase="p3",
        workstreams=["technisch", "finanziell"],
        editorial=["title", "milestone"],
        title_source="editorial",
        related=["zwei"],
        milestone={"kind": "municipal", "required_level": 2},
        subject="both",
        offices=["it", "legal"],
        municipality_wording=wording_document("eins"),
        legal_notes=[legal_note_document("Eins"), legal_note_document("Zwei")],
        references=[reference, {"title": {"de": "Nur deutsch", "en": ""}, "url": ""}],
        questions={"de": ["Eine?", "Zwei, mit Komma?"], "en": ["One?", "Two?"]},
    )
    edition = draft(criteria=[full, one("zwei")])
    before = edition_document(edition)
    edit = address("criterion_edit", "1.0", "eins")
    response = client.post(edit, typed(client.get(edit), speichern="1"))
    assert response.status_code == 302
    assert edition_document(edition) == before
    assert Criterion.objects.get(key="eins").version == 2


def test_form_of_a_cross_phase_milestone_saves_the_same_document(client, curator, draft):
    levels = {"p1": 1, "p2": 1, "p3": 2, "p4": 4, "p5": 4}
    edition = draft(criteria=[one("eins", milestone={"kind": "roadmap", "required_levels": levels}), one("zwei")])
    before = edition_document(edition)
    edit = address("criterion_edit", "1.0", "eins")
    assert client.post(edit, typed(client.get(edit), speichern="1")).status_code == 302
    assert edition_document(edition) == before
    assert before["criteria"][0]["milestone"]["required_levels"] == levels


def test_cross_phase_milestone_with_sinking_levels_refused(client, curator, draft):
    draft(criteria=[one("eins", milestone=CROSS_PHASE_MILESTONE)])
    edit = address("criterion_edit", "1.0", "eins")
    page = client.post(edit, typed(client.get(edit), required_level_p2="4", speichern="1"))
    assert page.status_code == 422
    assert "nicht sinken" in page.content.decode()
    assert Criterion.objects.get(key="eins").version == 1


def test_practice_form_unchanged_saves_the_same_document(client, curator, draft):
    reference = {"title": {"de": "Buch", "en": "Book"}, "url": ""}
    practice = practice_document("praxis", criteria=["eins"], phase="p1", editorial=["criteria"], references=[reference])
    edition = draft("eins", good_practices=[practice])
    before = edition_document(edition)
    edit = address("practice_edit", "1.0", "praxis")
    assert client.post(edit, typed(client.get(edit))).status_code == 302
    assert edition_document(edition) == before


def test_texts_of_the_edition_saved(client, curator, draft):
    edition = draft("eins")
    path = address("edition_texts", "1.0")
    assert client.post(path, typed(client.get(path), title_de="Neuer Titel")).status_code == 302
    edition.refresh_from_db()
    assert edition_document(edition)["edition"]["title"] == {"de": "Neuer Titel", "en": "Ausgabe 1.0 in English"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_de": ""}, "title_de"),
        ({"why_de": "<script>alert(1)</script>"}, "why_de"),
        ({"questions_en": "[x](javascript:alert(1))"}, "questions_en"),
        ({"questions_en": "One?\nTwo?"}, "questions_en"),
        ({"references": "a | b | c | d"}, "references"),
        ({"references": "a | b | ftp://example.org"}, "references"),
        ({"phase": "p9"}, "phase"),
        ({"workstreams": []}, "workstreams"),
        ({"related": ["eins"]}, "related"),
    ],
)
def test_bad_input_named_at_its_field_and_nothing_saved(client, curator, draft, changes, field):
    edition = draft("eins", "zwei")
    before = edition_document(edition)
    edit = address("criterion_edit", "1.0", "eins")
    response = client.post(edit, typed(client.get(edit)) | changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert edition_document(edition) == before


def test_late_save_refused_with_both_texts_shown(client, curator, draft, alice):
    draft("eins")
    edit = address("criterion_edit", "1.0", "eins")
    mine = typed(client.get(edit), why_de="Meine Begründung")
    criterion = Criterion.objects.get(key="eins")
    theirs = criterion_document(criterion) | {"why": {"de": "Ihre Begründung", "en": "x"}}
    editing.save_criterion(criterion=criterion, version=1, by=alice, item=theirs)
    response = client.post(edit, mine)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Ihre</del>" in page
    assert "Meine</ins>" in page
    assert response.context["form"]["why_de"].value() == "Meine Begründung"
    assert edition_document(Edition.objects.get())["criteria"][0]["why"]["de"] == "Ihre Begründung"
    # Sent again, knowing the other text, it is saved.
    assert client.post(edit, typed(response)).status_code == 302
    assert edition_document(Edition.objects.get())["criteria"][0]["why"]["de"] == "Meine Begründung"


@pytest.mark.parametrize("name", ["edition_texts", "practice_edit"])
def test_late_save_refused_on_the_other_forms(client, curator, draft, name):
    draft("eins", good_practices=[practice_document("praxis")])
    path = address(name, "1.0", *(["praxis"] if name == "practice_edit" else []))
    page = client.get(path)
    first, second = typed(page, title_de="Erste"), typed(page, title_de="Zweite")
    assert client.post(path, first).status_code == 302
    response = client.post(path, second)
    assert response.status_code == 409
    assert "Erste</del>" in response.content.decode()


def test_preview_shows_what_is_typed_and_saves_nothing(client, curator, draft):
    edition = draft("eins")
    before = edition_document(edition)
    data = typed(client.get(address("criterion_edit", "1.0", "eins")), level_1_description_de="Ganz **neu**")
    live = client.post(address("criterion_preview", "1.0", "eins"), data).content.decode()
    assert "Ganz <strong>neu</strong>" in live
    assert "<html" not in live
    whole = client.post(address("criterion_edit", "1.0", "eins"), data | {"vorschau": "1"}).content.decode()
    assert "Ganz <strong>neu</strong>" in whole
    assert edition_document(edition) == before
    broken = client.post(address("criterion_preview", "1.0", "eins"), data | {"title_de": ""}).content.decode()
    assert "sobald alle Felder stimmen" in broken


def test_criterion_moved_within_its_phase(client, curator, draft):
    criteria = [one("aa", phase="p1"), one("bb", phase="p2"), one("cc", phase="p1")]
    edition = draft(criteria=criteria)
    keys = lambda: [c.key for c in edition.criteria.order_by("order")]  # noqa: E731
    client.post(address("criterion_move", "1.0", "aa"), {"richtung": "ab"})
    assert keys() == ["cc", "bb", "aa"]
    client.post(address("criterion_move", "1.0", "aa"), {"richtung": "ab"})
    assert keys() == ["cc", "bb", "aa"]
    client.post(address("criterion_move", "1.0", "aa"), {"richtung": "auf"})
    assert keys() == ["aa", "bb", "cc"]


def test_criterion_removed_with_the_links_to_it(client, curator, draft):
    edition = draft(
        criteria=[one("aa", related=["bb"]), one("bb")], good_practices=[practice_document("praxis", criteria=["bb"])]
    )
    client.post(address("criterion_remove", "1.0", "bb"))
    document = edition_document(edition)
    assert [c["key"] for c in document["criteria"]] == ["aa"]
    assert document["criteria"][0]["related"] == []
    assert document["good_practices"][0]["criteria"] == []
    assert client.post(address("criterion_remove", "1.0", "bb")).status_code == 404


def test_practice_added_and_removed(client, curator, draft):
    edition = draft("eins")
    client.post(address("practice_add", "1.0"), {"title": "Beispiel", "key": "beispiel"})
    assert edition.good_practices.get().title == "Beispiel"
    client.post(address("practice_remove", "1.0", "beispiel"))
    assert not edition.good_practices.exists()


def test_every_gap_leads_to_its_field(client, curator, draft):
    """A criterion just added lacks everything; each link's target exists on the page it leads to."""
    draft("eins")
    client.post(address("criterion_add", "1.0"), {"title": "Neu", "key": "frisch", "phase": "p1"})
    client.post(address("practice_add", "1.0"), {"title": "Beispiel", "key": "beispiel"})
    page = client.get(address("edition", "1.0")).content.decode()
    links = re.findall(r'href="(/katalog/redaktion/1\.0/[^"#]+)#(id_\w+)"', page)
    assert len(links) > 30
    pages = {path: client.get(path).content.decode() for path in {path for path, _ in links}}
    missing = [(path, anchor) for path, anchor in links if f'id="{anchor}"' not in pages[path]]
    assert missing == []


@pytest.mark.parametrize(("key", "words"), [("eins", "schon ein anderes"), ("Groß", "Kleinbuchstaben"), ("druck", "Adresse")])
def test_key_refused(client, curator, draft, key, words):
    edition = draft("eins")
    response = client.post(address("criterion_add", "1.0"), {"title": "X", "key": key, "phase": "p1"})
    assert response.status_code == 422
    assert words in str(response.context["form"].errors["key"])
    assert edition.criteria.count() == 1


def test_every_change_written_down(client, curator, draft):
    edition = draft("eins", "zwei")
    edit = address("criterion_edit", "1.0", "eins")
    client.post(edit, typed(client.get(edit), why_de="Ein neuer Grund"))
    client.post(address("criterion_move", "1.0", "eins"), {"richtung": "ab"})
    client.post(address("criterion_remove", "1.0", "zwei"))
    publish = address("edition_publish", "1.0")
    client.post(publish, {"gesehen": client.get(publish).context["seen"]})
    log = [(c.action, c.kind, c.key, c.by) for c in edition.changes.order_by("pk")]
    assert log == [
        ("imported", "", "", None),
        ("edited", "criteria", "eins", curator),
        ("moved", "criteria", "", curator),
        ("removed", "criteria", "zwei", curator),
        ("published", "", "", curator),
    ]
    change = edition.changes.get(action="edited")
    assert (change.before, change.after) == ({"why.de": "eins, warum auf Deutsch"}, {"why.de": "Ein neuer Grund"})
    page = client.get(address("changes", "1.0")).content.decode()
    assert "Warum es zählt (Deutsch)" in page
    assert "Ein neuer Grund" in page.replace('<span class="kern-sr-only">neu: </span>', "")


def test_save_without_change_leaves_no_entry(client, curator, draft):
    draft("eins")
    edit = address("criterion_edit", "1.0", "eins")
    client.post(edit, typed(client.get(edit)))
    assert not ChangeLogEntry.objects.filter(action="edited").exists()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "args", "queries"),
    [
        ("editions", [], 5),
        ("edition", ["1.0"], 25),
        ("criterion_edit", ["1.0", "k0"], 14),
        ("comparison", ["1.0"], 32),
        ("changes", ["1.0"], 6),
    ],
)
def test_page_query_count_constant(client, curator, draft, published, django_assert_num_queries, name, args, queries, rows):
    keys = [f"k{n}" for n in range(rows)]
    practices = [practice_document(f"gut-{key}", criteria=[key]) for key in keys]
    edition = draft(*keys, good_practices=practices)
    published(*keys, number="2.0", good_practices=practices)
    Edition.objects.filter(pk=edition.pk).update(based_on=Edition.objects.numbered("2.0"))
    for number in range(rows):
        ChangeLogEntry.objects.create(edition=edition, by=curator, action="edited", after={"why.de": str(number)})
    client.get(address(name, *args))
    with django_assert_num_queries(queries):
        client.get(address(name, *args))


def test_use_of_an_edition_counted_without_joining_criteria_to_assessments(published, municipality):
    """With 55 criteria and thousands of rounds the list of editions took seconds."""
    edition = published("eins", "zwei", "drei")
    for number in range(4):
        workflow.start_assessment(project=make_project(municipality, f"Projekt {number}"), by=None)
    found = Edition.objects.with_use()
    assert [(e.number, e.criteria_count, e.use_count) for e in found] == [(edition.number, 3, 4)]
    rows = [int(number) for number in re.findall(r"actual .*?rows=(\d+)", found.explain(analyze=True))]
    assert max(rows) <= 4


def test_operating_models_and_criteria_lead_to_each_other(client, curator, draft, published):
    models = [model_document("konzession", criteria=["eins"])]
    draft("eins", "zwei", operating_models=models)
    published("eins", "zwei", number="2.0", operating_models=models)
    model, criterion = address("model_edit", "1.0", "konzession"), address("criterion_edit", "1.0", "eins")
    assert model in client.get(criterion).text
    assert model not in client.get(address("criterion_edit", "1.0", "zwei")).text
    assert client.get(model).context["form"]["criteria"].value() == ["eins"]
    assert "/katalog/betreibermodelle/#konzession" in client.get("/katalog/eins/").text
    assert "/katalog/eins/" in client.get("/katalog/betreibermodelle/").text
    assert "/katalog/zwei/" not in client.get("/katalog/betreibermodelle/").text


@pytest.mark.parametrize(("at", "order"), [(1, "3124"), (2, "1324"), (4, "1243"), (99, "1243"), (3, "1234")])
def test_row_drawn_to_another_place(client, curator, draft, at, order):
    edition = draft("k1", "k2", "k3", "k4")
    response = client.post(address("criterion_move", "1.0", "k3"), {"platz": str(at)})
    assert response["Location"].endswith("#k3")
    assert [key[1] for key in edition.criteria.order_by("order").values_list("key", flat=True)] == list(order)
    assert edition.changes.filter(action="moved").exists() == (order != "1234")


@pytest.mark.parametrize("place", ["", "x", "-1", "²", "0", "9" * 30])
def test_place_that_is_no_number_moves_by_one(client, curator, draft, place):
    edition = draft("k1", "k2")
    client.post(address("criterion_move", "1.0", "k1"), {"platz": place, "richtung": "ab"})
    assert list(edition.criteria.order_by("order").values_list("key", flat=True)) == ["k2", "k1"]


def test_every_text_of_the_preview_leads_to_its_field(client, curator, draft):
    full = one("eins", subject="both", municipality_wording=wording_document("eins"), legal_notes=[legal_note_document("Eins")])
    draft(criteria=[full | {"references": [{"title": {"de": "Buch", "en": ""}, "url": ""}]}])
    page = client.get(address("criterion_edit", "1.0", "eins")).text
    fields = set(re.findall(r'class="jump-to[^"]*" href="#([^"]+)"', page))
    assert len(fields) > 40
    assert {field for field in fields if f'id="{field}"' not in page} == set()


def test_only_edition_is_compared_with_nothing(client, dora, published, draft):
    """No empty choice is offered where there is none."""
    client.force_login(dora)
    alone = published(criteria=[one("eins")])
    page = client.get(address("comparison", alone.number)).content.decode()
    assert "Es gibt noch keine andere Ausgabe." in page
    assert "<select" not in page
    draft(number="2.0")
    assert "<select" in client.get(address("comparison", alone.number)).content.decode()
