import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection

from assessments.reports.peers.publishing import publish
from catalogue.models import Edition, EditionState
from scaling.accounts.models import Municipality
from scaling.common.embedded import is_embedded
from scaling.load_data.copies import Copier
from scaling.load_data.patterns import AGS, make_patterns
from scaling.load_data.places import make_places, names, numbers_of_projects


class Command(BaseCommand):
    help = "Fills the demo's database with fictional municipalities by the ten thousand, to measure with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--municipalities", type=int, default=11_000)
        parser.add_argument("--projects", type=int, default=40_000, help="in all, the municipalities as a whole among them")

    def handle(self, *args: Any, municipalities: int, projects: int, **options: Any) -> None:
        if not is_embedded():
            raise CommandError("Load data is only made in the demo's own database: everybody knows its passwords.")
        try:
            is_ready = Edition.objects.filter(state=EditionState.PUBLISHED).exists()
        except ProgrammingError:  # without a table
            is_ready = False
        if not is_ready:
            raise CommandError("Load data is made from the demo's catalogue, which is not loaded yet: start the demo once.")
        if Municipality.objects.filter(ags=AGS).exists():
            raise CommandError("There is load data already: ./run reset begins anew.")
        most = sum(1 for _name in names())
        if not 1 <= municipalities <= most or projects < municipalities:
            raise CommandError(f"From 1 to {most} municipalities, and a project for each at least.")
        start = time.monotonic()

        def tell(said: str) -> None:
            self.stdout.write(f"{time.monotonic() - start:6.0f} s  {said}")
            self.stdout.flush()

        numbers = numbers_of_projects(municipalities, projects)
        copier = Copier(*make_patterns())
        tell("patterns made")
        places = make_places(municipalities)
        tell(f"{municipalities} municipalities")
        copier.copy_into(places, numbers, tell)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        tell("statistics taken")
        tell(f"{publish().figures} figures of the comparison published")
