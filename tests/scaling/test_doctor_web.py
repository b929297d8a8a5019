"""The doctor finds what is planted at the address, in the proxy and at the mail server."""

import socketserver
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.signing import TimestampSigner

from scaling.doctor import mail, web
from scaling.doctor.findings import CannotLook, Severity, run
from tests.scaling.doctor import found


@pytest.fixture
def proxy(live_server, settings):
    """A proxy in front of the app. ``change`` is given the headers of a request and the answer's, to spoil them."""
    state: dict[str, Any] = {
        "request": lambda headers: None,
        "answer": lambda headers: None,
        "status": None,
        "static": None,
        "limit": 10**9,
    }

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            status = state["static"] if self.path.startswith("/static/") else state["status"]
            if status:
                self.send_error(status)
                return
            headers = {
                name: value for name, value in self.headers.items() if not name.lower().startswith(("connection", "content-"))
            }
            caller = headers.get("X-Forwarded-For")
            headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": f"{caller}, 10.1.2.3" if caller else "10.1.2.3"}
            state["request"](headers)
            try:
                answer = urlopen(Request(live_server.url + self.path, headers=headers))  # noqa: S310 – our own
            except HTTPError as error:
                answer = error
            body, sent = answer.read(), dict(answer.headers.items())
            state["answer"](sent)
            self.send_response(answer.status)
            for name, value in sent.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            size = int(self.headers["Content-Length"])
            if size > state["limit"]:
                self.send_error(413)
                self.close_connection = True
            else:
                self.rfile.read(size)
                self.do_GET()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        settings.SITE_URL = f"http://127.0.0.1:{server.server_address[1]}"
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        web._fetch.cache_clear()
        yield state
        server.shutdown()
    web._fetch.cache_clear()


def forged_scheme(headers):
    headers["X-Forwarded-Proto"] = headers.get("X-forwarded-proto", "http")


PROXIES = {
    "passes on the scheme from outside": ({"request": forged_scheme}, web.proxy, "passes on X-Forwarded-Proto from outside"),
    "names no scheme": ({"request": lambda h: h.pop("X-Forwarded-Proto")}, web.proxy, "say that people come by https"),
    "changes the host": ({"request": lambda h: h.update({"Host": "127.0.0.1:1"})}, web.proxy, "changes the host name to 127"),
    "appends nobody": ({"request": lambda h: h.update({"X-Forwarded-For": "203.0.113.9"})}, web.proxy, "X-Forwarded-For: 0,"),
    "appends two": ({"request": lambda h: h.update({"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})}, web.proxy, "X-Forwarded-For: 2,"),
    "removes the policy": ({"answer": lambda h: h.pop("Content-Security-Policy")}, web.headers, "removes or weakens"),
    "weakens the policy": (
        {"answer": lambda h: h.update({"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"})},
        web.headers,
        "removes or weakens",
    ),
    "removes cookies": ({"answer": lambda h: h.pop("Set-Cookie", "")}, web.cookies, "nobody can sign in"),
    "keeps pages": ({"answer": lambda h: h.update({"Set-Cookie": "csrftoken=of-ida"})}, web.cookies, "gives them to others"),
    "takes 1 MB": ({"limit": 1024 * 1024}, web.uploads, "files of 10 MB cannot be brought. → Compare"),
    "gives no static files": ({"static": 404}, web.static_files, "pages have no shape"),
    "reaches no app": ({"status": 502}, web.answers, "reaches no app (502). → Start it: systemctl status skalierungscheck-web"),
    "passes not all paths on": ({"status": 404}, web.answers, "does it pass all paths on?"),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("spoil", "look", "said"), PROXIES.values(), ids=PROXIES)
def test_proxy_that_is_set_up_wrongly(proxy, spoil, look, said):
    proxy.update(spoil)
    assert any(said in text for text in found(look)), found(look)


@pytest.mark.django_db(transaction=True)
def test_proxy_as_it_should_be(proxy, settings):
    settings.SECURE_HSTS_SECONDS = 3600
    for look in (web.host, web.answers, web.versions, web.proxy, web.cookies, web.uploads, web.static_files):
        assert found(look) == []
    assert found(web.headers) == [
        "Browsers are not told to stay with https (HSTS). → Remove SECURE_HSTS_SECONDS=0, and what the proxy hides."
    ]


@pytest.mark.django_db(transaction=True)
def test_running_app_of_another_version_or_key(proxy, settings, monkeypatch):
    monkeypatch.setattr(web, "__version__", "99.0.0")
    assert (
        "Version 0.1.0 is running, version 99.0.0 is installed" in found(web.versions)[0]
        or "is running" in found(web.versions)[0]
    )
    monkeypatch.setattr("scaling.doctor.web.PROBE", TimestampSigner(key="another", salt="scaling.health"))
    assert "has another SECRET_KEY" in found(web.proxy)[0]


def test_host_that_nobody_knows(settings):
    settings.SITE_URL = "https://nirgends.invalid"
    web._fetch.cache_clear()
    assert "host name nirgends.invalid of SITE_URL is unknown" in found(web.host)[0]
    assert "does not answer" in found(web.answers)[0]
    severities = {finding.check: finding.level for finding in run(web.CHECKS, demo=False)}
    assert severities.pop("host name") == severities.pop("address") == Severity.PROBLEM
    assert set(severities.values()) == {Severity.SKIPPED}


@pytest.fixture
def port_80(settings):
    """What answers without https: ``status`` and ``target``."""
    says: dict[str, Any] = {"status": 301, "target": "https://localhost/impressum/"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(says["status"])
            self.send_header("Location", says["target"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    settings.SITE_URL = "https://localhost"
    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        says["port"] = server.server_address[1]
        yield says
        server.shutdown()


def test_address_without_https(port_80):
    def look():
        return web.plain_http(port_80["port"])

    assert found(look) == []
    port_80["target"] = "https://localhost.andere.example/impressum/"
    assert "is not led to https://localhost (answer 301 https://localhost.andere" in found(look)[0]
    port_80 |= {"target": "", "status": 200}
    assert "is not led to https://localhost (answer 200 )" in found(look)[0]
    port_80["port"] = 1
    assert "gets no answer" in found(look)[0]


# --- Certificates


def certificate(folder, *, name: str, days: int) -> ssl.SSLContext:
    """Of its own authority, for this host name, good for so many days from a month ago on."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begins = datetime.now(UTC) - timedelta(days=30)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    (folder / "trusted.pem").write_bytes(made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


CERTIFICATES = {
    "as it should be": ("localhost", 90, True, "", ""),
    "nobody knows who made it": ("localhost", 90, False, "The certificate is not valid: self-signed certificate", None),
    "of another name": ("andere.example", 90, True, "The certificate is not valid: Hostname mismatch", None),
    "ended": ("localhost", 29, True, "The certificate is not valid: certificate has expired", None),
    "ends soon": ("localhost", 33, True, "", "The certificate ends in 2 days."),
}


@pytest.mark.parametrize(("name", "days", "trusted", "said", "ends"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_certificate(tmp_path, settings, monkeypatch, name, days, trusted, said, ends):
    class Ready(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    context = certificate(tmp_path, name=name, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    with ThreadingHTTPServer(("localhost", 0), Ready) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        settings.SITE_URL = f"https://localhost:{server.server_address[1]}"
        try:
            assert [said in text for text in found(web.answers)] == ([True] if said else [])
            if ends is None:
                with pytest.raises(CannotLook):
                    found(web.certificate)
            else:
                assert [ends in text for text in found(web.certificate)] == ([True] if ends else [])
        finally:
            server.shutdown()
            web._fetch.cache_clear()


# --- Mail


@pytest.mark.parametrize(
    ("sender", "said"),
    [
        ("Stadt <a@stadt.example>", "there is no stadt.example in the internet"),
        ("a@localhost", "there is no localhost in the internet"),
        ("a@example.org", "there is no example.org in the internet"),
        ("Stadt <a@andere-stadt.de>", "belongs to andere-stadt.de: they may count as spam"),
        ("Stadt <a@stadt.de>", ""),
        ("a@Post.Anbieter.DE", ""),
        ("a@verband.de", ""),
    ],
)
def test_sender_that_nobody_can_answer_or_believe(settings, sender, said):
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "https://check.stadt.de", sender
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER = "smtp.anbieter.de", "post@verband.de"
    complaints = found(mail.sender)
    assert [said in complaint for complaint in complaints] == ([True] if said else [])


class Refusing(socketserver.StreamRequestHandler):
    """A mail server that lets nobody in."""

    auth, sender = b"535 no\r\n", b"250 ok\r\n"

    def handle(self):
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            word = line.upper()[:4]
            answers = {b"EHLO": b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n", b"AUTH": self.auth, b"QUIT": b"221 bye\r\n"}
            answers[b"MAIL"] = self.sender
            self.wfile.write(answers.get(word, b"250 ok\r\n"))
            if word == b"QUIT":
                return


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "127.0.0.1", "user", "word"
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        settings.EMAIL_PORT = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield server
        server.shutdown()


def test_mail_server_that_refuses_us(smtp):
    assert "refuses user or password. → Correct them in EMAIL_URL" in found(mail.server)[0]


def test_mail_server_that_refuses_our_sender(smtp, settings, monkeypatch):
    settings.DEFAULT_FROM_EMAIL = "Stadt <a@stadt.de>"
    monkeypatch.setattr(Refusing, "auth", b"235 ok\r\n")
    assert found(mail.server) == []
    monkeypatch.setattr(Refusing, "sender", b"550 not yours\r\n")
    assert "takes no mail from a@stadt.de: 550 not yours → Set DEFAULT_FROM_EMAIL" in found(mail.server)[0]


def test_mail_server_that_is_away(settings, smtp):
    settings.EMAIL_PORT = 1
    assert "cannot be reached" in found(mail.server)[0]
    assert "mail to a@example.org" in mail.send_to("a@example.org").name
    assert "was not taken" in found(mail.send_to("a@example.org").look)[0]


def test_mail_is_sent_when_asked_for(mailoutbox):
    assert found(mail.send_to("betrieb@example.org").look) == []
    assert [sent.to for sent in mailoutbox] == [["betrieb@example.org"]]
