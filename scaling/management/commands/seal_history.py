"""``manage.py seal_history``: for a timer. Makes what was recorded since the last run links of the chain."""

from typing import Any

from django.core.management.base import BaseCommand

from scaling.trail.sealing import head, seal


class Command(BaseCommand):
    help = "Seal new rows of all histories. The last line names the chain's end: note it down elsewhere from time to time."

    def handle(self, *args: Any, **options: Any) -> None:
        made = seal()
        number, chain = head()
        self.stdout.write(f"{made} sealed. The chain ends with {number}:{chain}")
