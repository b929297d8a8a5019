"""What tests of invitations and members do over and over."""

import re

from django.core import mail

NEW = "neu@example.org"
JOIN = {"name": "Nora Neu", "password": "vier Birken am Hafen", "repeated": "vier Birken am Hafen"}


def link_in(letter: mail.EmailMessage) -> str:
    (link,) = re.findall(r"http://[^/]+(/einladung/\S+)", str(letter.body))
    return link


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
