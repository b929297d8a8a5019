"""Mails to people: each in the person's own language, plain text, sent one by one so that one bad address stops no other."""

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from scaling.common.addresses import absolute_url

logger = logging.getLogger(__name__)


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


def deliver(mails: Iterable[EmailMessage]) -> list[EmailMessage]:
    """Send the mails over one connection and return those the server took. A failure is logged, never raised."""
    mails = list(mails)
    if not mails:
        return []
    sent = []
    connection = get_connection()
    try:
        connection.open()
        for mail in mails:
            mail.connection = connection
            try:
                mail.send()
                sent.append(mail)
            except Exception:
                logger.exception("The mail “%s” to %s was not sent.", mail.subject, ", ".join(mail.to))
    except Exception:
        logger.exception("The mail server cannot be reached; %s mails were not sent.", len(mails))
    finally:
        try:
            connection.close()
        except Exception:
            logger.exception("The connection to the mail server was not closed in order.")
    return sent
