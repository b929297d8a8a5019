"""What ./run does before it serves."""

import io
import socket

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.models import Edition
from scaling.management.commands.serve import Command, check_port, load_catalogue


@pytest.mark.django_db
def test_second_start_keeps_the_editions_as_they_are():
    load_catalogue(io.StringIO())
    assert [edition.number for edition in Edition.objects.all()] == ["2.0", "1.0"]
    published = list(Edition.objects.values_list("pk", "published_at"))
    said = io.StringIO()
    load_catalogue(said)
    assert (said.getvalue(), list(Edition.objects.values_list("pk", "published_at"))) == ("", published)


@pytest.mark.django_db
def test_statistics_are_taken_after_loading_and_not_at_every_start():
    command = Command(stdout=io.StringIO())
    counts = []
    for _start in range(2):
        with CaptureQueriesContext(connection) as queries:
            command.prepare_database()
        counts.append(sum(query["sql"] == "ANALYZE" for query in queries))
    assert counts == [1, 0]


@pytest.mark.django_db
def test_missing_edition_is_added(settings):
    call_command(
        "import_catalogue", str(settings.BASE_DIR / "fixtures/catalogue/edition-1.yaml"), publish=True, stdout=io.StringIO()
    )
    load_catalogue(io.StringIO())
    assert [edition.number for edition in Edition.objects.all()] == ["2.0", "1.0"]


def test_taken_port_says_what_to_do():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"stop the program that uses it, or choose another: PORT={port + 1} ./run"):
            check_port(port)
