from copy import deepcopy
from time import perf_counter

import pytest

from catalogue.documents.validate import MAX_PROBLEMS, RESERVED_KEYS, markup_problem
from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.services.importing import load_file
from tests.catalogue.documents import as_file, catalogue_document, criterion_document, practice_document

MILESTONE = "criteria[eins].milestone"


def problems_of(document, name="datei.yaml"):
    with pytest.raises(CatalogueFileError) as caught:
        load_file(as_file(document), name)
    return caught.value.problems


def test_complete_document_accepted():
    assert load_file(as_file(catalogue_document()), "x").number == "1.0"


def change(path, value):
    """A document in which one value was replaced; a path that ends in ``-`` removes the value before it."""
    document = deepcopy(catalogue_document())
    *way, last = path
    target = document
    for part in way:
        target = target[part]
    if value is KeyError:
        del target[last]
    else:
        target[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "field", "words"),
    [
        (("format",), "anders/2", "format", "skalierungscheck-catalogue/1"),
        (("extra",), "x", "extra", "unbekanntes Feld"),
        (("edition", "number"), "eins", "edition.number", "Form"),
        (("edition", "number"), KeyError, "edition", "„number“ fehlt"),
        (("criteria", 0, "titel"), "x", "criteria[eins].titel", "unbekanntes Feld"),
        (("criteria", 0, "why"), KeyError, "criteria[eins]", "„why“ fehlt"),
        (("criteria", 0, "title", "de"), "", "criteria[eins].title.de", "leer"),
        (("criteria", 0, "title", "de"), "x" * 201, "criteria[eins].title.de", "erlaubt sind 200"),
        (("criteria", 0, "title"), "nur ein Text", "criteria[eins].title", "Felder"),
        (("criteria", 1, "key"), "Groß", "criteria[Groß].key", "Form"),
        (("criteria", 0, "phase"), "p9", "criteria[eins].phase", "gibt es nicht"),
        (("criteria", 0, "workstreams"), ["politisch"], "criteria[eins].workstreams[1]", "gibt es nicht"),
        (("criteria", 0, "workstreams"), [], "criteria[eins].workstreams", "Mindestens 1"),
        (("criteria", 0, "editorial"), ["alles"], "criteria[eins].editorial[1]", "Erlaubt ist nur"),
        (("criteria", 0, "levels", 2, "level"), 3, "criteria[eins].levels[3].level", "muss „2“"),
        (("criteria", 0, "levels", 1, "next_step"), KeyError, "criteria[eins].levels[2]", "„next_step“ fehlt"),
        (("criteria", 0, "levels", 4), KeyError, "criteria[eins].levels", "Mindestens 5"),
        (("criteria", 0, "milestone", "required_levels", "p2"), 5, f"{MILESTONE}.required_levels.p2", "höchstens 4"),
        (("criteria", 0, "milestone", "required_levels", "p1"), "1", f"{MILESTONE}.required_levels.p1", "eine ganze Zahl"),
        (("criteria", 0, "milestone", "required_levels", "p3"), KeyError, f"{MILESTONE}.required_levels", "„p3“ fehlt"),
        (("criteria", 0, "milestone", "required_levels", "p1"), 3, f"{MILESTONE}.required_levels", "nicht sinken"),
        (("criteria", 0, "milestone", "required_levels"), KeyError, MILESTONE, "„required_levels“ fehlt"),
        (("criteria", 0, "milestone", "required_level"), 3, f"{MILESTONE}.required_level", "passt nicht zur Phase"),
        (("criteria", 0, "phase"), "p2", MILESTONE, "„required_level“ fehlt"),
        (("criteria", 0, "milestone"), "ja", "criteria[eins].milestone", "Felder oder null"),
        (("criteria", 0, "related"), ["drei"], "criteria[eins].related[1]", "gibt es in dieser Ausgabe nicht"),
        (("criteria", 0, "related"), ["eins"], "criteria[eins].related[1]", "mit sich selbst"),
        (("criteria", 0, "questions", "en"), ["One?", "Two?"], "criteria[eins].questions.en", "verschieden viele"),
        (("criteria", 1, "key"), "eins", "criteria[eins].key", "steht schon in Zeile"),
        (("references",), [{"title": {"de": "x", "en": "x"}, "url": "javascript:x"}], "references[1].url", "Form"),
        (
            ("good_practices",),
            [practice_document("praxis", criteria=["drei"])],
            "good_practices[praxis].criteria[1]",
            "gibt es in",
        ),
        (("good_practices",), [practice_document("praxis", phase="p9")], "good_practices[praxis].phase", "gibt es nicht"),
        (("criteria", 0, "why", "de"), "Gut <script>alert(1)</script>", "criteria[eins].why.de", "HTML"),
        (("criteria", 0, "why", "en"), "[a](javascript:alert(1))", "criteria[eins].why.en", "Verweise"),
        (("phases", 5, "key"), "immer", "phases", "„durchgehend“ fehlt"),
        (("workstreams", 1, "order"), 1, "workstreams[organisatorisch].order", "steht schon"),
    ],
)
def test_document_refused_with_field(path, value, field, words):
    found = problems_of(change(path, value))
    assert field in [problem.field for problem in found]
    assert words in next(problem.message for problem in found if problem.field == field)


def test_problem_names_file_line_and_field():
    document = change(("criteria", 1, "why", "de"), "")
    line = next(n for n, text in enumerate(as_file(document).decode().splitlines(), 1) if text.endswith('de: ""'))
    with pytest.raises(CatalogueFileError) as caught:
        load_file(as_file(document), "meine.yaml")
    assert str(caught.value).startswith(f"meine.yaml: Zeile {line}, criteria[zwei].why.de: ")


def test_all_problems_told_at_once_but_not_endlessly():
    document = catalogue_document(*[f"k{n}" for n in range(40)])
    for criterion in document["criteria"]:
        criterion["why"]["de"] = criterion["summary"]["de"] = ""
    found = problems_of(document)
    assert len(found) == MAX_PROBLEMS + 1
    assert "30 weitere" in found[-1].message


@pytest.mark.parametrize("key", sorted(RESERVED_KEYS))
def test_key_of_a_page_refused(key):
    assert "Adresse" in problems_of(catalogue_document(criteria=[criterion_document(key)]))[0].message


@pytest.mark.parametrize("data", [b"- a\n- b\n", b"nur Text\n", b"format: x\n"])
def test_other_yaml_refused(data):
    with pytest.raises(CatalogueFileError):
        load_file(data, "x")


@pytest.mark.parametrize(
    "text",
    [
        "a < b und c > d",
        "x <- y",
        "Open Data: alles offen",
        "[Seite](https://example.org)",
        "*kursiv*",
        "a<b",
        "[x]( https://example.org)",
    ],
)
def test_harmless_text_accepted(text):
    assert markup_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "<b>fett</b>",
        "<img src=x onerror=alert(1)>",
        "<!-- x -->",
        "<SCRIPT >",
        "[x](javascript:alert(1))",
        "[x]( JaVaScRiPt:alert(1))",
        "[x](data:text/html,x)",
        "[x](/katalog/)",
        "![x](x.png)",
        "<img\nsrc=x>",
        "[x](  data:text/html,x)",
    ],
)
def test_markup_refused(text):
    assert markup_problem(text)


@pytest.mark.parametrize("text", ["<a" * 2000, "](" + " " * 4000, "<" + " " * 4000, "javascript" + " " * 4000, "](" * 2000])
def test_markup_of_hostile_texts_looked_at_once(text):
    start = perf_counter()
    for _ in range(20):
        markup_problem(text)
    assert perf_counter() - start < 1


def test_endless_list_of_mistakes_not_searched_to_its_end():
    start = perf_counter()
    found = problems_of(catalogue_document() | {"criteria": [1] * 200_000})
    assert len(found) == MAX_PROBLEMS + 1
    assert perf_counter() - start < 20
