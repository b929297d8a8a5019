"""A person leaves for good: their account, name and address go, what they did stays as somebody's who is not named any more."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, JSONField, Model, TextField
from django.utils import timezone
from django.utils.translation import gettext, override
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.models import AssessmentRecord, Evidence, RecordPerson, WorkbookUpload
from assessments.reports.records.renditions import make_anonymous
from catalogue.models import CatalogueUpload
from scaling.accounts import sign_ins
from scaling.accounts.invitations import remove
from scaling.accounts.models import AccountChange, Invitation, Membership, Municipality, PeopleList, User
from scaling.common.history import attribute_to, rewriting_history
from scaling.common.locks import delete, lock
from scaling.common.transactions import atomic
from scaling.models import SubmittedForm
from scaling.privacy.exports import forget_exports
from scaling.privacy.rows import in_batches, rows_of_municipality, tables
from scaling.trail.events import note
from scaling.trail.models import EventKind
from scaling.trail.rewriting import BY_TABLE, forget_rows, reseal
from scaling.trail.sealing import take_lock

#: Ends the address that takes the place of theirs: a domain that can never be anybody's (RFC 2606).
DOMAIN = "anonym.invalid"


@dataclass(frozen=True)
class Done:
    """``records`` in which they stood; ``texts`` in which name or address were replaced; ``files`` they brought, whose content
    nobody has looked into. ``name_kept`` says that the name stays in texts: it is one word, or another member's as well.
    """

    records: int
    texts: int
    files: int
    name_kept: bool


@atomic
def anonymise(*, user: User, by: Any = None) -> Done:
    """Take a person's name and address out of account, records, histories, texts, invitations and mails that wait.

    Documents of records stay, since their checksums would not be true any more; they hold people by reference, and what
    somebody wrote about the person in a reason stays in them. Raises LastManager where a municipality would have no manager
    left; then nothing has changed. Some three hundred queries for each municipality they belonged to; the chain is held
    until the end.
    """
    lock(Municipality.objects.filter(pk__in=list(user.memberships.values_list("municipality", flat=True))))
    user = User.objects.select_for_update().get(pk=user.pk)
    name, email = user.name, user.email
    places = list(_places(user))
    for membership in Membership.objects.filter(user=user).select_related("user", "municipality").order_by("municipality_id"):
        remove(membership=membership, by=by)
    kept = not _is_theirs_alone(user, places)
    files = Evidence.objects.filter(added_by=user).exclude(file="").values("file").distinct().count()
    records = make_anonymous(user=user, by=by)
    _close_account(user, by)
    texts = _replace_everywhere(email, name, user, [] if kept else places)
    note(EventKind.ANONYMISED, by=by, person=user.pk, records=records)
    return Done(records, texts, files, kept)


def stand_in(user: User) -> tuple[str, str]:
    """Name and address that take the place of theirs."""
    with override("de"):
        return gettext("Ehemalige Person %(number)s") % {"number": user.pk}, f"person-{user.pk}@{DOMAIN}"


def _places(user: User) -> Iterable[Municipality]:
    """Where they belong or belonged, or stand in a document."""
    pks = {
        *Membership.history.filter(user_id=user.pk).values_list("municipality_id", flat=True),
        *RecordPerson.objects.filter(user=user).values_list("record__municipality", flat=True),
    }
    return Municipality.objects.filter(pk__in=pks).order_by("pk")


def _is_theirs_alone(user: User, places: list[Municipality]) -> bool:
    """Whether the name in a text of these municipalities is theirs: first and last name, and nobody else's there."""
    others = User.objects.filter(name__iexact=user.name, memberships__municipality__in=places).exclude(pk=user.pk)
    return len(user.name.split()) > 1 and not others.exists()


def _close_account(user: User, by: Any) -> None:
    sign_ins.end_all_of(user)
    for model in (EmailAddress, SocialAccount, Authenticator, SubmittedForm, WorkbookUpload, PeopleList):
        delete(model._base_manager.filter(user=user))
    delete(CatalogueUpload.objects.filter(owner=user))
    forget_exports(before=timezone.now(), where={"person": user})
    forget_exports(before=timezone.now(), where={"ordered_by": user})
    forget_rows(AccountChange, AccountChange.objects.filter(user=user).values_list("pk", flat=True))
    for invitation in Invitation.objects.open().filter(email=user.email):
        attribute_to(invitation, by)
        invitation.delete()
    delete(ProcrastinateJob.objects.filter(args__message__to__contains=[user.email]))
    kind = ContentType.objects.get_for_model(User)
    name, email = stand_in(user)
    told = lock(AdminLogEntry.objects.filter(content_type=kind, object_id=str(user.pk)))
    AdminLogEntry.objects.filter(pk__in=told).update(object_repr=name)
    user.name, user.email = name, email
    user.is_active = user.is_staff = user.is_superuser = user.is_curator = user.wants_notices = user.wants_digest = False
    user.second_factor_due = user.last_login = user.locked_by = user.digest_sent_on = None
    user.set_unusable_password()
    user.groups.clear()
    user.user_permissions.clear()
    user.save()


#: Texts that stay: of the catalogue, which is public and names whom it quotes, and the documents that checksums speak for.
_UNTOUCHED: dict[type[Model], set[str]] = {AssessmentRecord: {"document"}}


def _replace_everywhere(email: str, name: str, user: User, places: list[Municipality]) -> int:
    """The address in all texts, the name in those of ``places``; returns in how many columns of rows."""
    new_name, new_email = stand_in(user)
    address = (rf"(?<![\w.+-]){re.escape(email)}(?![\w-])", new_email)
    whole_name = (rf"(?<!\w){re.escape(name)}(?!\w)", new_name)
    scope: dict[type[Model], set[int]] = {}
    for place in places:
        for model, pks in rows_of_municipality(place).items():
            scope.setdefault(model, set()).update(pks)
    changed = 0
    with rewriting_history():
        take_lock()
        every: list[type[Model]] = [*tables(), ProcrastinateJob]
        for model in every:
            if model._meta.app_label in ("catalogue", "sessions"):
                continue
            found = _replace(model, address)
            in_scope = scope.get(model)
            if in_scope:
                for some in in_batches(in_scope):
                    found += _replace(model, whole_name, some)
            elif model is ProcrastinateJob and places:
                found += _replace(model, whole_name)
            changed += len(found)
            if found and model._meta.db_table in BY_TABLE:
                reseal(BY_TABLE[model._meta.db_table], found)
    return changed


def _replace(model: type[Model], what: tuple[str, str], pks: list[int] | None = None) -> list[int]:
    """Replace a pattern in each text of the table, or of these rows; returns primary keys, one for each column that changed."""
    quote = connection.ops.quote_name
    key = quote(str(model._meta.pk.column))
    found: list[int] = []
    for field in model._meta.concrete_fields:
        if not isinstance(field, CharField | TextField | JSONField | ArrayField) or field.primary_key:
            continue
        if field.name in _UNTOUCHED.get(model, ()) or field.choices:
            continue
        column = quote(str(field.column))
        as_stored = "::jsonb" if isinstance(field, JSONField) else f"::{field.db_type(connection)}"
        where = "" if pks is None else f" AND {key} = ANY(%s)"
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quote(model._meta.db_table)} "  # noqa: S608 – names of ours
                f"SET {column} = regexp_replace({column}::text, %s, %s, 'gi'){as_stored} "
                f"WHERE {key} IN (SELECT {key} FROM {quote(model._meta.db_table)} "
                f"WHERE {column}::text ~* %s{where} ORDER BY {key} FOR UPDATE) RETURNING {key}",
                [what[0], what[1], what[0], *([] if pks is None else [pks])],
            )
            found += [pk for (pk,) in cursor.fetchall()]
    return found
