import re

import pytest
from django.urls import reverse

from tests.catalogue.documents import (
    CROSS_PHASE_MILESTONE,
    both,
    catalogue_document,
    criterion_document,
    model_document,
    practice_document,
)

pytestmark = pytest.mark.django_db


def rich(*keys: str, **fields):
    """Every criterion with everything a page can show."""
    reference = {"title": both("Quelle"), "url": "https://example.org"}
    criteria = [
        criterion_document(
            key,
            phase="p2" if n else "durchgehend",
            workstreams=["technisch", "finanziell"],
            related=[k for k in keys if k != key],
            references=[reference],
            milestone={"kind": "roadmap", "required_level": 3} if n else CROSS_PHASE_MILESTONE,
        )
        for n, key in enumerate(keys)
    ]
    practices = [practice_document(f"praxis-{key}", criteria=[key], references=[reference], phase="p1") for key in keys]
    model = model_document("boo", name=both("BOO"), group=both("Gruppe"), summary=both("Kurz"), criteria=list(keys))
    return {"criteria": criteria, "good_practices": practices, "operating_models": [model], **fields}


PAGES = ["catalogue:index", "catalogue:practices", "catalogue:operating_models"]


def test_pages_open_to_everyone(client, published):
    published(**rich("eins", "zwei"))
    for name in PAGES:
        assert client.get(reverse(name)).status_code == 200
    assert client.get("/katalog/eins/").status_code == 200


def test_pages_open_without_any_edition(client):
    for name in PAGES:
        assert client.get(reverse(name)).status_code == 200
    assert client.get("/katalog/eins/").status_code == 404


def test_pages_refuse_to_be_posted_to(client, published):
    published("eins")
    for address in [*map(reverse, PAGES), "/katalog/eins/"]:
        assert client.post(address).status_code == 405


def test_unknown_key_is_404(client, published):
    published("eins")
    assert client.get("/katalog/gibt-es-nicht/").status_code == 404


@pytest.mark.parametrize("number", ["9.0", "x", "1", "1.0.0", "²", "-1.0"])
def test_unknown_edition_is_404(client, published, number):
    published("eins")
    assert client.get("/katalog/", {"ausgabe": number}).status_code == 404


def test_draft_hidden_from_everyone_but_curators(client, published, draft, alice, dora):
    published("eins", number="1.0")
    draft("geheim", number="2.0")
    for user in (None, alice):
        if user:
            client.force_login(user)
        assert b"geheim" not in client.get("/katalog/").content
        assert "Ausgabe 2.0" not in client.get("/katalog/").content.decode()
        assert client.get("/katalog/geheim/").status_code == 404
        for address in ("/katalog/", "/katalog/geheim/", "/katalog/praxisbeispiele/", "/katalog/betreibermodelle/"):
            assert client.get(address, {"ausgabe": "2.0"}).status_code == 404
    client.force_login(dora)
    assert "geheim" not in client.get("/katalog/").content.decode().replace("Entwurf", "")
    assert "Sie lesen den Entwurf" in client.get("/katalog/geheim/", {"ausgabe": "2.0"}).content.decode()


def test_newest_edition_shown_and_older_one_on_request(client, published):
    published("alt", number="1.0")
    published("frisch", number="2.0")
    assert b"/katalog/frisch/" in client.get("/katalog/").content
    older = client.get("/katalog/", {"ausgabe": "1.0"}).content
    assert b'href="/katalog/alt/?ausgabe=1.0"' in older
    assert b"/katalog/frisch/" not in older


def test_address_of_a_dropped_criterion_stays_valid(client, published):
    published("alt", number="1.0")
    published("frisch", number="2.0")
    page = client.get("/katalog/alt/").content.decode()
    assert "gehört zur Ausgabe 1.0" in page
    assert client.get("/katalog/alt/", {"ausgabe": "2.0"}).status_code == 404


def test_workstream_filter_shows_its_criteria_only(client, published):
    criteria = [criterion_document("eins", workstreams=["technisch"]), criterion_document("zwei", workstreams=["finanziell"])]
    published(criteria=criteria)
    page = client.get("/katalog/", {"workstream": "finanziell"}).content.decode()
    assert "/katalog/zwei/" in page
    assert "/katalog/eins/" not in page
    assert "1 von 2 Kriterien" in page
    everything = client.get("/katalog/", {"workstream": "quatsch"}).content.decode()
    assert "/katalog/eins/" in everything


def test_pages_name_source_and_own_scale(client, published):
    published(**rich("eins"))
    for address in [*map(reverse, PAGES), "/katalog/eins/"]:
        page = client.get(address).content.decode()
        assert "Quelle auf Deutsch" in page
        assert "Eigene Stufen auf Deutsch" in page


def test_criterion_shows_everything(client, published):
    published(**rich("eins", "zwei"))
    page = client.get("/katalog/eins/").content.decode()
    for text in ["kurz", "warum", "einfach", *[f"Beschreibung {n}" for n in range(5)], *[f"Schritt {n}" for n in range(4)]]:
        assert f"eins, {text} auf Deutsch" in page
    for text in ["Frage zu eins?", "Nachweis zu eins", "praxis-eins auf Deutsch", "zwei auf Deutsch", "https://example.org"]:
        assert text in page
    assert "verlangt Stufe 1 in P1, Stufe 2 in P2 und P3, Stufe 3 in P4 und P5" in page
    assert "verlangt Stufe 3" in client.get("/katalog/zwei/").content.decode()
    assert "praxis-zwei" not in page


def test_editorial_marks_shown_only_where_set(client, published):
    marks = [
        criterion_document("mit", editorial=["phase", "workstreams"], title_source="editorial"),
        criterion_document("ohne"),
    ]
    published(criteria=marks)
    legend = 1
    assert client.get("/katalog/mit/").content.count(b'class="mark"') == 3 + legend
    assert client.get("/katalog/ohne/").content.count(b'class="mark"') == legend


def test_english_page_shows_english_texts(client, published):
    published(**rich("eins"))
    page = client.get("/katalog/eins/", headers={"accept-language": "en"}).content.decode()
    assert "eins, warum in English" in page
    assert "auf Deutsch" not in page


def test_missing_english_falls_back_to_german(client, draft, dora):
    document = catalogue_document("eins")
    criterion = document["criteria"][0]
    criterion["why"]["en"] = ""
    criterion["questions"]["en"] = []
    draft(criteria=[criterion])
    client.force_login(dora)
    page = client.get("/katalog/eins/", {"ausgabe": "1.0"}, headers={"accept-language": "en"}).content.decode()
    assert "eins, warum auf Deutsch" in page
    assert "Frage zu eins?" in page


def test_text_from_a_file_cannot_bring_markup(client, published):
    document = criterion_document(
        "eins", title={"de": "A < B & „C“ > D", "en": "x"}, why={"de": "a < b > c **fett**", "en": "x"}
    )
    published(criteria=[document])
    page = client.get("/katalog/eins/").content.decode()
    assert "A &lt; B &amp; „C“ &gt; D" in page
    assert "a &lt; b &gt; c <strong>fett</strong>" in page


@pytest.mark.parametrize(
    ("address", "queries"),
    [("/katalog/", 5), ("/katalog/k1/", 10), ("/katalog/praxisbeispiele/", 4), ("/katalog/betreibermodelle/", 3)],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_page_query_count_constant(client, published, django_assert_num_queries, address, queries, rows):
    published(**rich(*[f"k{n}" for n in range(1, rows + 1)]))
    client.get(address)
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(("key", "before", "after"), [("k1", [], ["k2"]), ("k2", ["k1"], ["k3"]), ("k3", ["k2"], [])])
def test_criterion_leads_to_those_beside_it(client, published, key, before, after):
    published(**rich("k1", "k2", "k3"))
    page = " ".join(client.get(f"/katalog/{key}/").text.split())
    for which, keys in (("prev", before), ("next", after)):
        assert re.findall(rf'rel="{which}" href="/katalog/(\w+)/"', page) == keys


def test_printable_version_holds_the_whole_edition(client, published):
    published(**rich("eins", "zwei"))
    page = client.get("/katalog/druck/").content.decode()
    for key in ("eins", "zwei"):
        for text in ["kurz", "warum", "einfach", *[f"Beschreibung {n}" for n in range(5)], *[f"Schritt {n}" for n in range(4)]]:
            assert f"{key}, {text} auf Deutsch" in page
    assert "praxis-eins, ganz auf Deutsch" in page
    assert "BOO auf Deutsch" in page
    assert client.post("/katalog/druck/").status_code == 405


def test_printable_version_without_any_edition_is_404(client, db):
    assert client.get("/katalog/druck/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_printable_version_query_count_constant(client, published, django_assert_num_queries, rows):
    published(**rich(*[f"k{n}" for n in range(1, rows + 1)]))
    with django_assert_num_queries(15):
        client.get("/katalog/druck/")
