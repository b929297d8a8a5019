"""Many mails go over one connection, and a server that ends it, or refuses one of them, costs none of the others."""

import socketserver
import threading

import pytest
from django.core.mail import EmailMessage

from scaling.common.mail import Delivery


class Server(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as is needed, and ends a connection after ``at_most`` mails, as many do (421)."""

    daemon_threads = True
    at_most = 1000
    connections = 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self):
        self.server.connections += 1
        self.say("220 here")
        taken, to = 0, ""
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"MAIL" and taken >= self.server.at_most:
                self.say("421 enough for now")
                return
            if word == b"RCPT":
                to = line.decode().split("<")[1].split(">")[0]
                self.say("550 nobody of that name" if to.startswith("niemand") else "250 yes")
            elif word == b"DATA":
                self.say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                taken += 1
                self.server.taken.append(to)
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(settings):
    with Server() as server:
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
