"""Many mails go over one connection, and a server that ends it, or refuses one of them, costs none of the others."""

import threading

import pytest
from django.core.mail import EmailMessage

from scaling.common.mail import Delivery
from tests.mail_server import MailServer


@pytest.fixture
def server(settings):
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.socket.getsockname()
        settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "", False, False
        yield server
        server.shutdown()


def send(*names):
    with Delivery() as delivery:
        return [delivery.send(EmailMessage("Betreff", "Text", to=[f"{name}@stadt.example"])) for name in names]


def test_many_mails_go_over_one_connection(server):
    assert send("alice", "bob", "rita") == [True] * 3
    assert (server.connections, len(server.taken)) == (1, 3)


def test_server_that_takes_few_at_once_gets_them_all_once(server):
    server.at_most = 2
    names = ["alice", "bob", "rita", "dora", "charlie"]
    assert send(*names) == [True] * 5
    assert server.taken == [f"{name}@stadt.example" for name in names]
    assert server.connections == 3


def test_address_that_is_refused_stops_no_other_and_is_not_asked_again(server, caplog):
    assert send("alice", "niemand", "rita") == [True, False, True]
    assert server.taken == ["alice@stadt.example", "rita@stadt.example"]
    assert caplog.text.count("to niemand@stadt.example was not sent") == 1


def test_server_that_is_away_is_asked_once_a_mail(server, settings, caplog):
    settings.EMAIL_PORT = 1
    assert send("alice", "bob") == [False, False]
    assert caplog.text.count("was not sent") == 2
