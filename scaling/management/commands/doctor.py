"""``manage.py doctor``: looks whether this installation is in order, and says what to do where it is not."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from scaling import __version__
from scaling.doctor import backups, database, machine, mail, services, sign_in, web
from scaling.doctor.findings import Check, Finding, Severity, counted, run

MARKS = {Severity.OK: "ok", Severity.WARNING: "WARNING", Severity.PROBLEM: "PROBLEM", Severity.SKIPPED: "skipped"}


def checks(mail_to: str | None = None) -> list[Check]:
    sending = [mail.send_to(mail_to)] if mail_to else []
    return [
        *machine.CHECKS,
        *database.CHECKS,
        *backups.CHECKS,
        *mail.CHECKS,
        *sending,
        *web.CHECKS,
        *sign_in.CHECKS,
        *services.CHECKS,
    ]


class Command(BaseCommand):
    help = "Looks whether the installation is in order. Ends with 1 where there is a problem; a warning is none."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="For a monitoring: one object with all findings.")
        parser.add_argument("--mail", metavar="ADDRESS", help="Send one mail there, too.")
        parser.add_argument("--only", nargs="+", metavar="CHECK", help="Only the checks of these names, such as “timers”.")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = checks(options["mail"])
        if options["only"]:
            wanted = [check for check in wanted if check.name in options["only"]]
        findings = self.told(run(wanted, demo=settings.DEMO), quiet=options["json"])
        if options["json"]:
            content = {"version": __version__, "demo": settings.DEMO, "findings": [found.as_json() for found in findings]}
            self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))
        problems = sum(found.level is Severity.PROBLEM for found in findings)
        if not options["json"]:
            warnings = sum(found.level is Severity.WARNING for found in findings)
            self.stdout.write(f"{counted(problems, 'problem')}, {counted(warnings, 'warning')} (version {__version__})")
        if problems:
            raise SystemExit(1)

    def told(self, findings: Iterable[Finding], *, quiet: bool) -> list[Finding]:
        """Each as it comes: some take seconds."""
        found = []
        for finding in findings:
            found.append(finding)
            if not quiet:
                self.stdout.write(f"{finding.check:26} {MARKS[finding.level]:8} {finding.said}".rstrip())
                if finding.do:
                    self.stdout.write(f"{'':26} {'':8} → {finding.do}")
                self.stdout.flush()
        return found
