"""``manage.py restore FILE``: puts a backup back."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from scaling.backup.archive import BadBackup
from scaling.backup.restore import NotEmpty, NotTaken, restore


class Command(BaseCommand):
    help = (
        "Puts a backup into the database and its files into their places. The file is read and compared with its checksums "
        "before anything is changed; the database is filled wholly or not at all. Stop pages and workers first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, metavar="FILE", help="The secret key (age) of an encrypted backup.")
        parser.add_argument("--replace", action="store_true", help="Throw away what is in the database.")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        var = Path(settings.VAR_DIR)
        try:
            found = restore(
                file,
                replace=options["replace"],
                identity=options["identity"],
                folder=var if var.is_dir() else None,
                stdout=self.stdout,
            )
        except BadBackup as error:
            raise CommandError(f"{error} Nothing has been changed.") from None
        except DatabaseError as error:  # those in the middle of it are NotTaken
            why = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be reached ({why}). When it can, run the same command again.") from None
        except NotEmpty:
            raise CommandError(
                "People have accounts in this database. To throw away all that is in it: --replace. Nothing has been changed."
            ) from None
        except NotTaken as error:
            raise CommandError(
                f"The backup could not be put back: {error} The database is as it was, or empty where its tables had to be "
                "made anew. When the cause is gone, run the same command again."
            ) from None
        self.stdout.write(f"Restored {found.rows} rows and {found.files} files of {found.made_at} (version {found.version}).")
        if found.missing:
            self.stdout.write(f"{len(found.missing)} uploads were missing already when the backup was made.")
        self.stdout.write("Next: manage.py prepare, manage.py doctor, then start pages and workers.")
