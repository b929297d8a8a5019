"""The first step of every municipality: make it, and invite the person who manages it."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from scaling.accounts.invitations import invite
from scaling.accounts.models import Municipality, Role, normal_email
from scaling.common.text import tidy_line


class Command(BaseCommand):
    help = "Create a municipality and invite its first manager by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="with its designation, such as “Stadt Bamberg”")
        parser.add_argument("--ags", required=True, help="official municipality key, eight digits")
        parser.add_argument("--manager", required=True, metavar="EMAIL", help="who manages it and invites the others")

    def handle(self, *args: Any, name: str, ags: str, manager: str, **options: Any) -> None:
        name, ags, manager = tidy_line(name), tidy_line(ags), normal_email(manager)
        # Run again for a municipality that nobody joined yet, it sends the invitation once more.
        municipality = Municipality.objects.filter(ags=ags, name=name, memberships=None).first()
        municipality = municipality or Municipality(name=name, ags=ags)
        try:
            validate_email(manager)
            municipality.full_clean()
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        with transaction.atomic():
            municipality.save()
            invitation = invite(municipality=municipality, email=manager, role=Role.MANAGER, by=None)
        invitation.refresh_from_db()
        if invitation.sent_at is None:
            raise CommandError(
                f"{municipality} was created, but the invitation to {invitation.email} could not be sent. "
                "Check EMAIL_URL, then run the same command again."
            )
        self.stdout.write(f"{municipality} is there; the invitation to {invitation.email} is on its way.")
