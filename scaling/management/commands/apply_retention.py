"""``manage.py apply_retention``: for a timer. Removes what the settings say is kept no longer."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from scaling.privacy.retention import apply_retention


class Command(BaseCommand):
    help = "Remove what is kept no longer (docs/operation.md, Retention), and files that nothing has pointed to for 30 days."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in apply_retention().items():
            self.stdout.write(f"{name}: {number}")
        call_command("delete_unused_files", stdout=self.stdout)
