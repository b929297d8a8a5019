"""``manage.py delete_municipality``: a municipality and everything that belongs to it, for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scaling.accounts.models import Municipality
from scaling.privacy.anonymising import anonymise
from scaling.privacy.erasing import erase, extent, only_here


class Command(BaseCommand):
    help = "Delete a municipality with projects, answers, documents, histories and files. Cannot be undone; export it first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ags", help="its official key, eight digits")
        parser.add_argument("--accounts", action="store_true", help="also make those anonymous who belong to no other")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, ags: str, accounts: bool, yes: bool, **options: Any) -> None:
        municipality = Municipality.objects.filter(ags=ags).first()
        if municipality is None:
            raise CommandError(f"There is no municipality {ags}.")
        found = extent(municipality)
        for name, number in found.rows:
            self.stdout.write(f"{name}: {number}")
        self.stdout.write(f"Files: {found.files}. Accounts that belong nowhere else: {found.accounts}.")
        if not yes and input(f'Type "{municipality.name}" to delete all of it: ').strip() != municipality.name:
            raise CommandError("Nothing was changed.")
        alone = list(only_here(municipality)) if accounts else []
        gone = erase(municipality=municipality, by=None)
        for user in alone:
            anonymise(user=user)
        self.stdout.write(f"Deleted: {sum(gone.values())} rows. Made anonymous: {len(alone)} accounts.")
