"""Takes one person's name out of what was approved (docs/operation.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.models import RecordFile, RecordPerson
from assessments.reports.records.renditions import make_anonymous, named_in_records
from scaling.accounts.models import User


class Command(BaseCommand):
    help = "Takes a person's name out of all approved documents and removes the files that show it. Cannot be undone."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="The e-mail address of the person's account.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_email(options["email"])
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        rows = RecordPerson.objects.filter(pk__in=named_in_records(user))
        records = sorted(set(rows.values_list("record", flat=True)))
        if not records:
            self.stdout.write(f"{user} stands in no approved document. Nothing to do.")
            return
        names = ", ".join(sorted(set(rows.values_list("name", flat=True))))
        files = RecordFile.objects.filter(record__in=records, content__isnull=False).count()
        self.stdout.write(
            f"Documents in which {user.email} stands, as {names}: {len(records)}. Their name goes for good.\n"
            f"Files kept of these documents: {files}. They will be removed, and made anew when somebody asks for them.\n"
            "Numbers, checksums and figures stay. So do names that people wrote in reasons, evidence and texts of measures."
        )
        if not options["yes"] and input('Type "yes" to go on: ').strip().lower() != "yes":
            raise CommandError("Nothing was changed.")
        done = make_anonymous(user=user)
        self.stdout.write(f"Done: {done} documents. The account itself is as it was.")
