"""Sends the weekly digest. Meant for a timer (docs/operation.md); running it twice in a week sends nothing twice."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.mail.digest import compose_digest, digest_for, due_people, send_digest
from scaling.common.mail import Delivery


class Command(BaseCommand):
    help = "Mails everyone who wants it what waits for them: open assessments, due measures, approvals. Once a week."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Print the mails; send nothing and remember nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        sent = nothing = failed = 0
        with Delivery() as delivery:
            for person in due_people(today):
                digest = digest_for(person, today)
                if digest.is_empty:
                    nothing += 1
                elif options["dry_run"]:
                    mail = compose_digest(digest)
                    self.stdout.write(f"To: {person.email}\nSubject: {mail.subject}\n\n{mail.body}\n")
                    sent += 1
                elif send_digest(digest, today, delivery):
                    sent += 1
                else:
                    failed += 1
        verb = "would be sent" if options["dry_run"] else "sent"
        self.stdout.write(f"{sent} {verb}, {nothing} with nothing to say, {failed} failed")
        if failed:
            raise CommandError(f"{failed} mails were not sent")
