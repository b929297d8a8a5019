"""What curators edit beside criteria: good practices, operating models, references, phases and workstreams; the preview."""

import re
from threading import Thread

import pytest
from django.db import connections
from django.urls import reverse

from catalogue.documents.compare import field_label
from catalogue.documents.export import edition_document, edition_yaml
from catalogue.edition_cache import cached_edition
from catalogue.models import ChangeLogEntry, Phase, Workstream
from catalogue.services.editing import StaleVersion
from catalogue.services.importing import import_files, load_file
from catalogue.services.phases_and_workstreams import phase_or_workstream_document, save_texts
from catalogue.services.publishing import publish
from tests.catalogue.documents import as_file, both, catalogue_document, criterion_document, model_document, practice_document
from tests.catalogue.pages import address, typed
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def model(key, **fields):
    return model_document(key, **{"name": both(key), "group": both("Gruppe"), "summary": both(f"{key}, kurz")} | fields)


REFERENCE = {"title": {"de": "Buch", "en": "Book"}, "url": "https://example.org/a"}


def log(**where):
    return [(c.action, c.kind, c.key, c.by) for c in ChangeLogEntry.objects.filter(**where).order_by("pk")]


# --- Operating models


def test_operating_model_added_edited_moved_and_removed_each_written_down(client, curator, draft):
    edition = draft("eins", operating_models=[model("boo")])
    added = client.post(address("model_add", "1.0"), {"title": "Eigenbetrieb", "key": "eigenbetrieb"})
    edit = address("model_edit", "1.0", "eigenbetrieb")
    assert added.headers["Location"] == edit
    changes = {"group_de": "Kommunal", "group_en": "Municipal", "summary_de": "Die Stadt selbst.", "name_en": "In-house"}
    assert client.post(edit, typed(client.get(edit), **changes)).status_code == 302
    expected = {
        "key": "eigenbetrieb",
        "editorial": ["name"],
        "name": {"de": "Eigenbetrieb", "en": "In-house"},
        "group": {"de": "Kommunal", "en": "Municipal"},
        "summary": {"de": "Die Stadt selbst.", "en": ""},
        "criteria": [],
    }
    assert edition_document(edition)["operating_models"] == [model("boo"), expected]
    client.post(address("model_move", "1.0", "eigenbetrieb"), {"richtung": "auf"})
    assert [m["key"] for m in edition_document(edition)["operating_models"]] == ["eigenbetrieb", "boo"]
    client.post(address("model_move", "1.0", "eigenbetrieb"), {"richtung": "auf"})
    assert [m["key"] for m in edition_document(edition)["operating_models"]] == ["eigenbetrieb", "boo"]
    client.post(address("model_remove", "1.0", "boo"))
    assert [m["key"] for m in edition_document(edition)["operating_models"]] == ["eigenbetrieb"]
    assert log(edition=edition)[1:] == [
        ("added", "operating_models", "eigenbetrieb", curator),
        ("edited", "operating_models", "eigenbetrieb", curator),
        ("moved", "operating_models", "", curator),
        ("removed", "operating_models", "boo", curator),
    ]


def test_operating_model_with_a_key_in_use_refused(client, curator, draft):
    edition = draft("eins", operating_models=[model("boo")])
    response = client.post(address("model_add", "1.0"), {"title": "Neu", "key": "boo"})
    assert response.status_code == 422
    assert "schon ein anderes Betreibermodell" in response.content.decode()
    assert edition.operating_models.count() == 1


def test_operating_model_offers_the_groups_in_use(client, curator, draft):
    groups = [{"de": "Stadt & Land", "en": ""}, {"de": "Land", "en": ""}]
    draft("eins", operating_models=[model(f"m{n}", group=group) for n, group in enumerate(groups)])
    page = client.get(address("model_edit", "1.0", "m0")).content.decode()
    match = re.search(r'<datalist id="gruppen-de">(.*?)</datalist>', page)
    assert match
    assert match[1] == '<option value="Stadt &amp; Land"></option><option value="Land"></option>'
    assert 'list="gruppen-de"' in page


def test_missing_text_of_an_operating_model_leads_to_its_field(client, curator, draft):
    draft("eins", operating_models=[model("boo", summary={"de": "Da", "en": ""})])
    page = client.get(address("edition", "1.0")).content.decode()
    target = address("model_edit", "1.0", "boo") + "#id_summary_en"
    assert f'href="{target}"' in page
    assert 'id="id_summary_en"' in client.get(target).content.decode()


# --- Good practices


def test_good_practice_moved(client, curator, draft):
    edition = draft("eins", good_practices=[practice_document("aa"), practice_document("bb")])
    client.post(address("practice_move", "1.0", "aa"), {"richtung": "ab"})
    assert [p["key"] for p in edition_document(edition)["good_practices"]] == ["bb", "aa"]
    assert log(edition=edition)[1:] == [("moved", "good_practices", "", curator)]


# --- References of the edition


def test_references_of_the_edition_edited_and_shown_to_readers(client, curator, draft):
    edition = draft("eins", references=[REFERENCE, {"title": {"de": "Alt", "en": ""}, "url": ""}])
    path = address("edition_texts", "1.0")
    page = client.get(path)
    assert client.post(path, typed(page)).status_code == 302
    assert edition_document(edition)["references"] == [REFERENCE, {"title": {"de": "Alt", "en": ""}, "url": ""}]
    lines = "Buch | Book | https://example.org/a\nNeu | New | https://example.org/b"
    assert client.post(path, typed(client.get(path), references=lines)).status_code == 302
    new = {"title": {"de": "Neu", "en": "New"}, "url": "https://example.org/b"}
    assert edition_document(edition)["references"] == [REFERENCE, new]
    assert ">Neu</a>" in client.get(address("edition", "1.0")).content.decode()
    assert log(edition=edition, kind="references") == [
        ("added", "references", "Neu", curator),
        ("removed", "references", "Alt", curator),
    ]
    publish(edition=edition, by=curator)
    client.logout()
    assert 'href="https://example.org/b"' in client.get(address("index")).content.decode()


def test_references_of_criteria_survive_a_save_of_the_edition(client, curator, draft):
    edition = draft(criteria=[criterion_document("eins", references=[REFERENCE])], references=[])
    before = edition_document(edition)
    path = address("edition_texts", "1.0")
    assert client.post(path, typed(client.get(path))).status_code == 302
    assert edition_document(edition) == before


def test_stroke_in_a_title_survives_the_form(client, curator, draft):
    """The stroke separates the parts of a line; a title may hold one all the same."""
    odd = {"title": {"de": "Stadt | Land", "en": "City | Country"}, "url": ""}
    edition = draft(criteria=[criterion_document("eins", references=[odd])], references=[odd])
    before = edition_document(edition)
    for path in (address("edition_texts", "1.0"), address("criterion_edit", "1.0", "eins")):
        assert client.post(path, typed(client.get(path)) | {"speichern": "1"}).status_code == 302
    assert edition_document(edition) == before


# --- Phases and workstreams


@pytest.mark.parametrize(
    ("kind", "key", "texts"),
    [
        ("phasen", "p3", {"name": both("Erprobung"), "official_name": both("Pilot und mehr"), "meaning": both("Sinn")}),
        ("workstreams", "technisch", {"name": both("Technik"), "meaning": both("Sinn")}),
    ],
)
def test_phase_and_workstream_edited_and_written_down(client, curator, published, kind, key, texts):
    edition = published("eins")
    own = {name: value for name, value in edition_document(edition).items() if name not in ("phases", "workstreams")}
    row = (Phase if kind == "phasen" else Workstream).objects.get(key=key)
    before = phase_or_workstream_document(row)
    path = address("phase_or_workstream_edit", kind, key)
    fields = {f"{name}_{language}": text for name, value in texts.items() for language, text in value.items()}
    response = client.post(path, typed(client.get(path), **fields))
    assert response.headers["Location"] == address("phases_and_workstreams")
    row.refresh_from_db()
    assert phase_or_workstream_document(row) == before | texts
    assert row.version == 2
    change = ChangeLogEntry.objects.get(edition=None)
    assert (change.by, change.kind, change.key) == (curator, {"phasen": "phases"}.get(kind, kind), key)
    assert change.before is not None
    assert change.before["name.de"] == before["name"]["de"]
    assert change.after == {f"{name}.{language}": text for name, value in texts.items() for language, text in value.items()}
    page = client.get(address("phases_and_workstreams")).content.decode()
    assert field_label("meaning.de") in page
    assert texts["name"]["de"] in page
    # The edition itself is as it was.
    assert {name: value for name, value in edition_document(edition).items() if name in own} == own


def test_late_save_of_a_phase_refused_with_both_texts_shown(client, curator, published):
    published("eins")
    path = address("phase_or_workstream_edit", "phasen", "p3")
    page = client.get(path)
    assert client.post(path, typed(page, meaning_de="Erste Fassung")).status_code == 302
    response = client.post(path, typed(page, meaning_de="Zweite Fassung"))
    assert response.status_code == 409
    assert "Erste</del>" in response.content.decode()
    assert response.context["form"]["meaning_de"].value() == "Zweite Fassung"
    assert Phase.objects.get(key="p3").meaning == "Erste Fassung"
    assert client.post(path, typed(response)).status_code == 302
    assert Phase.objects.get(key="p3").meaning == "Zweite Fassung"


def test_phase_without_an_english_text_refused(client, curator, published):
    published("eins")
    path = address("phase_or_workstream_edit", "phasen", "p3")
    response = client.post(path, typed(client.get(path), name_en=""))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name_en"]


@pytest.mark.parametrize(("kind", "key"), [("phasen", "p9"), ("workstreams", "p3"), ("kriterien", "eins")])
def test_unknown_phase_or_workstream_is_not_found(client, curator, published, kind, key):
    published("eins")
    assert client.get(f"/katalog/redaktion/phasen-und-workstreams/{kind}/{key}/").status_code == 404


def test_code_and_order_of_a_phase_stay_whatever_is_sent(client, curator, published):
    published("eins")
    path = address("phase_or_workstream_edit", "phasen", "p3")
    client.post(path, typed(client.get(path)) | {"code": "P9", "order": "9", "key": "p9"})
    phase = Phase.objects.get(key="p3")
    assert (phase.code, phase.order) == ("P3", 3)


def test_phase_changed_by_a_published_file_is_written_down(client, curator, published):
    published("eins")
    document = catalogue_document("eins", number="2.0")
    document["phases"][2]["meaning"]["de"] = "Ein neuer Sinn"
    import_files([load_file(as_file(document), "x")], publish=True, by=curator)
    change = ChangeLogEntry.objects.get(edition=None)
    assert (change.by, change.key, change.after) == (curator, "p3", {"meaning.de": "Ein neuer Sinn"})


def test_phase_changed_in_the_admin_is_written_down(client, published):
    published("eins")
    user = make_user("Dorothea", is_curator=True, is_staff=True)
    client.force_login(user)
    phase = Phase.objects.get(key="p3")
    names = ("name", "official_name", "meaning")
    texts = {
        f"{name}_{language}": phase_or_workstream_document(phase)[name][language] for name in names for language in ("de", "en")
    }
    data = texts | {"meaning_en": "Another sense", "seen_version": phase.version}
    response = client.post(reverse("admin:catalogue_phase_change", args=[phase.pk]), data)
    assert response.status_code == 302
    assert log(edition=None) == [("edited", "phases", "p3", user)]
    assert Phase.objects.get(key="p3").version == 2


def test_new_name_of_a_phase_reaches_pages_that_remember_the_catalogue(curator, published):
    edition = published("eins", criteria=[criterion_document("eins", phase="p3")])
    assert cached_edition(edition).by_key["eins"].phase.name == both("Pilot")["de"]
    phase = Phase.objects.get(key="p3")
    save_texts(row=phase, version=1, by=curator, item=phase_or_workstream_document(phase) | {"name": both("Erprobung")})
    assert cached_edition(edition).by_key["eins"].phase.name == both("Erprobung")["de"]


@pytest.mark.django_db(transaction=True)
def test_two_curators_at_once_on_one_phase_never_overwrite_each_other(dora):
    import_files([load_file(as_file(catalogue_document("eins")), "x")], publish=True)
    refused: list[str] = []

    def save(name: str) -> None:
        try:
            for number in range(10):
                phase = Phase.objects.get(key="p1")
                item = phase_or_workstream_document(phase)
                item["meaning"]["de"] += f" {name}{number}"
                try:
                    save_texts(row=phase, version=phase.version, by=dora, item=item)
                except StaleVersion:
                    refused.append(f"{name}{number}")
        finally:
            connections.close_all()

    threads = [Thread(target=save, args=[name]) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = Phase.objects.get(key="p1").meaning
    written = {f"{name}{number}" for name in "ab" for number in range(10)} - set(refused)
    assert set(text.split()) >= written
    assert len(written) == ChangeLogEntry.objects.filter(edition=None).count()


# --- Preview


PREVIEWED = [
    ("criterion_edit", "criterion_preview", ["1.0", "eins"], "why"),
    ("practice_edit", "practice_preview", ["1.0", "praxis"], "body"),
    ("model_edit", "model_preview", ["1.0", "boo"], "summary"),
    ("edition_texts", "edition_preview", ["1.0"], "note"),
    ("phase_or_workstream_edit", "phase_or_workstream_preview", ["phasen", "p3"], "meaning"),
]


@pytest.mark.parametrize(("page", "preview", "args", "field"), PREVIEWED)
def test_preview_shows_both_languages_and_saves_nothing(client, curator, draft, page, preview, args, field):
    edition = draft("eins", good_practices=[practice_document("praxis")], operating_models=[model("boo")])
    before = edition_yaml(edition)
    data = typed(client.get(address(page, *args)), **{f"{field}_de": "Ganz deutsch", f"{field}_en": "All English"})
    live = client.post(address(preview, *args), data).content.decode()
    assert "<html" not in live
    german, english = live.split('data-language="en"')
    assert ("Ganz deutsch" in german, "All English" in german) == (True, False)
    assert ("Ganz deutsch" in english, "All English" in english) == (False, True)
    whole = client.post(address(page, *args), data | {"vorschau": "1"})
    assert whole.status_code == 200
    assert "All English" in whole.content.decode()
    assert edition_yaml(edition) == before


def test_preview_counts_what_is_missing_in_english_and_shows_german_there(client, curator, draft):
    draft("eins")
    data = typed(client.get(address("criterion_edit", "1.0", "eins")), why_en="", why_de="Nur deutsch", summary_en="")
    live = client.post(address("criterion_preview", "1.0", "eins"), data).content.decode()
    english = live.split('data-language="en"')[1]
    assert "2 Texte fehlen auf Englisch" in english
    assert "Nur deutsch" in english
    assert "fehlen" not in live.split('data-language="en"')[0]


def test_level_names_in_the_english_preview_are_english(client, curator, draft):
    draft("eins")
    live = client.post(address("criterion_preview", "1.0", "eins"), typed(client.get(address("criterion_edit", "1.0", "eins"))))
    german, english = live.content.decode().split('data-language="en"')
    assert ("nicht begonnen" in german, "not started" in english) == (True, True)


@pytest.mark.parametrize(("page", "preview", "args", "field"), PREVIEWED)
def test_preview_of_wrong_input_says_so(client, curator, draft, page, preview, args, field):
    draft("eins", good_practices=[practice_document("praxis")], operating_models=[model("boo")])
    data = typed(client.get(address(page, *args)), **{f"{field}_de": "<script>alert(1)</script>"})
    live = client.post(address(preview, *args), data).content.decode()
    assert "sobald alle Felder stimmen" in live
    assert "alert" not in live


# --- Published editions


@pytest.mark.parametrize(
    ("name", "args", "method"),
    [
        ("model_add", ["1.0"], "post"),
        ("model_edit", ["1.0", "boo"], "get"),
        ("model_edit", ["1.0", "boo"], "post"),
        ("model_preview", ["1.0", "boo"], "post"),
        ("model_move", ["1.0", "boo"], "post"),
        ("model_remove", ["1.0", "boo"], "post"),
        ("practice_move", ["1.0", "praxis"], "post"),
        ("practice_preview", ["1.0", "praxis"], "post"),
        ("edition_preview", ["1.0"], "post"),
    ],
)
def test_nothing_of_a_published_edition_can_be_edited_here_either(client, curator, published, name, args, method):
    edition = published("eins", good_practices=[practice_document("praxis")], operating_models=[model("boo")])
    before = edition_document(edition)
    assert getattr(client, method)(address(name, *args)).status_code == 403
    assert edition_document(edition) == before


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "args", "queries"),
    [
        ("phases_and_workstreams", [], 7),
        ("phase_or_workstream_edit", ["phasen", "p3"], 4),
        ("practice_edit", ["1.0", "gut0"], 9),
        ("model_edit", ["1.0", "m0"], 8),
        ("edition_texts", ["1.0"], 5),
    ],
)
def test_page_query_count_constant(client, curator, draft, django_assert_num_queries, name, args, queries, rows):
    names = range(rows)
    draft(
        *(f"k{n}" for n in names),
        good_practices=[practice_document(f"gut{n}", criteria=[f"k{n}"]) for n in names],
        operating_models=[model(f"m{n}") for n in names],
        references=[{"title": both(f"Quelle {n}"), "url": ""} for n in names],
    )
    for number in names:
        ChangeLogEntry.objects.create(by=curator, action="edited", kind="phases", key="p1", after={"name.de": str(number)})
    client.get(address(name, *args))
    with django_assert_num_queries(queries):
        client.get(address(name, *args))
