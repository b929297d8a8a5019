from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import Incomplete

OUTCOMES = {
    "created": "created",
    "replaced": "replaced the draft",
    "unchanged": "unchanged, nothing to do",
}


class Command(BaseCommand):
    help = "Loads catalogue editions from files: all of them or, if anything is wrong, none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--publish", action="store_true", help="publish the editions, in the order of the files")
        parser.add_argument("--dry-run", action="store_true", help="check everything and change nothing")

    def handle(self, *, files: list[Path], publish: bool, dry_run: bool, **options: Any) -> None:
        try:
            # Commands speak English; the messages about the files are the ones the upload page shows.
            with translation.override("en"), transaction.atomic():
                loaded = [load_file(path.read_bytes(), str(path)) for path in files]
                results = import_files(loaded, publish=publish)
                transaction.set_rollback(dry_run)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except CatalogueFileError as error:
            raise CommandError(str(error)) from error
        except Incomplete as error:
            raise CommandError("\n".join(map(str, [error, *error.missing]))) from error
        for result in results:
            published = ", published" if result.published else ""
            self.stdout.write(f"{result.name}: edition {result.edition.number} {OUTCOMES[result.outcome]}{published}")
        if dry_run:
            self.stdout.write("Dry run: nothing was saved.")
