"""The mail server: whether it takes us, and with ``--mail`` whether a mail arrives."""

import re
import smtplib
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from scaling.common.addresses import absolute_url
from scaling.doctor.findings import Check, Complaint, problem, warning

#: Names that lead nowhere (RFC 2606, RFC 6762), such as those of our examples.
RESERVED = re.compile(r"\.(example|example\.(com|net|org)|invalid|test|localhost|local|localdomain)$")


def server() -> Iterator[Complaint]:
    """Connects, signs in and names the sender; sends nothing."""
    connection = get_connection()
    try:
        connection.open()
        yield from refused_sender(getattr(connection, "connection", None))
    except smtplib.SMTPAuthenticationError:
        yield problem(
            "The mail server refuses user or password.", "Correct them in EMAIL_URL; special characters as %40, %2F …"
        )
    except (OSError, smtplib.SMTPException) as error:
        yield problem(
            f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} cannot be reached ({error}).",
            "Correct EMAIL_URL (smtp+tls:// for port 587, smtp+ssl:// for 465), or let the firewall pass.",
        )
    finally:
        connection.close()
    if settings.EMAIL_HOST not in ("localhost", "127.0.0.1", "::1") and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield warning("Mails go to the mail server in clear text.", "Write smtp+tls:// or smtp+ssl:// in EMAIL_URL.")


def refused_sender(open_connection: smtplib.SMTP | None) -> Iterator[Complaint]:
    """Whether the server takes mails from DEFAULT_FROM_EMAIL, as it would hear of the next one."""
    if open_connection is None:  # a backend that sends nothing
        return
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    open_connection.ehlo_or_helo_if_needed()
    code, said = open_connection.mail(sender)
    open_connection.rset()
    if code >= 400:
        yield problem(
            f"The mail server takes no mail from {sender}: {code} {said.decode(errors='replace')}",
            "Set DEFAULT_FROM_EMAIL to an address that it may send for.",
        )


def sender() -> Iterator[Complaint]:
    """Whether somebody can answer, and other servers believe the sender."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = address.rpartition("@")[2].lower().rstrip(".")
    if RESERVED.search(f".{domain}") or "." not in domain:
        yield problem(
            f"Mails come from {address}, and there is no {domain} in the internet: other servers refuse them.",
            "Set DEFAULT_FROM_EMAIL to a mailbox of your own.",
        )
        return
    known = (urlsplit(settings.SITE_URL).hostname or "", settings.EMAIL_HOST, settings.EMAIL_HOST_USER.rpartition("@")[2])
    if _registered(domain) not in [_registered(name.lower()) for name in known]:
        yield warning(
            f"Mails come from {address}, but neither this app nor its mail server belongs to {domain}: they may count as spam.",
            "See whether one arrives: doctor --mail ADDRESS. If not, set another DEFAULT_FROM_EMAIL, or have the mail server "
            "entered in that domain's SPF.",
        )


def _registered(name: str) -> str:
    """The part of a host name that somebody registered, nearly: its last two words."""
    return ".".join(name.rstrip(".").split(".")[-2:])


def send_to(address: str) -> Check:
    """A check that sends one mail."""

    def send() -> Iterator[Complaint]:
        mail = EmailMessage(
            "Skalierungscheck: Probe",
            _("Diese Probe hat „manage.py doctor“ verschickt. Die Anwendung steht unter %s") % absolute_url("/") + "\n",
            to=[address],
        )
        try:
            mail.send()
        except (OSError, smtplib.SMTPException) as error:
            yield problem(
                f"The mail to {address} was not taken: {error}",
                "If it is about the sender, set DEFAULT_FROM_EMAIL to an address that the mail server may send for.",
            )

    return Check(f"mail to {address}", send)


CHECKS = [Check("mail server", server, in_demo=False), Check("mail sender", sender, in_demo=False)]
