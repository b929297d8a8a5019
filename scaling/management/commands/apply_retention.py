"""``manage.py apply_retention``: for a timer. Removes what the settings say is kept no longer."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from scaling.privacy.retention import apply_retention
from scaling.right_clock import add_argument, refuse_doubtful_clock
from scaling.timers import noted


class Command(BaseCommand):
    help = "Remove what is kept no longer (docs/operation.md, Retention), and files that nothing has pointed to for 30 days."

    def add_arguments(self, parser: CommandParser) -> None:
        add_argument(parser)

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        with noted("retention"):  # by whatever way it was called: the next run measures its clock by this one
            refuse_doubtful_clock(is_right=clock_is_right)
            for name, number in apply_retention().items():
                self.stdout.write(f"{name}: {number}")
            call_command("delete_unused_files", clock_is_right=True, stdout=self.stdout)
