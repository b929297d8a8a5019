from typing import Any

from django.core.management.base import BaseCommand

from assessments.services.demo import load_demo


class Command(BaseCommand):
    help = "Loads the fictional municipalities of fixtures/demo/ that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_demo()
        if loaded:
            self.stdout.write(f"Demo data: {loaded} municipalities loaded.")
