"""The doctor finds what is wrong about the town hall's own accounts, against a real OpenID provider on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scaling.doctor import sign_in
from tests.accounts import identity_provider
from tests.scaling.doctor import found


@pytest.fixture(scope="module")
def provider():
    with identity_provider.running() as running:
        yield running


@pytest.fixture
def other():
    """A server that says what ``answers`` holds, as JSON, to everything."""
    answers: dict[str, Any] = {"body": b"{}", "status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answers["status"])
            self.send_header("Content-Length", str(len(answers["body"])))
            self.end_headers()
            self.wfile.write(answers["body"])

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        answers["url"] = f"http://127.0.0.1:{server.server_address[1]}"
        yield answers
        server.shutdown()


def test_provider_as_it_should_be(provider, settings):
    assert found(sign_in.providers) == []
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings()}
    assert found(sign_in.providers) == []


def test_secret_that_is_another(provider, settings):
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings(secret="falsch")}
    (said,) = found(sign_in.providers)
    assert "does not take us for skalierungscheck (invalid_client): nobody signs in by “Stadt Musterhafen”." in said
    assert "Compare OIDC_STADT_CLIENT_ID and OIDC_STADT_CLIENT_SECRET" in said
    assert "falsch" not in said


def test_provider_that_is_away_and_one_that_is_well(provider, settings):
    away = provider.settings(id="land", issuer="http://127.0.0.1:1")
    settings.IDENTITY_PROVIDERS = {"land": away, "stadt": provider.settings()}
    (said,) = found(sign_in.providers)
    assert "http://127.0.0.1:1 does not say how to sign in" in said
    assert "Correct OIDC_LAND_ISSUER" in said


def test_address_that_is_no_provider(provider, other, settings):
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings(issuer=other["url"])}
    other["status"] = 404
    assert "does not say how to sign in" in found(sign_in.providers)[0]
    other |= {"status": 200, "body": b"<html>"}
    assert "does not say how to sign in" in found(sign_in.providers)[0]
    other["body"] = b'{"issuer": "https://id.stadt.example/realms/stadt"}'
    assert "→ Set OIDC_STADT_ISSUER=https://id.stadt.example/realms/stadt" in found(sign_in.providers)[0]
    other["body"] = b'{"issuer": "%s"}' % other["url"].encode()
    assert "does not name its authorization_endpoint, token_endpoint" in found(sign_in.providers)[0]
