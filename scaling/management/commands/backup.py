"""``manage.py backup FILE``: everything that people entered in one file; ``--check`` reads one without changing anything."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from scaling.backup.archive import BadBackup, recipient_problem, sweep
from scaling.backup.create import NoTables, create
from scaling.backup.restore import look_into
from scaling.right_clock import CONFIRM, doubt

#: So many of the newest stay, however old they are.
LEAST_KEPT = 3


class Command(BaseCommand):
    help = "Writes a backup while the app goes on: database, uploads, templates of your own. Wholly or not at all."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("file", type=Path, nargs="?", help="Where to write it; an existing file is not overwritten.")
        target.add_argument(
            "--into-folder", action="store_true", help="Into BACKUP_DIR, and delete those older than BACKUP_KEEP_DAYS."
        )
        target.add_argument(
            "--check", type=Path, metavar="FILE", help="Read a backup, compare it with its checksums, say what it holds."
        )
        parser.add_argument(
            "--identity", type=Path, metavar="FILE", help="The secret key (age) of an encrypted one, for --check."
        )
        parser.add_argument(
            "--recipient", action="append", metavar="age1…", help="Encrypt for this key instead of BACKUP_RECIPIENTS."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_file(options["check"], options["identity"])
            return
        recipients = options["recipient"] or settings.BACKUP_RECIPIENTS
        for recipient in recipients:
            if said := recipient_problem(recipient):
                raise CommandError(f"Nothing is encrypted, nothing written: {said} age-keygen makes a pair.")
        path = self.next_file(encrypted=bool(recipients)) if options["into_folder"] else options["file"]
        try:
            if path.exists():
                raise CommandError(f"{path} is there already.")
            if options["into_folder"]:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                sweep(path.parent)
            written = create(path, recipients, self.stdout)
        except NoTables:
            raise CommandError(
                "This database holds nothing of the app: is DATABASE_URL right? Otherwise: manage.py prepare."
            ) from None
        except OSError as error:
            why = error.strerror or error
            raise CommandError(f"The app's user cannot write {path.absolute()} ({why}). There is no backup.") from None
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be read ({str(error).strip().splitlines()[0]}). There is no backup."
            ) from None
        self.stdout.write(f"{path}: {written.rows} rows, {written.files} files, {written.bytes / 1_000_000:.1f} MB")
        for name in written.missing:
            self.stderr.write(f"The upload {name} is missing; everything else is in the backup.")
        if options["into_folder"]:
            if said := doubt():
                self.stderr.write(f"{said} No older backup is deleted. If this clock is right: {CONFIRM}")
                return
            for old in self.outdated(path):
                old.unlink()
                self.stdout.write(f"{old} deleted (older than {settings.BACKUP_KEEP_DAYS} days)")

    def check_file(self, path: Path, identity: Path | None) -> None:
        try:
            found = look_into(path, identity)
        except BadBackup as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{path} is whole: {found.rows} rows and {found.files} files of {found.site}, made at {found.made_at} by version "
            f"{found.version} on PostgreSQL {found.postgresql}."
        )
        if found.missing:
            self.stdout.write(f"Uploads that were missing: {', '.join(found.missing)}")
        self.stdout.write(f"An installation built anew also needs: {', '.join(found.secrets) or 'no secrets'}")

    def next_file(self, *, encrypted: bool) -> Path:
        moment = timezone.localtime().strftime("%Y-%m-%d-%H%M%S")
        return settings.BACKUP_DIR / f"skalierungscheck-{moment}.tar.gz{'.age' if encrypted else ''}"

    def outdated(self, newest: Path) -> list[Path]:
        """Backups that are older than they have to be kept. The names tell the order, the files the age."""
        before = (timezone.now() - timedelta(days=settings.BACKUP_KEEP_DAYS)).timestamp()
        found = sorted(newest.parent.glob("skalierungscheck-*.tar.gz*"))
        return [path for path in found[:-LEAST_KEPT] if path.stat().st_mtime < before]
