from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalogue.documents.export import edition_yaml
from catalogue.models import Edition


class Command(BaseCommand):
    help = "Writes an edition of the catalogue as YAML; the same edition always gives the same file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the edition's number, such as 2.0")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")

    def handle(self, *, number: str, output: Path | None, **options: Any) -> None:
        edition = Edition.objects.numbered(number)
        if edition is None:
            known = ", ".join(e.number for e in Edition.objects.all()) or "none"
            raise CommandError(f"There is no edition {number} (there are: {known}).")
        text = edition_yaml(edition)
        if output:
            output.write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
