"""What an account says and what opens it: the one function that stores what people set about themselves, and what was there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scaling.accounts.models import AccountChange, User
from scaling.common.transactions import atomic
from scaling.common.versions import change, in_words

#: The newest changes that a page shows.
SHOWN = 20
#: What opens an account, by the name it has in a change; what it holds is written down nowhere.
CREDENTIALS = {
    "password": gettext_lazy("Passwort"),
    Authenticator.Type.TOTP.value: gettext_lazy("App für Einmalcodes"),
    Authenticator.Type.WEBAUTHN.value: gettext_lazy("Passkey oder Sicherheitsschlüssel"),
    Authenticator.Type.RECOVERY_CODES.value: gettext_lazy("Notfall-Codes"),
}


@atomic
def save_account(person: User, *, version: int | None = None, by: User | None = None, **wanted: Any) -> User:
    """Set fields of the person's own, where ``version`` is still the current one (None: as it is). Raises StaleRecord.

    ``by`` is who did it, the person where nobody is named.
    """
    current = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = {name: getattr(current, name) for name in wanted}
    if change(current, version, stored=before, wanted=wanted):
        for name, value in wanted.items():
            setattr(current, name, value)
        current.save(update_fields=[*wanted, "version"])
        write_down(current, before, by=by or current)
    return current


def write_down(person: User, before: dict[str, Any], *, by: User) -> None:
    """Keep what stood in the fields of ``before`` and stands there now, as far as it differs. One query."""
    after = {name: getattr(person, name) for name in before}
    differing = [name for name in before if before[name] != after[name]]
    if differing:
        AccountChange.objects.create(
            user=person,
            by=by,
            before={name: before[name] for name in differing},
            after={name: after[name] for name in differing},
        )


def write_down_credential(person: User, name: str, done: str, *, by: User | None) -> None:
    """Keep that one of CREDENTIALS was ``added``, ``changed`` or ``removed``. One query."""
    AccountChange.objects.create(user=person, by=by, before={name: None}, after={name: done})


@receiver([password_changed, password_set, password_reset])
def note_password(user: User, **kwargs: Any) -> None:
    write_down_credential(user, "password", "changed", by=user)


@receiver(authenticator_added)
def note_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    write_down_credential(user, authenticator.type, "added", by=user)


@receiver(authenticator_removed)
def note_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    write_down_credential(user, authenticator.type, "removed", by=user)


@receiver(authenticator_reset)
def note_renewed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    write_down_credential(user, authenticator.type, "changed", by=user)


@dataclass(frozen=True)
class ChangeInWords:
    """One change in words; ``who`` is empty for the person's own, ``fields`` are label, before and after.

    Before is empty for what opens the account, of which is only told what was done.
    """

    at: datetime
    who: str
    fields: tuple[tuple[str, str, str], ...]


def changes_in_words(person: User) -> list[ChangeInWords]:
    """The newest first. One query."""
    return [
        ChangeInWords(
            one.at,
            "" if one.by_id == person.pk else str(one.by or _("Person nicht festgehalten")),
            fields_in_words(one),
        )
        for one in person.changes.select_related("by")[:SHOWN]
    ]


def fields_in_words(one: AccountChange, names: Collection[str] | None = None) -> tuple[tuple[str, str, str], ...]:
    """Label, before and after of each field, or of those in ``names``, as in ``ChangeInWords``. No query."""
    told = one.after.items() if names is None else [(name, one.after[name]) for name in names if name in one.after]
    return tuple(_field_in_words(name, one.before.get(name), value) for name, value in told)


def _field_in_words(name: str, before: Any, after: Any) -> tuple[str, str, str]:
    if name in CREDENTIALS:
        done = {"added": _("eingerichtet"), "changed": _("geändert"), "removed": _("entfernt")}
        return str(CREDENTIALS[name]), "", done[after]
    field: Any = User._meta.get_field(name)
    shown = field.formfield()
    return str(field.verbose_name), in_words(shown, before), in_words(shown, after)
