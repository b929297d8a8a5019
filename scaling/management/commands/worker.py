"""Runs a worker that renders PDFs and sends mails, beside the processes that serve pages."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from assessments.reports.rendering.worker import work
from scaling import __version__
from scaling.common.processes import NICENESS, follow_server, hold_little, name_process
from scaling.right_database import refuse_wrong_database, watch_for_wrong_database


class Command(BaseCommand):
    help = "Renders PDFs and sends mails until it is stopped. Start one for each core that may be kept busy."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--heartbeat", type=float, default=5.0, metavar="SECONDS", help="How often it says it is there.")
        parser.add_argument(
            "--silent", type=float, default=20.0, metavar="SECONDS", help="After which a worker's jobs are given to others."
        )
        parser.add_argument(
            "--niceness", type=int, default=NICENESS, help="0 where nothing else runs on the machine; pages go first above it."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        hold_little()
        name_process("worker", __version__)
        try:
            refuse_wrong_database()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        except DatabaseError:  # it is away for the moment; the worker waits for it
            watch_for_wrong_database(os.getpid())
        follow_server()
        work(heartbeat=options["heartbeat"], silent=options["silent"], niceness=options["niceness"])
