"""What the environment says is checked at the start; a wrong value names its variable."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment import Env

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "SITE_URL": "https://check.example.org",
    "DATABASE_URL": "postgresql://user:word@db/app",
    "EMAIL_URL": "smtp+tls://user:word@mail.example.org",
}
DEMO = {"DEMO": "1"}


def load(tmp_path: Path, expression: str = "'loaded'", **environment: str) -> tuple[int, str]:
    """Read the settings in a process of its own; what the expression gives, or the last line of the failure."""
    code = f"from scaling import settings; print({expression})"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path), "SKALIERUNGSCHECK_ENV": ""} | environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, (done.stdout or done.stderr).strip().splitlines()[-1]


def test_production_as_documented_loads(tmp_path):
    assert load(tmp_path, **PRODUCTION) == (0, "loaded")


def test_document_names_every_variable_that_is_read_and_no_other(tmp_path):
    document = (ROOT / "docs" / "operation.md").read_text().split("## Environment")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in document.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    _code, said = load(tmp_path, "*sorted(settings.env.asked_for)", **PRODUCTION)
    # The first is named above the table; the others are the demo's and developers'.
    elsewhere = {"SKALIERUNGSCHECK_ENV", "DEMO", "PORT", "DEBUG"}
    assert set(said.split()) - elsewhere == documented


def test_host_and_sender_follow_from_the_address(tmp_path):
    found = load(tmp_path, "settings.ALLOWED_HOSTS, settings.DEFAULT_FROM_EMAIL", **PRODUCTION)
    assert found == (0, "['check.example.org'] Skalierungscheck <skalierungscheck@check.example.org>")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO", "vielleicht"),
        ("DEBUG", "2"),
        ("SECRET_KEY", ""),
        ("SITE_URL", "check.example.org"),
        ("DATABASE_URL", "sqlite:///app.db"),
        ("DATABASE_URL", "postgresql://user@db/name?nonsense=1"),
        ("DATABASE_CONN_MAX_AGE", "lang"),
        ("CACHE_URL", "memcached://cache"),
        ("UPLOADS_URL", "https://storage.example.org/bucket"),
        ("UPLOADS_URL", "s3://key:secret@storage.example.org/"),
        ("UPLOADS_URL", "s3://storage.example.org/bucket"),
        ("UPLOADS_URL", "s3://key:secret@storage.example.org:many/bucket"),
        ("EMAIL_URL", "https://mail.example.org"),
        ("EMAIL_URL", "smtp://mail.example.org:many"),
        ("EMAIL_URL", "smtp+tls:mail.example.org"),
        ("EMAIL_URL", "smtp+tls://user:12#34@mail.example.org"),
        ("EMAIL_URL", "smtp+tls://user:12/34@mail.example.org"),
        ("EMAIL_URL", "smtp+tls://user:12?34@mail.example.org"),
        ("SITE_URL", "https://check.example.org:port"),
        ("SITE_URL", "https://check.example.org:99999"),
        ("LOG_LEVEL", "laut"),
        ("SESSION_COOKIE_AGE", "1"),
        ("TRUSTED_PROXY_COUNT", "-1"),
    ],
)
def test_wrong_value_stops_the_start_and_names_its_variable(tmp_path, name, value):
    status, said = load(tmp_path, **PRODUCTION | {name: value})
    assert status == 1
    assert name in said


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "DATABASE_URL", "EMAIL_URL"])
def test_missing_value_names_its_variable(tmp_path, name):
    status, said = load(tmp_path, **{key: value for key, value in PRODUCTION.items() if key != name})
    assert status == 1
    assert name in said


def test_secret_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text(PRODUCTION["SECRET_KEY"] + "\n")
    environment = {key: value for key, value in PRODUCTION.items() if key != "SECRET_KEY"}
    assert load(tmp_path, "settings.SECRET_KEY", **environment, SECRET_KEY_FILE=str(tmp_path / "key")) == (
        0,
        PRODUCTION["SECRET_KEY"],
    )


def test_demo_refuses_to_be_reached_from_elsewhere(tmp_path):
    """Its passwords are known to all; in production it would be somebody who forgot DEMO=0."""
    status, said = load(tmp_path, **DEMO, ALLOWED_HOSTS="127.0.0.1,check.example.org")
    assert status == 1
    assert "leave out DEMO" in said
    assert load(tmp_path, "settings.ALLOWED_HOSTS", **DEMO, ALLOWED_HOSTS="127.0.0.1") == (0, "['127.0.0.1']")


def test_demo_is_not_the_default(tmp_path):
    assert load(tmp_path, "settings.DEMO", **PRODUCTION) == (0, "False")
    assert load(tmp_path, "settings.DEMO", **DEMO) == (0, "True")


CONTRADICTIONS = {
    "address without https": ({"SITE_URL": "http://check.example.org"}, "write https://"),
    "address with a path": ({"SITE_URL": "https://example.org/check"}, "write https://example.org"),
    "address that is not among the hosts": ({"ALLOWED_HOSTS": "andere.example.org"}, "add check.example.org"),
    "address with a password": ({"SITE_URL": "https://ida:geheim@check.example.org"}, "write https://check.example.org"),
    "address with an umlaut": ({"SITE_URL": "https://fördä.example.org"}, "SITE_URL names fördä.example.org, but browsers"),
    "host with an umlaut": ({"ALLOWED_HOSTS": "check.example.org,fördä.example.org"}, "which holds xn--: write that"),
    "host with a port": ({"ALLOWED_HOSTS": "check.example.org,intern:8000"}, "names intern:8000: write the host name alone"),
    "host with https": ({"ALLOWED_HOSTS": "check.example.org,https://intern"}, "https://intern: write the host name alone"),
    "hosts with blanks": ({"ALLOWED_HOSTS": "check.example.org intern"}, "without https://, port, path or blanks"),
    "any host": ({"ALLOWED_HOSTS": "*"}, "name yours, check.example.org"),
    "origin without https": ({"CSRF_TRUSTED_ORIGINS": "http://check.example.org"}, "CSRF_TRUSTED_ORIGINS names http://"),
    "nobody who ends https": ({"TRUSTED_PROXY_COUNT": "0"}, "usually 1"),
    "mails that nobody gets": ({"EMAIL_URL": "consolemail://"}, "name a mail server"),
    "a key that is none": ({"SECRET_KEY": "k" * 60}, "openssl rand"),
    "program code for everyone": ({"DEBUG": "1"}, "remove it"),
}


@pytest.mark.parametrize(("environment", "advice"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_does_not_go_together_is_refused_with_what_to_do(tmp_path, environment, advice):
    status, said = load(tmp_path, **PRODUCTION | environment)
    assert status == 1
    assert advice in said


@pytest.mark.parametrize(
    "hosts", ["check.example.org,intern.example.org", ".example.org", "CHECK.example.org", "check.example.org,10.0.0.7,[::1]"]
)
def test_more_hosts_than_the_address_are_no_contradiction(tmp_path, hosts):
    assert load(tmp_path, **PRODUCTION | {"ALLOWED_HOSTS": hosts}) == (0, "loaded")


@pytest.mark.parametrize("level", ["", "WARNING", "info", "Debug"])
def test_how_much_is_logged_may_be_written_large_or_small(tmp_path, level):
    more = {"LOG_LEVEL": level} if level else {}
    assert load(tmp_path, "settings.LOGGING['root']['level']", **PRODUCTION, **more) == (0, level.upper() or "WARNING")


def test_production_speaks_https_only(tmp_path):
    names = "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT"
    assert load(tmp_path, "all(getattr(settings, n) for n in " + repr(names) + ")", **PRODUCTION) == (0, "True")


def test_database_address_is_read_by_postgresqls_own_rules():
    values = {
        "DATABASE_URL": "postgresql://us%40er:p%2Fw@db:5433/name?sslmode=require",
        "SOCKET": "postgresql:///name?host=/run/pg",
    }
    assert Env(values).database("DATABASE_URL") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "name",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert Env(values).database("SOCKET")["HOST"] == "/run/pg"


def test_a_database_address_that_is_wrong_is_not_told_with_its_password():
    with pytest.raises(ImproperlyConfigured) as caught:
        Env({"DATABASE_URL": "postgresql://user:geheim@db/name?nonsense=1"}).database("DATABASE_URL")
    assert "DATABASE_URL" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("address", "backend", "port", "tls", "ssl"),
    [
        ("smtp+tls://us%40er:p%2Fw@mail.example.org", "smtp", 587, True, False),
        ("smtp+ssl://us%40er:p%2Fw@mail.example.org", "smtp", 465, False, True),
        ("smtp://us%40er:p%2Fw@mail.example.org:1025", "smtp", 1025, False, False),
        ("consolemail://us%40er:p%2Fw@mail.example.org", "console", 25, False, False),
    ],
)
def test_mail_address(address, backend, port, tls, ssl):
    assert Env({"EMAIL_URL": address}).email("EMAIL_URL", "") == {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "us@er",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_TLS": tls,
        "EMAIL_USE_SSL": ssl,
    }


def test_bucket_and_valkey_by_their_addresses(tmp_path):
    environment = {"UPLOADS_URL": "s3+http://k:s%2Fx@10.0.0.7:9000/up?region=eu-1", "CACHE_URL": "valkey://10.0.0.8/1"}
    code, found = load(tmp_path, "settings.OBJECT_STORAGE, settings.CACHES['default']['LOCATION']", **PRODUCTION, **environment)
    assert code == 0, found
    assert "'endpoint_url': 'http://10.0.0.7:9000'" in found
    assert "'secret_key': 's/x'" in found
    assert "'bucket_name': 'up', 'region_name': 'eu-1'" in found
    assert "redis://10.0.0.8/1" in found
    assert Env({"X": "s3://k:s@storage.example.org/up"}).object_storage("X")["endpoint_url"] == "https://storage.example.org"
    assert Env({}).object_storage("X") == {}
