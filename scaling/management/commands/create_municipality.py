"""The first step of every municipality: make it, and invite the person who manages it."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scaling.accounts.municipalities import create_municipality


class Command(BaseCommand):
    help = "Create a municipality and invite its first manager by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="with its designation, such as “Stadt Bamberg”")
        parser.add_argument("--ags", required=True, help="official municipality key, eight digits")
        parser.add_argument("--manager", required=True, metavar="EMAIL", help="who manages it and invites the others")

    def handle(self, *args: Any, name: str, ags: str, manager: str, **options: Any) -> None:
        try:
            invitation = create_municipality(name=name, ags=ags, manager=manager, by=None)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(
            f"{invitation.municipality} is there; the invitation to {invitation.email} is on its way: a worker sends it. "
            "What waits: manage.py jobs."
        )
