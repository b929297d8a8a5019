import pytest

from catalogue.models import Criterion
from catalogue.search import CRITERION, excerpt, search
from tests.catalogue.documents import criterion_document

pytestmark = pytest.mark.django_db


def texts(german, english):
    return {"de": german, "en": english}


@pytest.fixture
def edition(published):
    daten = criterion_document("daten", title=texts("Datenqualität sichern", "Ensure data quality"))
    partner = criterion_document(
        "partner", summary=texts("Mit anderen Kommunen zusammenarbeiten", "Work with other municipalities")
    )
    rat = criterion_document("rat", title=texts("Beschluss im Rat", "Council decision"))
    rat["levels"][3]["description"] = texts("Die Qualitätsprüfung liegt dem Rat vor.", "The audit was tabled.")
    published("daten", number="1.0")
    return published(criteria=[daten, partner, rat], number="2.0")


def found(edition, text):
    keys = dict(Criterion.objects.values_list("pk", "key"))
    return [keys[pk] for pk in search(edition, text).of(CRITERION)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Datenqualität", ["daten"]),
        ("datenqualitäten", ["daten"]),
        ("Kommune", ["partner"]),
        ("municipality", ["partner"]),
        ("decisions", ["rat"]),
        ("Daten", ["daten"]),
        ("qualität", ["daten", "rat"]),
        ("Beschluss Rat", ["rat"]),
        ("Beschluss Kommune", ["rat", "partner"]),  # nothing has both
        ("Qualitaet", ["daten", "rat"]),
        ("QUALITÄT", ["daten", "rat"]),
        ("Datenqualitt", ["daten"]),
        ("Daten-Qualität", ["daten"]),
        ("Beschlus", ["rat"]),
        ("Rat -Beschluss", []),
        ("tabled", ["rat"]),
        ("unbekannt", []),
        ("", []),
        ("   ", []),
        ("und der die das", []),
        ("%", []),
        ("_", []),
    ],
)
def test_criteria_found(edition, text, keys):
    assert found(edition, text) == keys


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE x; --", "a & | ! (", "\x00daten", "x" * 5000, "'daten':*", "\\", "“„‚‘", "<->", "daten:*A"]
)
def test_odd_text_never_breaks_the_search(edition, text):
    search(edition, text)


def test_best_match_first(edition):
    assert found(edition, "Rat")[0] == "rat"


def test_search_page_shows_what_was_found(client, edition):
    page = client.get("/katalog/", {"q": "Datenqualität"}).content.decode()
    assert "/katalog/daten/" in page
    assert "/katalog/partner/" not in page
    assert "1 Kriterium gefunden" in page
    nothing = client.get("/katalog/", {"q": "<b>unbekannt"}).content.decode()
    assert "nichts gefunden" in nothing
    assert "<b>unbekannt" not in nothing


def test_search_within_a_workstream(client, edition):
    page = client.get("/katalog/", {"q": "Datenqualität", "workstream": "finanziell"}).content.decode()
    assert "/katalog/daten/" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_search_query_count_constant(client, published, django_assert_num_queries, rows):
    published(*[f"daten-{n}" for n in range(rows)])
    client.get("/katalog/", {"q": "Deutsch"})  # the edition's words are known from now on
    with django_assert_num_queries(8):
        client.get("/katalog/", {"q": "Deutsch"})


def test_search_page_says_which_word_it_took_for_which(client, edition):
    page = client.get("/katalog/", {"q": "Beschlluss"}).content.decode()
    assert "Zu „Beschlluss“ steht nichts im Katalog. Gezeigt wird, was zu „Beschluss“ passt." in page
    assert "/katalog/rat/" in page


def test_search_page_says_that_no_hit_has_all_words(client, edition):
    assert "Alle Wörter zusammen kommen nirgends vor." in client.get("/katalog/", {"q": "Beschluss Kommune"}).content.decode()


def test_hit_shows_phase_and_the_place_found(client, edition):
    page = client.get("/katalog/", {"q": "Qualitätsprüfung"}).content.decode()
    assert "Die <mark>Qualitätsprüfung</mark> liegt dem Rat vor." in page
    assert Criterion.objects.get(edition=edition, key="rat").phase.label in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rat", "<mark>Rat</mark>"),
        ("Der Rat beschließt.", "Der <mark>Rat</mark> beschließt."),
        ("<b>Rat</b>", "&lt;b&gt;<mark>Rat</mark>&lt;/b&gt;"),
        ("nichts", ""),
        ("", ""),
    ],
)
def test_excerpt(text, shown):
    assert excerpt([text], {"rat"}) == shown


def test_excerpt_of_a_long_text_begins_and_ends_with_whole_words():
    shown = excerpt(["Anfang " * 30 + "Rat " + "Ende " * 30], {"rat"})
    assert shown.startswith("… Anfang ")
    assert shown.endswith("Ende …")
