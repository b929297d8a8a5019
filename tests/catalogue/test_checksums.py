import pytest
from django.db import connection

from catalogue.documents.checksum import SHIPPED, checksum_of, content, shipped_checksums
from catalogue.documents.export import edition_document
from catalogue.models import Edition
from catalogue.services.checksums import checksum_problems
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import publish
from scaling.settings import BASE_DIR
from tests.catalogue.documents import as_file, catalogue_document

FILES = sorted((BASE_DIR / "fixtures/catalogue").glob("edition-*.yaml"))


def test_shipped_editions_are_those_of_the_checksums():
    """Whoever changes a published edition has to give it another number."""
    found = {}
    for path in FILES:
        file = load_file(path.read_bytes(), path.name)
        found[file.number] = checksum_of(file.data)
    assert found == shipped_checksums(SHIPPED)


def test_checksum_leaves_out_what_all_editions_share():
    document = catalogue_document()
    before = checksum_of(document)
    document["phases"][0]["name"]["de"] = "Anders"
    assert checksum_of(document) == before
    document["criteria"][0]["why"]["de"] = "Anders"
    assert checksum_of(document) != before
    assert "phases" not in content(document)


@pytest.mark.django_db
class TestPublished:
    @pytest.fixture
    def edition(self):
        edition = import_files([load_file(as_file(catalogue_document(number="7.0")), "x")])[0].edition
        assert edition.checksum == ""
        return publish(edition=edition, by=None)

    def test_checksum_kept_when_published(self, edition):
        stored = Edition.objects.get()
        assert stored.checksum == checksum_of(edition_document(stored))
        assert checksum_problems() == []

    def test_changed_content_noticed(self, edition):
        with connection.cursor() as cursor:  # past the database's own guard, as only its owner can
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE catalogue_criterion DISABLE TRIGGER catalogue_criterion_of_draft")
            cursor.execute("UPDATE catalogue_criterion SET why_de = 'Anders' WHERE key = 'eins'")
        assert checksum_problems() == ["Ausgabe 7.0 hat nicht mehr den Inhalt, mit dem sie veröffentlicht wurde."]

    def test_other_content_under_a_shipped_number_noticed(self):
        publish(edition=import_files([load_file(as_file(catalogue_document(number="1.0")), "x")])[0].edition, by=None)
        assert checksum_problems() == ["Ausgabe 1.0 hat einen anderen Inhalt als die mitgelieferte Ausgabe dieser Nummer."]

    def test_checksum_cannot_be_changed_afterwards(self, edition):
        from django.db import IntegrityError, transaction

        with pytest.raises(IntegrityError), transaction.atomic():
            Edition.objects.update(checksum="x")
