"""A real OpenID provider on this machine (oidc-provider-mock, on Authlib), which can be made to answer amiss."""

import base64
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from scaling.common.identity_providers import IdentityProvider

os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # it speaks http, on loopback

KID = "key-1"
SECRET = "geheim"


class Provider:
    """Running. ``people`` are the claims by subject; ``amiss`` changes the claims of the next tokens, or None."""

    def __init__(self, url: str, app: flask.Flask) -> None:
        self.url = url
        self.amiss: dict[str, Any] = {}
        self.other_key = self.unsigned = False
        self.locked: set[str] = set()
        self.seen: list[str] = []
        #: By code, what the way there promised of the verifier (PKCE), which oidc-provider-mock does not look at.
        self.challenges: dict[str, str] = {}
        #: Whether each code was asked for with the right verifier.
        self.verified: list[bool] = []
        self.app = app

    def person(self, subject: str, **claims: Any) -> None:
        with self.app.test_client() as client:
            client.put(f"/users/{subject}", json=claims)

    def logout_token(self, *, without: tuple[str, ...] = (), head: dict[str, Any] | None = None, **changes: Any) -> str:
        """Signed as the provider signs (by ``other_key``, not so): what it would send when somebody signs out there."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": "skalierungscheck", "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        claims |= {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}, **changes}
        claims = {name: value for name, value in claims.items() if name not in without}
        with self.app.test_client() as client:
            return str(client.post("/logout_token", json={"head": {"typ": "logout+jwt"} | (head or {}), "claims": claims}).text)

    def settings(self, **changes: Any) -> IdentityProvider:
        values: dict[str, Any] = {
            "id": "stadt",
            "name": "Stadt Musterhafen",
            "issuer": self.url,
            "client_id": "skalierungscheck",
            "secret": SECRET,
            "domains": ("stadt.example",),
            "groups_claim": "groups",
            "rules": (),
            "only": False,
            "hours": 10,
        }
        return IdentityProvider(**values | changes)


@contextmanager
def running() -> Iterator[Provider]:
    app = oidc_provider_mock.app()
    server = make_server("localhost", 0, app, threaded=True)
    provider = Provider(f"http://localhost:{server.server_port}", app)

    @cache  # to read it is to prove its primes, which takes longer than all else about a sign-in
    def key_of_provider() -> RSAKey:
        return RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))

    @app.before_request
    def note() -> Any:
        provider.seen.append(flask.request.full_path)
        if flask.request.path == "/oauth2/authorize" and flask.request.form.get("sub") in provider.locked:
            answer = f"{flask.request.args['redirect_uri']}?error=access_denied&state={flask.request.args['state']}"
            return flask.redirect(answer)
        return None

    @app.after_request
    def remember_the_challenge(response: flask.Response) -> flask.Response:
        codes = parse_qs(urlsplit(response.headers.get("Location", "")).query).get("code", [])
        if flask.request.path == "/oauth2/authorize" and codes:
            provider.challenges[codes[0]] = flask.request.args.get("code_challenge", "")
        return response

    @app.before_request
    def verify() -> Any:
        """The secret first. RFC 7636, 4.6: who brings a code knows what its challenge was made from; each is good once."""
        if flask.request.path != "/oauth2/token":
            return None
        basic = flask.request.authorization
        if flask.request.form.get("client_secret", basic.password if basic else "") != SECRET:
            return flask.jsonify(error="invalid_client"), 401
        digest = hashlib.sha256(flask.request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_right = provider.challenges.pop(flask.request.form.get("code", ""), None) == challenge
        provider.verified.append(is_right)
        return None if is_right else (flask.jsonify(error="invalid_grant"), 400)

    @app.after_request
    def sign_anew(response: flask.Response) -> flask.Response:
        """With the key's number, which oidc-provider-mock leaves out, and with what is amiss."""
        if flask.request.path not in ("/oauth2/token", "/jwks") or response.status_code != 200:
            return response
        key = key_of_provider()
        if flask.request.path == "/jwks":
            data = {"keys": [{**key.as_dict(private=False), "kid": KID, "alg": "RS256", "use": "sig"}]}
        else:
            data = json.loads(response.get_data())
            claims = {**jwt.decode(data["id_token"], key).claims, **provider.amiss}
            signer = RSAKey.generate_key() if provider.other_key else key
            data["id_token"] = jwt.encode({"alg": "RS256", "kid": KID}, claims, signer)
            if provider.unsigned:
                head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": KID}).encode()).decode().rstrip("=")
                data["id_token"] = f"{head}.{data['id_token'].split('.')[1]}."
        response.set_data(json.dumps(data))
        return response

    @app.post("/logout_token")
    def logout_token() -> str:
        asked = flask.request.get_json()
        signer = RSAKey.generate_key() if provider.other_key else key_of_provider()
        return str(jwt.encode({"alg": "RS256", "kid": KID, **asked["head"]}, asked["claims"], signer))

    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def long_ago() -> int:
    return int(time.time()) - 3600
