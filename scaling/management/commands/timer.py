"""``manage.py timer digest``: what a timer calls. Does a task and keeps that it was done, for ``manage.py doctor``."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from scaling.timers import TASKS, noted


class Command(BaseCommand):
    help = "Does what has to be done from time to time. Ends with the task's own exit code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", choices=sorted(TASKS))

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        with noted(task) as said:
            try:
                call_command(*TASKS[task].command, stdout=said)
            finally:
                self.stdout.write(said.getvalue())
