"""``manage.py publish_peers``: for a timer. Makes the figures of the comparison of municipalities."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments.reports.peers.publishing import publish


class Command(BaseCommand):
    help = "Take who left out of the comparison's figures; on the first run of a quarter, take new values as well."

    def handle(self, *args: Any, **options: Any) -> None:
        done = publish()
        taken = "not the time for new values" if done.taken is None else f"{done.taken} contributions taken"
        self.stdout.write(f"{taken}; {done.figures} figures are shown.")
