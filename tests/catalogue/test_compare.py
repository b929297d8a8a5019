from copy import deepcopy

import pytest

from catalogue.documents.compare import compare, field_label, with_titles
from catalogue.templatetags.catalogue import marked
from tests.catalogue.documents import catalogue_document, criterion_document


def test_same_documents_do_not_differ():
    assert not compare(catalogue_document(), catalogue_document(number="2.0") | {"edition": catalogue_document()["edition"]})


def test_number_alone_is_no_difference():
    other = catalogue_document()
    other["edition"]["number"] = "1.1"
    assert not compare(catalogue_document(), other)


def test_added_removed_and_changed_criteria_found():
    new = catalogue_document("zwei", "drei")
    new["criteria"][0]["milestone"] = None
    new["criteria"][0]["levels"][2]["description"]["de"] = "Neu beschrieben"
    new["criteria"][0]["questions"]["en"] = ["One?", "Two?"]
    comparison = compare(catalogue_document("eins", "zwei"), new)
    assert [c.key for c in comparison.of("criteria", "added")] == ["drei"]
    assert [c.key for c in comparison.of("criteria", "removed")] == ["eins"]
    [changed] = comparison.of("criteria", "changed")
    assert changed.key == "zwei"
    assert [(f.field, f.before, f.after) for f in changed.fields] == [
        ("questions.en", ["Question on zwei?"], ["One?", "Two?"]),
        ("levels.2.description.de", "zwei, Beschreibung 2 auf Deutsch", "Neu beschrieben"),
    ]
    assert comparison.reordered == ()


def test_milestone_that_came_found():
    old, new = catalogue_document("eins", "zwei"), catalogue_document("eins", "zwei")
    new["criteria"][1]["milestone"] = {"kind": "municipal", "required_level": 2}
    [changed] = compare(old, new).objects
    assert {f.field for f in changed.fields} == {"milestone.kind", "milestone.required_level"}


def test_other_order_found():
    old = catalogue_document()
    new = deepcopy(old)
    new["criteria"].reverse()
    comparison = compare(old, new)
    assert comparison.reordered == ("criteria",)
    assert comparison.objects == ()


def test_change_of_references_found():
    old = catalogue_document(criteria=[criterion_document("eins")])
    reference = {"title": {"de": "Buch", "en": "Book"}, "url": "https://example.org"}
    new = catalogue_document(criteria=[criterion_document("eins", references=[reference])], references=[reference])
    comparison = compare(old, new)
    assert [(c.kind, c.status, c.title) for c in comparison.objects] == [
        ("criteria", "changed", "eins auf Deutsch"),
        ("references", "added", "Buch"),
    ]
    assert comparison.objects[0].fields[0].after == ["Buch https://example.org"]


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("levels.2.description.de", "Stufe 2: Beschreibung (Deutsch)"),
        ("why.en", "Warum es zählt (Englisch)"),
        ("workstreams", "Workstreams"),
        ("milestone.required_level", "Meilenstein: erforderliche Stufe"),
        ("milestone.required_levels.p4", "Meilenstein: erforderliche Stufe je Phase: P4"),
    ],
)
def test_field_named_for_people(field, label):
    assert field_label(field) == label


def test_titles_are_shown_in_the_language_of_the_page():
    old = catalogue_document(criteria=[criterion_document("eins"), criterion_document("zwei")])
    new = deepcopy(old)
    new["criteria"][0] |= {"related": ["zwei"]}
    del new["criteria"][1]
    found = compare(old, new)
    assert [change.title for change in found.objects] == ["eins auf Deutsch", "zwei auf Deutsch"]  # as the log keeps them
    shown = with_titles(found, old, new, language="en")
    assert [change.title for change in shown.objects] == ["eins in English", "zwei in English"]
    assert shown.objects[0].fields[0].after == ["zwei in English"]


def test_codes_and_keys_are_shown_in_words():
    old = catalogue_document(criteria=[criterion_document("eins"), criterion_document("zwei")])
    new = deepcopy(old)
    new["criteria"][0] |= {"editorial": ["related"], "related": ["zwei"]}
    fields = with_titles(compare(old, new), old, new).objects[0].fields
    assert {field.field: marked(field) for field in fields} == {
        "editorial": '<ul><li><ins><span class="kern-sr-only">neu: </span>verwandte Kriterien</ins></li></ul>',
        "related": '<ul><li><ins><span class="kern-sr-only">neu: </span>zwei auf Deutsch</ins></li></ul>',
    }
