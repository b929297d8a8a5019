"""What people reach: the address, the proxy in front, and what it makes of a request."""

import http.client
import json
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from scaling import __version__
from scaling.doctor.findings import CannotLook, Check, Complaint, counted, problem, warning
from scaling.doctor.machine import MEGABYTE
from scaling.health import ALIVE, PROBE, READY

SECONDS = 10
#: Sent along as if somebody outside had made them up (RFC 5737): the proxy must not pass them on as true.
FORGED = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "forged.example"}
EXPIRES_SOON = 14  # days
PROXY = "Compare the proxy with deploy/nginx.conf"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


@cache
def _fetch(path: str, forged: bool = False) -> tuple[int, dict[str, str], bytes]:
    """Raises OSError where nothing answers."""
    request = urllib.request.Request(settings.SITE_URL + path, headers=FORGED if forged else {})  # noqa: S310 – SITE_URL is https
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=SECONDS) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read(1_000_000)
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read(100_000)


def _answer(path: str, forged: bool = False) -> tuple[int, dict[str, str], bytes]:
    """The same for checks that have nothing to say where the app is out of reach. Raises CannotLook."""
    try:
        answer = _fetch(path, forged)
    except OSError:
        raise CannotLook("The address does not answer.") from None
    if answer[0] in (502, 504):
        raise CannotLook("The proxy reaches no app.")
    return answer


def host() -> Iterator[Complaint]:
    name = urlsplit(settings.SITE_URL).hostname or ""
    try:
        socket.getaddrinfo(name, 443)
    except OSError:
        yield problem(
            f"The host name {name} of SITE_URL is unknown here.", "Enter it in the DNS, or in /etc/hosts of this machine."
        )


def answers() -> Iterator[Complaint]:
    _fetch.cache_clear()
    try:
        status, _headers, body = _fetch(READY)
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            yield problem(
                f"The certificate is not valid: {error.reason.verify_message}.", "Renew it, and give the whole chain."
            )
        else:
            yield problem(f"{settings.SITE_URL} does not answer: {error.reason}.", "Start the proxy: systemctl status nginx")
        return
    if status == 502:
        yield problem("The proxy reaches no app (502).", "Start it: systemctl status skalierungscheck-web")
    elif status == 503:
        yield problem(f"The app cannot serve: {body[:200].decode(errors='replace')}", "See the findings about the database.")
    elif status != 200:
        yield problem(f"{settings.SITE_URL}{READY} answers {status}.", f"{PROXY}: does it pass all paths on?")


def versions() -> Iterator[Complaint]:
    status, _headers, body = _answer(READY)
    running = json.loads(body).get("version") if status == 200 else None
    if running and running != __version__:
        yield problem(
            f"Version {running} is running, version {__version__} is installed.",
            "systemctl restart skalierungscheck-web skalierungscheck-worker@1",
        )


def proxy() -> Iterator[Complaint]:
    """What of a request with forged headers arrives at the app."""
    status, _headers, body = _answer(f"{ALIVE}?probe={PROBE.sign('doctor')}", forged=True)
    if status == 403:
        yield problem(
            "The running app has another SECRET_KEY than this command.",
            "Restart the app; if that does not help, its service has settings of its own beside the file.",
        )
        return
    if status != 200:
        return  # said elsewhere
    try:
        found = dict(json.loads(body))
    except ValueError:
        return
    if found["scheme"] == FORGED["X-Forwarded-Proto"]:
        yield problem(
            "The proxy passes on X-Forwarded-Proto from outside.", f"{PROXY}: proxy_set_header X-Forwarded-Proto $scheme;"
        )
    elif found["scheme"] != "https":
        yield problem(
            "The proxy does not say that people come by https.", f"{PROXY}: proxy_set_header X-Forwarded-Proto $scheme;"
        )
    if found["host"] != urlsplit(settings.SITE_URL).netloc:
        yield problem(f"The proxy changes the host name to {found['host']}.", f"{PROXY}: proxy_set_header Host $host;")
    added = len([caller for caller in found["callers"] if caller != FORGED["X-Forwarded-For"]])
    if added != settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        yield problem(
            f"Proxies that append the caller's address to X-Forwarded-For: {added}, and TRUSTED_PROXY_COUNT says "
            f"{settings.ALLAUTH_TRUSTED_PROXY_COUNT}: sign-ins are counted for the wrong address.",
            f"Set TRUSTED_PROXY_COUNT={added}, or {PROXY[0].lower()}{PROXY[1:]}: "
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        )


def headers() -> Iterator[Complaint]:
    """What protects people's browsers, as it arrives behind the proxy."""
    status, found, _body = _answer("/impressum/")
    if status != 200:
        return
    policies = found.get("content-security-policy", "")
    if "default-src 'none'" not in policies or "unsafe-" in policies:
        yield problem("The proxy removes or weakens the Content-Security-Policy.", f"{PROXY}: no add_header of this name")
    if not re.search(r"max-age=[1-9]", found.get("strict-transport-security", "")):
        yield warning(
            "Browsers are not told to stay with https (HSTS).", "Remove SECURE_HSTS_SECONDS=0, and what the proxy hides."
        )
    if "date" in found and abs((datetime.now(UTC) - parsedate_to_datetime(found["date"])).total_seconds()) > 60:
        yield problem("The clocks of this machine and of the proxy differ by more than a minute.", "timedatectl set-ntp true")


def cookies() -> Iterator[Complaint]:
    """Whether the proxy leaves pages between the app and one person: two calls get two tokens, and none is kept by it."""
    got = []
    for _turn in (1, 2):
        _fetch.cache_clear()
        status, found, _body = _answer("/konto/login/")
        if status != 200:
            return
        got.append(found.get("set-cookie", ""))
        if not got[-1]:
            yield problem(
                "The cookie of the sign-in page does not arrive: nobody can sign in.",
                f"{PROXY}: neither proxy_hide_header nor a cache for pages.",
            )
            return
    if got[0] == got[1]:
        yield problem(
            "The proxy keeps pages and gives them to others, with their cookies.",
            f"{PROXY}: no proxy_cache, at most for /static/.",
        )


def uploads() -> Iterator[Complaint]:
    """Whether the proxy lets through what the app takes. nginx by itself stops at 1 MB."""
    size = settings.MAX_BODY_BYTES - MEGABYTE
    request = urllib.request.Request(settings.SITE_URL + ALIVE, data=bytes(size), method="POST")  # noqa: S310
    _answer(ALIVE)
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=SECONDS) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ConnectionError):
            raise CannotLook(f"It takes long to send {size // MEGABYTE} MB there: {error.reason}.") from None
        status = 413  # cut off while we were sending
    if status == 413:
        yield problem(
            f"The proxy refuses requests of {size // MEGABYTE} MB: files of 10 MB cannot be brought.",
            f"{PROXY}: client_max_body_size {settings.MAX_BODY_BYTES // MEGABYTE}m;",
        )


def plain_http(port: int = 80) -> Iterator[Complaint]:
    """What somebody gets who types the address without https."""
    address = urlsplit(settings.SITE_URL)
    if address.port not in (None, 443):
        return
    connection = http.client.HTTPConnection(address.hostname or "", port, timeout=SECONDS)
    try:
        connection.request("GET", "/impressum/")
        answer = connection.getresponse()
        status, target = answer.status, answer.headers.get("Location", "")
    except socket.gaierror:
        raise CannotLook("The host name is unknown.") from None
    except (OSError, http.client.HTTPException):
        yield warning(
            "Who types the address without https:// gets no answer.", f"{PROXY}: its first server block listens on port 80."
        )
        return
    finally:
        connection.close()
    if status not in (301, 302, 307, 308) or not target.startswith(f"{settings.SITE_URL}/"):
        yield problem(
            f"Who types the address without https:// is not led to {settings.SITE_URL} (answer {status} {target}).",
            f"{PROXY}: its first server block, return 301 https://$host$request_uri;",
        )


def static_files() -> Iterator[Complaint]:
    status, _headers, body = _answer("/impressum/")
    paths = re.findall(rb'<link[^>]*href="(/static/[^"]+\.css)"', body) if status == 200 else []
    for path in paths[:1]:
        if _answer(path.decode())[0] != 200:
            yield problem(f"{path.decode()} is not found: pages have no shape.", "Restart the app after manage.py build.")


def certificate() -> Iterator[Complaint]:
    address = urlsplit(settings.SITE_URL)
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((address.hostname or "", address.port or 443), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=address.hostname) as secure,
        ):
            shown = secure.getpeercert() or {}
    except OSError:
        raise CannotLook("The address does not answer, or its certificate is not valid.") from None
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    if days < EXPIRES_SOON:
        yield warning(f"The certificate ends in {counted(days, 'day')}.", "Look why it was not renewed: systemctl list-timers")


CHECKS = [
    Check("host name", host, in_demo=False),
    Check("address", answers, in_demo=False),
    Check("running version", versions, in_demo=False),
    Check("proxy", proxy, in_demo=False),
    Check("headers", headers, in_demo=False),
    Check("cookies", cookies, in_demo=False),
    Check("uploads by the proxy", uploads, in_demo=False),
    Check("plain http", plain_http, in_demo=False),
    Check("static files by the proxy", static_files, in_demo=False),
    Check("certificate", certificate, in_demo=False),
]
