"""No line of the log holds what opens something: Django names the address of each page that was not found."""

import logging
import re

#: Parts of addresses that open something for whoever has them: shared profiles, workshops, invitations, unsubscribing, new
#: passwords.
_SECRETS = re.compile(r"/(geteilt|w|einladung|konto/abbestellen|konto/password/reset/key)/[^/\s?\"']+")


#: What the queue says of a mail's job, which would be the whole mail.
_MAILS = re.compile(r"(send_mail\[\d*\])\(.*\)", re.DOTALL)


def without_tokens(text: str) -> str:
    """For a text of many lines."""
    return _SECRETS.sub(r"/\1/…", text)


def without_secrets(text: str) -> str:
    """For one message: of what the queue says of a mail, it leaves nothing but the task's name and its end."""
    return _MAILS.sub(r"\1(…)", without_tokens(text))


class SecretsFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secrets(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(without_secrets(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
