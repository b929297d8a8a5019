"""``manage.py build``: makes translations and static files beside the code, once, when a version is installed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from scaling.preparation import build


class Command(BaseCommand):
    help = "Makes translations and static files below build/, beside the code. Needs neither settings nor a database."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        build()
        self.stdout.write(f"Made {settings.LOCALE_PATHS[0]} and {settings.STATIC_ROOT}")
