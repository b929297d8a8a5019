"""A mail server of the tests' own, counting what comes; ``python -m tests.mail_server PORT`` names whom each mail is for."""

import socketserver
import sys


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as is needed, and ends a connection after ``at_most`` mails, as many do (421)."""

    daemon_threads = True
    allow_reuse_address = True  # after one that was killed
    at_most = 1000
    connections = 0
    ended = 0

    def __init__(self, port: int = 0):
        super().__init__(("127.0.0.1", port), Conversation)
        self.taken: list[str] = []

    def took(self, to: str) -> None:
        self.taken.append(to)


class TellingServer(MailServer):
    """Tells before it confirms, as a server has a mail on its disk by then."""

    def took(self, to: str) -> None:
        print(to, flush=True)  # noqa: T201


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

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
                self.server.took(to)
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def finish(self):
        super().finish()
        self.server.ended += 1

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


if __name__ == "__main__":
    with TellingServer(int(sys.argv[1])) as server:
        server.serve_forever()
