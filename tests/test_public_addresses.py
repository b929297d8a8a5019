"""What anybody may ask without signing in, and how often: a new public address fails here until somebody has decided."""

import contextlib
import http.client
import os
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments.reports.views import documents
from assessments.views import voting
from scaling import health
from scaling.accounts.models import AttemptCount
from tests.built import put_built
from tests.hostile import all_patterns, library_paths, written
from tests.races import at_once
from tests.scaling.installation import ROOT, free_port, wait_until
from tests.test_permissions import FOREIGN, TABLE

#: Counted in PostgreSQL for all workers, by network address: there is a short secret to guess, or each try makes us ask others.
LIMITED = {
    *("reports:documents", "reports:document"),
    *("assessments:vote", "assessments:vote_cast"),
    "provider_ended",
    *(row[0] for row in TABLE if row[0].startswith("api:") and row[0] != "api:api-root"),
}
#: What opens them is a secret of 18 bytes by chance and more, or is signed: nobody guesses it, however often they try.
#: Those of a vote ask for a signed cookie, and without one say the same of every code.
UNGUESSABLE = {
    *("invitation", "unsubscribe", "reports:shared", "reports:shared_pdf"),
    *("assessments:vote_state", "assessments:vote_leave", "assessments:vote_alone"),
}
#: Of everybody, with nothing to guess and nothing stored: as costly as any page. The proxy's business (deploy/nginx.conf).
PAGES = {
    *("home", "glossary", "imprint", "privacy", "accessibility", "feedback", "styleguide", "security_txt"),
    *("api_about", "api_nothing", "api_not_here", "api:api-root", "openapi"),
    *("catalogue:index", "catalogue:practices", "catalogue:operating_models", "catalogue:criterion", "catalogue:printable"),
    *("reports:record_schema", "reports:portfolio_schema", "reports:municipal_schema", "reports:schema"),
    "reports:development_schema",
    *("reports:example", "reports:example_criterion"),
    "reports:example_pdf",  # drawn once for each variant and language, then kept
    "provider_signed_out",  # asks the provider for its address of signing out, as each way there does
}
#: Set or read a cookie of the asker, or lead to an address that decides.
LEADING = {"theme", "set_language", "session", "assessments:enter", "assessments:score_moved", "assessments:score_part_moved"}
#: Lead to the sign-in, as TABLE says of everybody, since they ask for one of a moment ago or by another way.
SIGNING_IN = {"own_data", "data_export", "sign_in_end", "sign_ins_end"}

#: Pages of libraries (FOREIGN), by what bounds them. Counted by allauth for all workers; ``account_login`` and
#: ``mfa_login_webauthn`` by scaling.accounts.attempts, see tests/accounts/test_attacks.py and test_sign_ins.py.
LIBRARY_LIMITED = {"account_login", "account_reset_password", "account_reset_password_from_key", "account_signup"}
LIBRARY_LIMITED |= {"mfa_login_webauthn"}
#: Ask for a password that was right a moment ago, and then count by person (tests/accounts/test_second_factor.py).
LIBRARY_AFTER_A_PASSWORD = {"mfa_authenticate"}
#: Lead to a provider that is set, or come from it with what it signed (tests/accounts/test_single_sign_on.py); none is set here
LIBRARY_PROVIDERS = {"openid_connect_login", "openid_connect_callback"}
#: A sentence, a way out, or nothing: nothing to guess and nothing stored.
LIBRARY_PAGES = {
    *("account_logout", "account_inactive", "account_reset_password_done", "account_reset_password_from_key_done"),
    *("socialaccount_login_cancelled", "admin:logout"),
    *("account_closed", "account_email", "account_email_verification_sent", "account_confirm_email"),
    "account_confirm_login_code",
}
#: Answered by a middleware, before there is any address (scaling/health.py). ALIVE asks nobody; READY asks the database once;
#: METRICS is there only where METRICS=1, and the proxy keeps it to its own machine.
PROBES = {"/healthz", "/readyz", "/metrics"}


def public_addresses():
    """By what TABLE says that nobody gets: anything but the way to the sign-in, „sign in“, and „not this way“."""
    found = set()
    for name, _ids, _method, expected in TABLE:
        statuses = expected.split()
        if statuses[0] != "405" and (statuses[0] not in ("302", "401") or len(set(statuses)) == 1):
            found.add(name)
    return found


def test_somebody_has_decided_on_each_public_address():
    kinds = [LIMITED, UNGUESSABLE, PAGES, LEADING, SIGNING_IN]
    assert public_addresses() == set().union(*kinds)
    assert sum(len(kind) for kind in kinds) == len(set().union(*kinds))


def is_way_to_the_sign_in(answer):
    """As a page that is not public answers: led there, to come back afterwards."""
    there = answer.headers.get("Location", "")
    return there.startswith((reverse("account_login"), "/verwaltung/login/")) and "next=" in there


@pytest.mark.django_db
def test_somebody_has_decided_on_each_public_address_of_a_library():
    found = set()
    for name, arguments in all_patterns():
        for path in library_paths(name, arguments) if name.startswith(FOREIGN) else ():
            if not all(is_way_to_the_sign_in(answer) for answer in (Client().get(path), Client().post(path))):
                found.add(name)
    kinds = [LIBRARY_LIMITED, LIBRARY_AFTER_A_PASSWORD, LIBRARY_PROVIDERS, LIBRARY_PAGES]
    assert found == set().union(*kinds)
    assert sum(len(kind) for kind in kinds) == len(found)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "args", "method", "most"),
    [
        ("account_login", [], "post", 30),
        ("account_reset_password", [], "post", 20),
        ("account_reset_password_from_key", ["1", "a-b"], "post", 20),
        ("account_signup", [], "post", 20),
        ("mfa_login_webauthn", [], "post", 60),
    ],
)
def test_those_of_libraries_end_at_their_limit(name, args, method, most):
    """From one network address, whatever browser and whoever is typed in."""
    assert name in LIBRARY_LIMITED
    path = reverse(name, kwargs=dict(zip(("uidb36", "key"), args, strict=False)))
    sent = [{"email": f"n{turn}@example.org", "login": f"n{turn}@example.org", "password": "x"} for turn in range(most + 2)]
    answers = [getattr(Client(), method)(path, one).status_code for one in sent]
    assert [place for place, status in enumerate(answers) if status == 429] == [most, most + 1]


def test_somebody_has_decided_on_each_probe():
    """What the first middleware answers by itself; and nothing of it is stored, however often it is asked."""
    assert {value for name, value in vars(health).items() if name.isupper() and str(value).startswith("/")} == PROBES


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(PROBES))
def test_probes_store_nothing_and_ask_little(path, settings, django_assert_max_num_queries):
    settings.METRICS = True
    guess(path)  # looks for migrations the first time
    with django_assert_max_num_queries(3), written() as writes:
        assert guess(path) == 200
    assert writes == []
    settings.METRICS = False
    assert guess("/metrics") == 404


def test_proxy_keeps_the_figures_to_its_own_machine():
    served = (ROOT / "deploy" / "nginx.conf").read_text()
    block = served[served.index("location = /metrics") :]
    assert "deny all;" in block[: block.index("}")]


def guess(path, **extra):
    return Client().get(path, **extra).status_code


@pytest.mark.django_db
@pytest.mark.parametrize(("module", "path", "first"), [(documents, "number", 200), (voting, "code", 404)])
class TestWhoAsks:
    def paths(self, path, number):
        if path == "code":
            return [reverse("assessments:vote", args=[f"bcdfghj{sign}"]) for sign in "23456789"[:number]]
        address = reverse("reports:document", args=["SK-2026-1"])
        return [f"{address}?pruefsumme={place:016x}" for place in range(number)]

    def test_network_is_one_whatever_address_of_it_asks(self, module, path, first, monkeypatch):
        """Whoever has one address of IPv6 has 2^64 of them."""
        monkeypatch.setattr(module, "MAX_FAILURES", 3)
        paths = self.paths(path, 5)
        asked = [guess(one, REMOTE_ADDR=f"2001:db8:1:1::{place + 1}") for place, one in enumerate(paths)]
        assert asked == [first] * 3 + [429] * 2
        assert guess(paths[0], REMOTE_ADDR="2001:db8:1:2::1") == first

    def test_proxy_that_does_not_tell_shuts_nobody_out(self, module, path, first, monkeypatch, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        monkeypatch.setattr(module, "MAX_FAILURES", 3)
        assert [guess(one) for one in self.paths(path, 5)] == [first] * 3 + [429] * 2

    def test_no_address_is_kept_in_clear(self, module, path, first):
        guess(self.paths(path, 1)[0], REMOTE_ADDR="192.0.2.77")
        assert AttemptCount.objects.exists()
        assert not AttemptCount.objects.filter(key__contains="192.0.2.77").exists()


@pytest.mark.django_db(transaction=True)
def test_those_that_come_at_the_same_moment_are_all_counted(monkeypatch):
    monkeypatch.setattr(documents, "MAX_FAILURES", 5)
    address = reverse("reports:document", args=["SK-2026-1"])
    answers: list[Any] = at_once(*(partial(guess, f"{address}?pruefsumme={number:016x}") for number in range(12)))
    assert sorted(answers) == [200] * 5 + [429] * 7


@pytest.mark.django_db(transaction=True)
def test_two_workers_count_together(tmp_path):
    """Two real processes, which have nothing in common but the database, are asked by turns."""
    database = connection.settings_dict
    url = f"postgresql:///{database['NAME']}?host={database['HOST']}&port={database['PORT']}&user={database['USER']}"
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path), "DEMO": "1", "EMAIL_URL": "consolemail://"}
    environment |= {"DJANGO_SETTINGS_MODULE": "scaling.settings"}
    put_built(tmp_path)
    ports, processes = [free_port(), free_port()], []
    with contextlib.ExitStack() as stack:
        for port in ports:
            log = stack.enter_context((tmp_path / f"{port}.log").open("wb"))
            command = [sys.executable, "-m", "gunicorn", "scaling.wsgi", f"--bind=127.0.0.1:{port}", "--workers=1"]
            processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
            stack.callback(processes[-1].wait)
            stack.callback(processes[-1].terminate)
        for port in ports:
            wait_until(partial(is_there, port), f"no answer: {(tmp_path / f'{port}.log').read_text()}")
        address = reverse("reports:document", args=["SK-2026-1"])
        most = documents.MAX_FAILURES
        checks = [ask(ports[turn % 2], f"{address}?pruefsumme={turn:016x}") for turn in range(most + 2)]
        keys = [ask(ports[turn % 2], "/api/v1/municipality", Authorization=f"Bearer skc_{turn}") for turn in range(32)]
    assert checks == [200] * most + [429] * 2
    assert keys == [401] * 30 + [429] * 2


def is_there(port):
    return ask(port, "/healthz") == 200


def ask(port, path, **headers):
    """The status; 0 where nobody answers yet."""
    there = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        there.request("GET", path, headers=headers)
        return there.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        there.close()
