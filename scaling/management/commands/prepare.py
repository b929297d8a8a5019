"""``manage.py prepare``: brings the database to this version, before pages and workers start."""

from typing import Any

from django.core.management.base import BaseCommand

from scaling.preparation import build_is_current, prepare_database


class Command(BaseCommand):
    help = "Makes or updates tables and catalogue. Can be repeated; hosts that do it at once wait for each other."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_database(self.stdout)
        if not build_is_current():
            self.stderr.write("Static files or translations are not of this version: run manage.py build.")
