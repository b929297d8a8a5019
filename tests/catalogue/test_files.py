"""Import and export: the whole way, through the commands where people use them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from catalogue.documents.export import edition_document, edition_yaml
from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.models import Criterion, Edition, EditionState, Phase
from catalogue.services.importing import import_files, load_file
from scaling.settings import BASE_DIR
from tests.catalogue.documents import (
    as_file,
    both,
    catalogue_document,
    criterion_document,
    legal_note_document,
    model_document,
    practice_document,
    wording_document,
)

FIXTURES = [BASE_DIR / f"fixtures/catalogue/edition-{number}.yaml" for number in (1, 2, 3)]
pytestmark = pytest.mark.django_db


def run(*arguments) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def file_of(tmp_path):
    def write(document, name="datei.yaml"):
        path = tmp_path / name
        path.write_bytes(as_file(document))
        return path

    return write


def load(document):
    return import_files([load_file(as_file(document), "x.yaml")])[0]


def full_document(**fields):
    """Uses every field of the format."""
    reference = {"title": both("Quelle"), "url": "https://example.org/a?b=c"}
    criteria = [
        criterion_document("eins", related=["drei", "zwei"], references=[reference, {"title": both("Buch"), "url": ""}]),
        criterion_document(
            "zwei",
            phase="p2",
            workstreams=["technisch", "finanziell"],
            editorial=["related", "title", "mapping"],
            subject="both",
            offices=["treasury", "it"],
            municipality_wording=wording_document("zwei"),
            legal_notes=[legal_note_document("Hinweis"), legal_note_document("Zweiter Hinweis")],
        ),
        criterion_document("drei", phase="p5", milestone={"kind": "municipal", "required_level": 2}),
    ]
    return catalogue_document(
        criteria=criteria,
        good_practices=[
            practice_document("gut", phase="p1", criteria=["zwei", "eins"], editorial=["criteria"], references=[reference])
        ],
        operating_models=[model_document("boo", editorial=["name"], criteria=["zwei"])],
        references=[reference],
        **fields,
    )


def test_shipped_editions_exported_byte_for_byte(tmp_path):
    run("import_catalogue", *FIXTURES, "--publish")
    for path, number in zip(FIXTURES, ["1.0", "2.0", "3.0"], strict=True):
        run("export_catalogue", number, "--output", tmp_path / number)
        assert (tmp_path / number).read_bytes() == path.read_bytes()


def test_newest_edition_becomes_current():
    run("import_catalogue", *FIXTURES, "--publish")
    assert Edition.objects.current().number == "3.0"
    assert [e.criteria.count() for e in Edition.objects.order_by("major")] == [21, 55, 62]


def test_export_import_export_same_bytes():
    load(full_document())
    first = edition_yaml(Edition.objects.get())
    Edition.objects.all().delete()
    import_files([load_file(first.encode(), "x")])
    assert edition_yaml(Edition.objects.get()) == first


def test_every_field_survives():
    expected = full_document()
    load(expected)
    found = edition_document(Edition.objects.get())
    # Sets come back in catalogue order, everything else as it was.
    expected["criteria"][0]["related"] = ["zwei", "drei"]
    expected["criteria"][1]["workstreams"] = ["finanziell", "technisch"]
    expected["criteria"][1]["editorial"] = ["title", "related", "mapping"]
    expected["criteria"][1]["offices"] = ["it", "treasury"]
    expected["good_practices"][0]["criteria"] = ["eins", "zwei"]
    assert found == expected


def test_same_published_edition_again_changes_nothing(file_of):
    path = file_of(full_document())
    assert "edition 1.0 created, published" in run("import_catalogue", path, "--publish")
    before = list(Criterion.objects.values())
    assert "unchanged" in run("import_catalogue", path, "--publish")
    assert list(Criterion.objects.values()) == before


def test_other_content_refused_for_published_edition(file_of):
    run("import_catalogue", file_of(full_document()), "--publish")
    changed = full_document()
    changed["criteria"][0]["why"]["de"] = "Ein anderer Grund"
    with pytest.raises(CommandError, match=r"edition\.number"):
        run("import_catalogue", file_of(changed))
    assert not Criterion.objects.filter(why_de="Ein anderer Grund").exists()


def test_draft_replaced_as_a_whole(file_of):
    run("import_catalogue", file_of(full_document()))
    assert "replaced the draft" in run("import_catalogue", file_of(catalogue_document("frisch")))
    edition = Edition.objects.get()
    assert [c.key for c in edition.criteria.all()] == ["frisch"]
    assert edition.state == EditionState.DRAFT
    assert not edition.good_practices.exists()
    assert not edition.references.exists()


def test_one_bad_file_keeps_the_good_one_out(file_of):
    bad = catalogue_document(number="2.0")
    bad["criteria"][0]["why"]["de"] = ""
    with pytest.raises(CommandError, match=r"schlecht\.yaml: .*criteria\[eins\]\.why\.de"):
        run("import_catalogue", file_of(full_document()), file_of(bad, "schlecht.yaml"), "--publish")
    assert not Edition.objects.exists()
    assert not Phase.objects.exists()


def test_error_found_in_the_database_keeps_everything_out(file_of):
    """The second file is refused only after the first one was written."""
    with pytest.raises(CommandError):
        run("import_catalogue", file_of(full_document()), file_of(catalogue_document(), "b.yaml"), "--publish")
    assert not Edition.objects.exists()


def test_incomplete_edition_not_published_and_not_loaded(file_of):
    document = full_document()
    document["criteria"][1]["why"]["en"] = ""
    path = file_of(document)
    with pytest.raises(CommandError, match="zwei auf Deutsch: "):
        run("import_catalogue", path, "--publish")
    assert not Edition.objects.exists()
    run("import_catalogue", path)
    assert Edition.objects.get().is_draft


def test_dry_run_changes_nothing(file_of):
    assert "Dry run" in run("import_catalogue", file_of(full_document()), "--publish", "--dry-run")
    assert not Edition.objects.exists()


def test_missing_file_named():
    with pytest.raises(CommandError, match=r"fehlt\.yaml"):
        run("import_catalogue", "fehlt.yaml")


def test_unknown_edition_not_exported():
    for number in ("9.0", "x", "1", "99999999999.0"):
        with pytest.raises(CommandError, match="no edition"):
            run("export_catalogue", number)


def test_shared_phases_never_changed_by_an_older_edition(published):
    published("eins", number="2.0")
    older = catalogue_document(number="1.0")
    older["phases"][0]["meaning"]["de"] = "Ein anderer Sinn"
    import_files([load_file(as_file(older), "x")], publish=True)
    assert not Phase.objects.filter(meaning_de="Ein anderer Sinn").exists()


def test_shared_phases_follow_the_newest_published_edition(published):
    published("eins", number="1.0")
    newer = catalogue_document(number="2.0")
    newer["phases"][0]["meaning"]["de"] = "Ein anderer Sinn"
    load(newer)
    assert not Phase.objects.filter(meaning_de="Ein anderer Sinn").exists()
    import_files([load_file(as_file(newer | {"edition": newer["edition"] | {"number": "3.0"}}), "x")], publish=True)
    assert Phase.objects.filter(meaning_de="Ein anderer Sinn").exists()


@pytest.mark.parametrize(
    ("group", "field", "value"), [("phases", "key", "p0"), ("phases", "order", 9), ("workstreams", "key", "politisch")]
)
def test_other_phases_or_workstreams_refused(published, group, field, value):
    published("eins", number="1.0")
    other = catalogue_document(number="2.0")
    other[group][0][field] = value
    for criterion in other["criteria"]:
        criterion["phase"] = "durchgehend"
    with pytest.raises(CatalogueFileError, match=group):
        load(other)


def test_texts_without_blanks_at_their_ends():
    document = catalogue_document()
    document["criteria"][0]["why"]["de"] = "  Grund \n"
    load(document)
    assert Criterion.objects.filter(key="eins", why_de="Grund").exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_export_query_count_constant(django_assert_num_queries, rows):
    keys = [f"k{n}" for n in range(rows)]
    practices = [practice_document(f"gut-{key}", criteria=[key]) for key in keys]
    load(catalogue_document(*keys, good_practices=practices, operating_models=[model_document("boo", criteria=keys)]))
    edition = Edition.objects.get()
    with django_assert_num_queries(14):
        edition_document(edition)
