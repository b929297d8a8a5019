import json
from typing import Any

from django.core.management.base import BaseCommand

from assessments.reports.export.record_schema import record_schema


class Command(BaseCommand):
    help = "Prints the JSON schema of a record's document, for assessments/reports/export/schema/record-1.json."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(record_schema(), ensure_ascii=False, indent=2))
