"""The demo's accounts, whose password everybody knows, never meet real data."""

import io
import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from assessments.services.demo import (
    CURATOR,
    DOMAINS,
    OPERATOR,
    NotTheDemosDatabase,
    accounts_of_demo,
    demo_accounts,
    load_demo,
)
from scaling.accounts.models import User
from scaling.common.embedded import MARK, is_embedded
from scaling.preparation import prepare_database
from scaling.right_database import refuse_wrong_database, wrong_database
from tests.conftest import make_user
from tests.reports.workers import wait_until
from tests.scaling.doctor import other_database
from tests.scaling.test_settings import PRODUCTION, ROOT


@pytest.fixture
def real_server(db):
    """As if it were a server of one's own: without the embedded one's mark."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {MARK} = 'off'")
    assert not is_embedded()


def test_all_accounts_of_the_demo_are_known_by_their_domain():
    addresses = [email for email, _what in demo_accounts()]
    assert CURATOR[0] in addresses
    assert OPERATOR[0] in addresses
    assert {email.rpartition("@")[2] for email in addresses} == set(DOMAINS)


@pytest.mark.usefixtures("real_server")
def test_demo_data_is_not_loaded_into_a_real_database():
    with pytest.raises(NotTheDemosDatabase):
        load_demo()
    with pytest.raises(CommandError, match="only loaded into the demo's own database"):
        call_command("load_demo", stdout=io.StringIO())
    assert not User.objects.exists()


@pytest.mark.usefixtures("real_server")
def test_demo_does_not_start_on_a_real_database():
    with pytest.raises(CommandError, match="leave out DEMO for an installation"):
        prepare_database(io.StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_active": False}])
def test_installation_does_not_start_with_accounts_of_the_demo(settings, fields):
    User.objects.create_user(OPERATOR[0], "x", **fields)
    assert wrong_database() is None  # the demo itself
    settings.DEMO = False
    assert accounts_of_demo() == [OPERATOR[0]]
    with pytest.raises(ImproperlyConfigured, match=OPERATOR[0]):
        refuse_wrong_database()


@pytest.mark.django_db
def test_installation_starts_with_other_accounts_and_with_none(settings):
    settings.DEMO = False
    refuse_wrong_database()
    make_user("Alice")
    User.objects.create_user("alice@notauenfurt.example", "x")
    refuse_wrong_database()


@pytest.mark.django_db(transaction=True)
def test_nothing_starts_on_a_database_in_which_umlauts_break():
    with (
        other_database("ENCODING 'SQL_ASCII' LOCALE 'C'"),
        pytest.raises(ImproperlyConfigured, match="has the encoding SQL_ASCII"),
    ):
        refuse_wrong_database()


@pytest.mark.django_db(transaction=True)
def test_server_does_not_serve_a_database_with_accounts_of_the_demo(tmp_path):
    User.objects.create_user(OPERATOR[0], "x", is_superuser=True)
    database = connection.settings_dict
    address = f"postgresql:///{database['NAME']}?host={database['HOST']}&port={database['PORT']}&user={database['USER']}"
    environment = PRODUCTION | {"PATH": os.environ["PATH"], "SKALIERUNGSCHECK_ENV": "", "DATABASE_URL": address}
    command = [sys.executable, "-m", "gunicorn", "scaling.wsgi", f"--bind=unix:{tmp_path}/socket", "--workers=1"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"VAR_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert f"This database holds accounts of the demo ({OPERATOR[0]} …)" in done.stderr


@pytest.mark.django_db(transaction=True)
def test_worker_that_started_while_the_database_was_away_looks_at_it_once_it_is_back(tmp_path):
    User.objects.create_user(OPERATOR[0], "x", is_superuser=True)
    database, log = connection.settings_dict, tmp_path / "log"
    sockets = tmp_path / "sockets"  # PostgreSQL's folder, not there yet
    address = f"postgresql:///{database['NAME']}?host={sockets}&port={database['PORT']}&user={database['USER']}"
    environment = PRODUCTION | {"PATH": os.environ["PATH"], "SKALIERUNGSCHECK_ENV": "", "DATABASE_URL": address}
    environment |= {"VAR_DIR": str(tmp_path)}
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment, stderr=file)
    try:
        wait_until(lambda: str(sockets) in log.read_text() or process.poll(), "it did not notice", log)
        sockets.symlink_to(database["HOST"])
        wait_until(lambda: process.poll() is not None, "it works on", log)
    finally:
        process.kill()
        process.wait()
    assert f"This database holds accounts of the demo ({OPERATOR[0]} …)" in log.read_text()


def test_sign_ins_are_printed_into_a_file_while_the_demo_runs(tmp_path):
    log = tmp_path / "log"
    environment = os.environ | {"PYTHONUNBUFFERED": ""}
    code = (
        "import sys, time, django; django.setup()\n"
        "from scaling.management.commands import serve\n"
        "serve.build = serve.prepare_database = lambda *arguments, **options: None\n"
        "serve.serve = lambda port, workers, welcome: (welcome(), time.sleep(600))\n"
        "from django.core.management import call_command; call_command('serve', port=0)\n"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "scaling.settings"
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=file)
    deadline = time.monotonic() + 60
    try:
        while OPERATOR[0] not in log.read_text():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
