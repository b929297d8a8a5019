"""The database fails in the middle of a save: without any script, the page gives back what was typed, and a press sends it.

The failures are PostgreSQL's own: a lock that does not come, a deadlock, a full disk, a restart. The last three are raised by a
trigger at the moment the row is written, as the server itself would.
"""

import logging
import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from assessments.models import Comment, Measure, Project, Score
from assessments.services import workflow
from scaling.common import transactions
from tests.factories import make_catalogue, make_project
from tests.scaling.test_resending import OWN, REASON, fields_of

pytestmark = pytest.mark.django_db(transaction=True)

FULL_DISK = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'"
DEADLOCK = "RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'"
RESTART = "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1)"


@pytest.fixture
def assessment(municipality, alice):
    make_catalogue(2)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


@pytest.fixture
def failing(caplog) -> Iterator:
    """Lets every write to a model's table fail, until it is mended."""
    caplog.set_level(logging.CRITICAL)
    tables: list[str] = []

    def fail(model, how):
        tables.append(model._meta.db_table)
        with connection.cursor() as cursor:
            body = f"BEGIN {how}; RETURN NEW; END"
            cursor.execute(f"CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
            cursor.execute(
                f"CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON {tables[-1]} FOR EACH ROW EXECUTE FUNCTION fails()"
            )

    def mend():
        connection.close()  # a restart has closed it
        while tables:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TRIGGER fails ON {tables.pop()}")
                cursor.execute("DROP FUNCTION fails()")

    yield fail, mend
    mend()


def signed_in(person):
    client = Client(headers={"origin": OWN}, raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def addresses(assessment, municipality):
    criterion = reverse("assessments:score", args=[assessment.public_id, "kriterium-1"])
    phase = str(assessment.project.phase_id)
    measures = reverse("assessments:measure_add", args=[assessment.project.public_id])
    projects = reverse("assessments:project_create", args=[municipality.public_id])
    return {
        "answer": (Score, criterion, {"version": "1", "choice": "2", "rationale": REASON}, "rationale"),
        "comment": (Comment, f"{criterion}kommentare/", {"text": REASON}, "text"),
        "measure": (Measure, measures, {"text": "Stelle für den Betrieb ausschreiben", "status": "planned"}, "text"),
        "project": (Project, projects, {"name": "Straßenlaternen", "phase": phase, "summary": REASON}, "summary"),
    }


@pytest.mark.parametrize("how", [FULL_DISK, DEADLOCK, RESTART], ids=["full disk", "deadlock", "restart"])
@pytest.mark.parametrize("form", ["answer", "comment", "measure", "project"])
def test_page_gives_the_text_back_and_one_press_stores_it(
    assessment, municipality, alice, bob, failing, form, how, monkeypatch
):
    monkeypatch.setattr(transactions, "MAX_ATTEMPTS", 2)
    fail, mend = failing
    client = signed_in(bob if form == "project" else alice)
    model, path, data, field = addresses(assessment, municipality)[form]
    fail(model, how)
    response = client.post(path, data)
    assert response.status_code == 503
    assert "Das haben Sie geschrieben" in response.text
    fields = fields_of(response, path)
    assert fields[field].replace("\r\n", "\n") == data[field]
    mend()
    assert not model.objects.filter(**{field: data[field]}).exists()
    assert client.post(path, fields).status_code == 302
    assert model.objects.filter(**{field: data[field].strip()}).count() == 1


def test_lock_that_does_not_come_gives_the_text_back(assessment, municipality, alice, caplog):
    caplog.set_level(logging.CRITICAL)
    client = signed_in(alice)
    _model, path, data, _field = addresses(assessment, municipality)["answer"]
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Score.objects.select_for_update().get(criterion__key="kriterium-1")
            held.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        response = client.post(path, data)
    finally:
        done.set()
        thread.join()
        connection.close()
    assert response.status_code == 503
    assert client.post(path, fields_of(response, path)).status_code == 302
    assert Score.objects.get(criterion__key="kriterium-1").rationale.startswith("Der Rat hat den Betrieb beschlossen.")


def test_what_another_site_sent_is_not_given_back(assessment, municipality, alice, failing):
    fail, _mend = failing
    client = signed_in(alice)
    model, path, data, _field = addresses(assessment, municipality)["comment"]
    fail(model, FULL_DISK)
    response = client.post(path, data, headers={"origin": "https://boese.example"})
    assert response.status_code == 503
    assert "Der Rat" not in response.text
