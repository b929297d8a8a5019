"""Takes one person's name and address out of everything (docs/operation.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.models import RecordFile, RecordPerson
from assessments.reports.records.renditions import named_in_records
from scaling.accounts.invitations import LastManager
from scaling.accounts.models import User
from scaling.privacy.anonymising import anonymise


class Command(BaseCommand):
    help = "Closes a person's account and takes name and address out of documents, histories and texts. Cannot be undone."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="The e-mail address of the person's account.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_email(options["email"])
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        rows = RecordPerson.objects.filter(pk__in=named_in_records(user))
        records = sorted(set(rows.values_list("record", flat=True)))
        names = ", ".join(sorted({user.name, *rows.values_list("name", flat=True)}))
        files = RecordFile.objects.filter(record__in=records, content__isnull=False).count()
        self.stdout.write(
            f"The account of {user.email} is closed for good, with its sign-ins, memberships and second factors.\n"
            f"Documents in which {user.email} stands, as {names}: {len(records)}. Their name goes for good.\n"
            f"Files kept of these documents: {files}. They will be removed, and made anew when somebody asks for them.\n"
            "Numbers, checksums and figures stay. So does what people wrote in the reasons of approved documents."
        )
        if not options["yes"] and input('Type "yes" to go on: ').strip().lower() != "yes":
            raise CommandError("Nothing was changed.")
        try:
            done = anonymise(user=user)
        except LastManager:
            raise CommandError(
                "Nothing was changed: the person is a municipality's only manager. Make somebody else one first."
            ) from None
        self.stdout.write(f"Done: {done.records} documents, {done.texts} texts.")
        if done.name_kept:
            self.stdout.write(
                "The name stays in texts: it is a single word, or another member of theirs bears it. The address went."
            )
        if done.files:
            self.stdout.write(f"Nobody has looked into {done.files} files that the person brought: /protokoll/ names them.")
