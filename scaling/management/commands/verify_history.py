"""``manage.py verify_history``: whether the histories are what was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scaling.trail.verifying import verify


class Command(BaseCommand):
    help = "Look for rows of histories that were changed, removed or put in behind the app's back. Exit code 1 if there are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--known", metavar="NUMBER:VALUE", help="a link noted down earlier, which has to be found again")

    def handle(self, *args: Any, known: str | None, **options: Any) -> None:
        number, _colon, chain = (known or "").strip().partition(":")
        if known and not (number.isascii() and number.isdigit() and len(chain) == 64):
            raise CommandError("--known is a number, a colon and 64 hexadecimal digits, as seal_history prints them.")
        report = verify((int(number), chain) if known else None)
        for finding in report.findings:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"{report.sealed} links, the last {report.sealed}:{report.head}. "
            f"Removed for a reason: {report.gone}, rewritten: {report.rewritten}. Not sealed yet: {report.waiting}."
        )
        if report.findings:
            raise CommandError(f"{len(report.findings)} findings.")
        self.stdout.write("The histories are what was sealed.")
