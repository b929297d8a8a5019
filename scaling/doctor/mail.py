"""The mail server: whether it takes us, and with ``--mail`` whether a mail arrives."""

import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from scaling.common.addresses import absolute_url
from scaling.doctor.findings import Check, Complaint, problem, warning


def server() -> Iterator[Complaint]:
    """Connects and signs in; sends nothing."""
    connection = get_connection()
    try:
        connection.open()
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


CHECKS = [Check("mail server", server, in_demo=False)]
