"""Writes the facts of the example profile, once the demo's data has changed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.models import Assessment
from assessments.reports.profile.example import FOLDER, PROJECT, ROUND, Untranslated, file_of, in_english, write_facts
from assessments.reports.records.document import facts_in
from assessments.reports.records.keeping import current_record
from assessments.services.demo import demo_in_english


class Command(BaseCommand):
    help = f"Writes the example profile's facts, in each language, from round {ROUND} of the demo's project {PROJECT}."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help="Default: fixtures/example.")

    def handle(self, *args: Any, **options: Any) -> None:
        assessment = Assessment.objects.with_context().filter(project__slug=PROJECT, round=ROUND).first()
        if assessment is None:
            raise CommandError("The demo's data is not loaded: ./run reset, then start the demo.")
        options["folder"].mkdir(parents=True, exist_ok=True)
        record = current_record(assessment)
        if record is None:
            raise CommandError("The demo's round is not approved: ./run reset, then start the demo.")
        for language, _name in settings.LANGUAGES:
            facts = facts_in(record.document, language=language, names=record.names)
            if language == "en":
                try:
                    facts = in_english(facts, demo_in_english())
                except Untranslated as untranslated:
                    raise CommandError(f"No English beside this text in fixtures/demo: {untranslated}") from untranslated
            write_facts(file_of(language, options["folder"]), facts)
            self.stdout.write(str(file_of(language, options["folder"])))
