"""Probes: by address, without https, without a session; and what the doctor asks through the proxy."""

import re
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone

from scaling import __version__
from scaling.health import PROBE
from scaling.models import TimedRun

PRODUCTION = {"ALLOWED_HOSTS": ["check.example.org"], "SECURE_SSL_REDIRECT": True}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_by_address_is_answered_and_makes_no_session(client, db, path):
    with override_settings(**PRODUCTION):
        response = client.get(path, headers={"host": "10.0.0.7:8000"})
    assert (response.status_code, response["Cache-Control"], response.cookies) == (200, "no-store", {})


def test_alive_asks_no_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_not_ready_while_the_database_waits_for_its_migrations(client):
    assert client.get("/readyz").json() == {"ready": True, "version": __version__}
    MigrationRecorder(connection).record_unapplied(*MigrationLoader(connection).graph.leaf_nodes("assessments")[0])
    client = type(client)()  # a process that starts now
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["problem"] == "The database waits for manage.py prepare."


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_the_database_is_away_and_ready_when_it_is_back(client):
    assert client.get("/readyz").status_code == 200
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "1"
    try:
        response = client.get("/readyz")
        assert (response.status_code, response.json()["problem"]) == (503, "The database does not answer.")
        assert client.get("/healthz").status_code == 200
    finally:
        connections["default"].close()
        connection.settings_dict["PORT"] = port
    assert client.get("/readyz").status_code == 200


def test_figures_are_for_those_who_asked_for_them(client, settings, db, django_assert_num_queries):
    assert client.get("/metrics").status_code == 404
    settings.METRICS = True
    now = timezone.now()
    TimedRun.objects.create(name="backup", started_at=now, succeeded_at=now - timedelta(hours=1))
    with django_assert_num_queries(3):
        lines = client.get("/metrics", headers={"host": "10.0.0.7"}).text.splitlines()
    assert f'skalierungscheck_info{{version="{__version__}"}} 1' in lines
    assert 'skalierungscheck_jobs{status="failed"} 0' in lines
    assert "skalierungscheck_workers 0" in lines
    assert any(line.startswith('skalierungscheck_timer_age_seconds{task="backup"} 360') for line in lines)
    assert all(re.fullmatch(r"# (HELP|TYPE) \S+ .+|\w+(\{\w+=\"[^\"]*\"\})? \d+", line) for line in lines)


def test_what_arrived_is_told_to_the_doctor_alone(client):
    headers = {"X-Forwarded-For": "203.0.113.9, 10.0.0.1", "X-Forwarded-Proto": "https", "host": "check.example.org"}
    answer = client.get("/healthz", {"probe": PROBE.sign("x")}, headers=headers).json()
    assert (answer["scheme"], answer["callers"], answer["host"]) == ("https", ["203.0.113.9", "10.0.0.1"], "check.example.org")
    assert client.get("/healthz", {"probe": "x:y:z"}, headers=headers).status_code == 403
