"""``manage.py delete_unused_files``: for a weekly timer. Deletes files that nothing has pointed to for a while."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assessments.services import evidence_files
from scaling.accounts import coats_of_arms
from scaling.common.stored_files import UNUSED_FOR
from scaling.right_clock import add_argument, refuse_doubtful_clock


class Command(BaseCommand):
    help = "Delete uploaded files (evidence, coats of arms) that nothing has pointed to for some days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=UNUSED_FOR.days, help="unused for at least so long (default %(default)s)"
        )
        add_argument(parser)

    def handle(self, *args: Any, days: int, clock_is_right: bool, **options: Any) -> None:
        refuse_doubtful_clock(is_right=clock_is_right)
        unused_for = timedelta(days=max(days, 1))
        deleted = [
            *evidence_files.delete_unused_files(unused_for=unused_for),
            *coats_of_arms.delete_unused_files(unused_for=unused_for),
        ]
        for name in deleted:
            self.stdout.write(name)
        self.stdout.write(f"{len(deleted)} deleted.")
