from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.services.demo import NotTheDemosDatabase, load_demo


class Command(BaseCommand):
    help = "Loads the fictional municipalities of fixtures/demo/ that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_demo()
        except NotTheDemosDatabase as error:
            raise CommandError(str(error)) from None
        if loaded:
            self.stdout.write(f"Demo data: {loaded} municipalities loaded.")
