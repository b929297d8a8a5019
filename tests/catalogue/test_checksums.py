import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from catalogue.documents.checksum import SHIPPED, checksum_of, content, shipped_checksums
from catalogue.documents.export import edition_document
from catalogue.models import Edition
from catalogue.services.checksums import checksum_problems, compare_checksums, last_comparison
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import publish
from scaling.settings import BASE_DIR
from tests.catalogue.documents import as_file, catalogue_document
from tests.conftest import make_user

CHANGED = "Ausgabe 7.0 hat nicht mehr den Inhalt, mit dem sie veröffentlicht wurde."
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
        assert list(map(str, checksum_problems())) == [CHANGED]

    def test_other_content_under_a_shipped_number_noticed(self):
        publish(edition=import_files([load_file(as_file(catalogue_document(number="1.0")), "x")])[0].edition, by=None)
        assert list(map(str, checksum_problems())) == [
            "Ausgabe 1.0 hat einen anderen Inhalt als die mitgelieferte Ausgabe dieser Nummer."
        ]

    def test_checksum_cannot_be_changed_afterwards(self, edition):
        from django.db import IntegrityError, transaction

        with pytest.raises(IntegrityError), transaction.atomic():
            Edition.objects.update(checksum="x")


def publish_and_change():
    """An edition whose texts were changed behind the back of the app, as only the database's owner can."""
    edition = import_files([load_file(as_file(catalogue_document(number="7.0")), "x")])[0].edition
    publish(edition=edition, by=None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE catalogue_criterion SET why_de = 'Anders' WHERE key = 'eins'")


ENGLISH = "Edition 7.0 no longer has the content it was published with."


@pytest.fixture
def own_cache():
    """What a start keeps stands in the shared cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.mark.django_db(transaction=True)
class TestStart:
    @pytest.fixture(autouse=True)
    def _own_cache(self, own_cache):
        pass

    def start(self):
        """A server's worker, as gunicorn starts one: it loads the application, and the comparison ends before it does."""
        script = (
            "import threading, scaling.wsgi\n"
            "[t.join() for t in threading.enumerate() if t.name == 'checksums']\n"
            "print(callable(scaling.wsgi.application))"
        )
        database = connection.settings_dict
        parts = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"], "password": database["PASSWORD"]}
        query = "&".join(f"{name}={value}" for name, value in parts.items() if value)
        environment = {key: value for key, value in os.environ.items() if key != "SERVE_PID"}
        environment |= {"DATABASE_URL": f"postgresql:///{database['NAME']}?{query}"}
        command = [sys.executable, "-c", script]
        return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True, timeout=120)

    def test_worker_says_what_differs_and_serves(self):
        publish_and_change()
        started = self.start()
        assert started.stdout == "True\n"
        assert ENGLISH in started.stderr
        comparison = last_comparison()
        assert comparison is not None
        assert list(map(str, comparison.problems)) == [CHANGED]

    def test_worker_says_nothing_where_nothing_differs(self):
        started = self.start()
        assert started.stderr == ""
        comparison = last_comparison()
        assert comparison is not None
        assert comparison.problems == ()

    def test_check_of_the_database_warns(self):
        publish_and_change()
        said = StringIO()
        call_command("check", databases=["default"], stdout=said, stderr=said)
        assert f"(catalogue.W001) {ENGLISH}" in said.getvalue()
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE catalogue_criterion SET why_de = 'eins, warum auf Deutsch' WHERE key = 'eins'")
        said = StringIO()
        call_command("check", databases=["default"], stdout=said, stderr=said)
        assert "catalogue" not in said.getvalue()

    @pytest.mark.parametrize(("person", "sees"), [("operator", True), ("dora", True), ("bob", False)])
    def test_people_who_can_mend_it_are_told_on_their_start_page(self, client, request, person, sees):
        publish_and_change()
        compare_checksums()
        user = make_user("Olaf", is_staff=True) if person == "operator" else request.getfixturevalue(person)
        client.force_login(user)
        assert (CHANGED in client.get("/").text) is sees
        if person == "dora":
            assert CHANGED in client.get(reverse("catalogue:editions")).text
