"""Mails to people: each in the person's own language, plain text, sent one by one so that one bad address stops no other.

No request speaks to a mail server: ``send_later`` puts a mail into the queue, in the running transaction.
"""

import logging
import smtplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db.models import Q
from django.dispatch import Signal
from django.template.loader import render_to_string
from django.utils import timezone, translation
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from scaling.common.addresses import absolute_url
from scaling.common.jobs import MAIL, GrowingPauses, put_off

logger = logging.getLogger(__name__)

#: Over a day in the end: a mail server that is mended the next morning loses nothing.
PAUSES = (10, 60, 300, 1800, 7200, 21600, 57600)
#: A mail server took a mail. ``about`` is what ``send_later`` was told of it.
sent = Signal()


def compose(*, to: Any, template: str, context: dict[str, Any], unsubscribe: str) -> EmailMessage:
    """A mail to the person ``to`` in their language. The template's first paragraph is the subject, the rest the text.

    ``unsubscribe`` is the path under which one click ends this kind of mail (RFC 8058); templates get it as an address.
    """
    address = absolute_url(unsubscribe)
    with translation.override(to.language):
        text = render_to_string(template, {"person": to, "unsubscribe_url": address, "site_url": settings.SITE_URL, **context})
    subject, _gap, body = text.lstrip().partition("\n\n")
    return EmailMessage(
        # A project's name may hold a line break, which no header survives.
        " ".join(subject.split()),
        tidy(body),
        to=[to.email],
        headers={
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{address}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def tidy(text: str) -> str:
    """Without the blank lines that template tags leave behind: one between paragraphs, none at the ends."""
    lines: list[str] = []
    for line in text.splitlines():
        line = line if line == "-- " else line.rstrip()  # mail programs know the signature by its space
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip() + "\n"


def send_later(mails: Iterable[EmailMessage], *, about: str = "") -> None:
    """Have the mails sent by a worker once the running transaction has committed. One query a mail.

    ``about`` comes back with the signal ``sent``. What stands in a mail waits in the database until it has been sent.
    """
    for mail in mails:
        put_off(send_mail, message=_as_plain(mail), about=about)


def _is_refused(error: BaseException) -> bool:
    """The server knows for good that it will not take it (5xx); asking again would only annoy it."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused)
    return refused and all(code >= 500 for code, _words in error.recipients.values())  # type: ignore[attr-defined]


RETRY = GrowingPauses(PAUSES, is_hopeless=_is_refused)


@app.task(name="send_mail", queue=MAIL, retry=RETRY)
def send_mail(*, message: dict[str, Any], about: str = "") -> None:
    """Send one mail of the queue. Raises whatever the mail server's connection raises."""
    parts = dict(message)
    alternatives = parts.pop("alternatives")
    mail = EmailMultiAlternatives(**parts)  # a plain one where there are none
    for content, kind in alternatives:
        mail.attach_alternative(content, kind)
    if _kept is None:
        with Delivery() as delivery:
            delivery.carry(mail)
    else:
        _kept.carry(mail)
        if not _others_are_due():
            _kept.close()
    sent.send(sender=None, about=about)


@contextmanager
def one_connection() -> Iterator[None]:
    """For a worker, which sends one mail after the other: those that are due together go over one connection.

    With the last of them it is closed, so no server waits for a mail that may come in an hour.
    """
    global _kept
    with Delivery() as _kept:
        try:
            yield
        finally:
            _kept = None


def _others_are_due() -> bool:
    due = Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now())
    return ProcrastinateJob.objects.filter(due, queue_name=MAIL, status="todo").exists()


def _as_plain(mail: EmailMessage) -> dict[str, Any]:
    """What a job can hold. Raises ValueError for a mail with a file, which nobody sends."""
    if mail.attachments:
        raise ValueError("A mail with a file cannot wait in the queue.")
    return {
        "subject": str(mail.subject),
        "body": str(mail.body),
        "from_email": mail.from_email,
        "to": list(mail.to),
        "cc": list(mail.cc),
        "bcc": list(mail.bcc),
        "reply_to": list(mail.reply_to),
        "headers": {name: str(value) for name, value in mail.extra_headers.items()},
        "alternatives": [[str(content), str(kind)] for content, kind in getattr(mail, "alternatives", ())],
    }


class Delivery:
    """Sends mail after mail over one connection, opened with the first one and anew where the server ended it.

    Leaving the ``with`` block closes the connection.
    """

    def __init__(self) -> None:
        self.connection = get_connection()
        self.carried = 0

    def __enter__(self) -> "Delivery":
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def send(self, mail: EmailMessage) -> bool:
        """Whether the server took it. A failure is logged, never raised."""
        try:
            self.carry(mail)
        except Exception:
            logger.exception("The mail “%s” to %s was not sent.", mail.subject, ", ".join(mail.to))
            return False
        return True

    def carry(self, mail: EmailMessage) -> None:
        """Raises what the server or the way to it says. What a kept connection does not carry is tried over a new one first."""
        mail.connection = self.connection
        while True:
            try:
                self.connection.open()  # nothing where it is: what ``send`` opens, it closes
                mail.send()
            except Exception as error:
                is_new = not self.carried
                self.close()
                if is_new or isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
                    raise
            else:
                self.carried += 1
                return

    def close(self) -> None:
        self.carried = 0
        try:
            self.connection.close()
        except Exception:
            logger.exception("The connection to the mail server was not closed in order.")


#: What a worker's mails go over, while one is at work here.
_kept: Delivery | None = None
