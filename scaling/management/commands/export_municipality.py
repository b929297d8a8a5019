"""``manage.py export_municipality``: all a municipality holds, as JSON and files in a ZIP."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scaling.accounts.models import Municipality
from scaling.privacy.exports import write_export
from scaling.trail.events import note
from scaling.trail.models import EventKind


class Command(BaseCommand):
    help = "Write everything that belongs to a municipality, files included, into a ZIP that only its owner may read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ags", help="its official key, eight digits")
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, ags: str, file: Path, **options: Any) -> None:
        municipality = Municipality.objects.filter(ags=ags).first()
        if municipality is None:
            raise CommandError(f"There is no municipality {ags}.")
        try:
            target = file.open("xb")
        except OSError as error:
            raise CommandError(f"The app's user cannot write {file.absolute()}: {error.strerror}.") from None
        with target:
            file.chmod(0o600)
            write_export(target, person=None, municipality=municipality)
        note(EventKind.EXPORTED, municipality=municipality)
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
