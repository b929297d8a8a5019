from time import perf_counter

import pytest
from django.db import connection

from catalogue.models import Criterion, Edition
from catalogue.search import find_criteria
from catalogue.services.importing import import_files, load_file
from scaling.settings import BASE_DIR
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
    return [keys[pk] for pk in find_criteria(edition, text)]


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
        ("Beschluss Kommune", []),
        ("Rat -Beschluss", ["rat"]),
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
    find_criteria(edition, text)


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
    with django_assert_num_queries(7):
        client.get("/katalog/", {"q": "Deutsch"})


def test_search_over_the_whole_catalogue_fast(db):
    """Thirty milliseconds are the promise for sixty criteria; the median of many searches leaves room for a busy machine."""
    file = load_file((BASE_DIR / "fixtures/catalogue/edition-2.yaml").read_bytes(), "x")
    import_files([file], publish=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself soon after an import
    edition = Edition.objects.get()
    times = []
    for text in ["Datenqualität", "Rat Beschluss", "open interfaces", "Kommunen", "Förderung", "x"] * 5:
        start = perf_counter()
        find_criteria(edition, text)
        times.append(perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.03
