"""What the curators' forms take, a catalogue file takes as well, and what a file brings, the forms can save again."""

import json

import pytest
from django.core.exceptions import ValidationError

from catalogue.documents import validate
from catalogue.documents.export import edition_document, edition_yaml
from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.forms.document_form import ReferencesField, lines_fit
from catalogue.forms.legal_notes import LegalNotesField
from catalogue.models import Edition
from catalogue.services.importing import import_files, load_file
from tests.catalogue.documents import as_file, both, catalogue_document, criterion_document, legal_note_document
from tests.catalogue.test_every_field import parts_of, through_the_forms


def reference(german="Quelle", english="Source", url="https://example.org/"):
    return {"title": {"de": german, "en": english}, "url": url}


def note(source=None, **fields):
    return legal_note_document("Hinweis") | {"source": source or reference()} | fields


ODD_SOURCES = [
    reference("Gesetz | Verordnung", "Act | Regulation"),
    reference("Am Ende ein Strich |", "| at the start"),
    reference(r"Schräg \ strich \| beides", "C:\\"),
    reference(url=""),
    reference(url="http://intranet/akte/12"),
    reference(url="https://example.org/a|b?c=d"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("source", ODD_SOURCES)
def test_odd_sources_of_a_file_survive_the_form(source):
    document = catalogue_document(criteria=[criterion_document("eins", legal_notes=[note(source)], references=[source])])
    import_files([load_file(as_file(document), "x")])
    stored = edition_document(Edition.objects.get())
    assert stored["criteria"][0]["references"] == [source]
    assert through_the_forms(stored) == parts_of(stored)


@pytest.mark.django_db
def test_lists_and_legal_notes_of_a_file_stand_on_one_line_each():
    document = catalogue_document(
        criteria=[
            criterion_document(
                "eins",
                questions={"de": ["Frage in\nzwei Zeilen?"], "en": ["Question?"]},
                evidence_examples={"de": ["Nachweis\nin Zeilen"], "en": ["Evidence"]},
                legal_notes=[note(text=both("Erste Zeile\n\nzweite Zeile"))],
            )
        ]
    )
    import_files([load_file(as_file(document), "x")])
    stored = edition_document(Edition.objects.get())
    assert stored["criteria"][0]["questions"]["de"] == ["Frage in zwei Zeilen?"]
    assert through_the_forms(stored) == parts_of(stored)
    file = edition_yaml(Edition.objects.get())
    Edition.objects.all().delete()
    import_files([load_file(file.encode(), "x")])
    assert edition_yaml(Edition.objects.get()) == file


@pytest.mark.parametrize("text", ["  ", "\n", "\u200b"])
def test_text_of_blanks_is_an_empty_one(text):
    document = catalogue_document("eins")
    document["criteria"][0]["why"]["de"] = text
    with pytest.raises(CatalogueFileError, match=r"criteria\[eins\]\.why\.de"):
        load_file(as_file(document), "x")


@pytest.mark.parametrize(
    "typed",
    [
        "Quelle | Source | https://example.org/it's",
        "Quelle | Source | https://example.org/<x>",
        "Quelle | Source | ftp://example.org/",
        "Quelle | Source | javascript:alert(1)",
        "<b>Quelle</b> | Source | https://example.org/",
        "Quelle | <script>x</script>",
        "\n".join(["Quelle"] * 51),
        "Q" * 251,
    ],
)
def test_sources_that_a_file_would_not_take_are_refused_in_the_form(typed):
    with pytest.raises(ValidationError):
        ReferencesField().clean(typed)
    if "\n" not in typed:
        with pytest.raises(ValidationError):
            LegalNotesField().clean(
                f"2026-11 | {typed} | | \nText\nText" if "|" not in typed else f"2026-11 | {typed}\nText\nText"
            )


@pytest.mark.parametrize(
    "typed", ["\n\n".join(["2026-11 | Gesetz | Law |\nText\nText"] * 13), f"2026-11 | Gesetz | Law |\n{'x' * 4001}\nText"]
)
def test_legal_notes_that_a_file_would_not_take_are_refused_in_the_form(typed):
    with pytest.raises(ValidationError):
        LegalNotesField().clean(typed)


@pytest.mark.parametrize("lines", [["x"] * 13, ["x" * 1001]])
def test_lists_that_a_file_would_not_take_are_refused_in_the_form(lines):
    with pytest.raises(ValidationError):
        lines_fit(lines)


def test_limits_are_those_of_the_schema():
    schema = json.loads(validate.SCHEMA.read_text())
    definitions = schema["$defs"]
    reference_ = definitions["reference"]["properties"]
    criterion = schema["properties"]["criteria"]["items"]["properties"]
    assert reference_["url"]["pattern"] == f"^({validate.ADDRESS.pattern})?$"
    assert reference_["url"]["maxLength"] == validate.MAX_ADDRESS
    assert reference_["title"]["properties"]["de"]["maxLength"] == validate.MAX_SOURCE
    assert definitions["references"]["maxItems"] == validate.MAX_REFERENCES
    assert definitions["texts"]["properties"]["de"]["maxItems"] == validate.MAX_ENTRIES
    assert definitions["texts"]["properties"]["de"]["items"]["maxLength"] == validate.MAX_ENTRY
    assert definitions["text"]["properties"]["de"]["maxLength"] == validate.MAX_TEXT
    assert criterion["legal_notes"]["maxItems"] == validate.MAX_NOTES
