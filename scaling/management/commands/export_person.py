"""``manage.py export_person``: all data of a person as a ZIP, for an operator to hand out."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scaling.accounts.models import User
from scaling.privacy.exports import write_export
from scaling.trail.events import note
from scaling.trail.models import EventKind


class Command(BaseCommand):
    help = "Write all data of a person, and the files they brought, into a ZIP that only its owner may read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address of the person's account")
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, email: str, file: Path, **options: Any) -> None:
        user = User.objects.with_email(email)
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        try:
            target = file.open("xb")
        except OSError as error:
            raise CommandError(f"The app's user cannot write {file.absolute()}: {error.strerror}.") from None
        with target:
            file.chmod(0o600)
            write_export(target, person=user, municipality=None)
        note(EventKind.EXPORTED, person=user.pk)
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
