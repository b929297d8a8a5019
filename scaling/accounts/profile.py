"""What people set about themselves: the one function that stores it, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from scaling.accounts.models import AccountChange, User
from scaling.common.transactions import atomic
from scaling.common.versions import change, in_words

#: The newest changes that a page shows.
SHOWN = 20


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


@dataclass(frozen=True)
class ChangeInWords:
    """One change in words; ``who`` is empty for the person's own, ``fields`` are label, before and after."""

    at: datetime
    who: str
    fields: tuple[tuple[str, str, str], ...]


def changes_in_words(person: User) -> list[ChangeInWords]:
    """The newest first. One query."""
    return [
        ChangeInWords(
            one.at,
            "" if one.by_id == person.pk else str(one.by or _("Person nicht festgehalten")),
            tuple(_field_in_words(name, one.before.get(name), value) for name, value in one.after.items()),
        )
        for one in person.changes.select_related("by")[:SHOWN]
    ]


def _field_in_words(name: str, before: Any, after: Any) -> tuple[str, str, str]:
    field: Any = User._meta.get_field(name)
    shown = field.formfield()
    return str(field.verbose_name), in_words(shown, before), in_words(shown, after)
