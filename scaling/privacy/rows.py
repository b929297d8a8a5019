"""Which rows belong to a municipality, or speak of a person: found by foreign keys, so that a new table joins by itself."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model

from scaling.accounts.models import Municipality, User

RowsByModel = dict[type[Model], set[int]]

#: Apps whose tables can hold data of people or municipalities. All others are the framework's own lists.
APPS = ("accounts", "catalogue", "assessments", "reports", "scaling", "account", "mfa", "socialaccount", "admin", "sessions")
#: Never reached from a municipality: people belong to themselves, seals to the chain.
APART = ("accounts.user", "scaling.seal", "scaling.sealedcolumns")
#: Columns that open something, or only say how: in no file that is handed out.
SECRET = frozenset({"password", "token", "token_hash", "name_key", "page", "data", "session_key", "session_data", "session_id"})


def tables() -> list[type[Model]]:
    """All models with rows of people or municipalities, links between rows included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS and model._meta.managed and not model._meta.proxy
    ]


def keys(model: type[Model]) -> list["ForeignKey[Any, Any]"]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def rows_of_municipality(municipality: Municipality) -> RowsByModel:
    """Everything that belongs to it: rows that point at it, rows that point at those, and so on; with all their histories.

    Some hundred queries, whatever the municipality holds.
    """
    found: RowsByModel = {Municipality: {municipality.pk}}
    fresh: RowsByModel = dict(found)
    while fresh:
        reached: RowsByModel = {}
        for model in tables():
            if model._meta.label_lower in APART:
                continue
            pks: set[int] = set()
            for field in keys(model):
                if targets := fresh.get(field.related_model):
                    pks |= _pks(model, **{f"{field.attname}__in": targets})
            of = getattr(model, "instance_type", None)
            if of is not None and (targets := fresh.get(of)):
                pks |= _pks(model, id__in=targets)
            if new := pks - found.get(model, set()):
                reached[model] = new
                found.setdefault(model, set()).update(new)
        fresh = reached
    return found


def rows_of_person(person: User, within: RowsByModel | None = None) -> RowsByModel:
    """Their account, and each row that names them by a foreign key or their address; ``within`` those of a municipality."""
    found: RowsByModel = {User: {person.pk}}
    for model in tables():
        pks: set[int] = set()
        for field in keys(model):
            if field.related_model is User:
                pks |= _pks(model, **{field.attname: person.pk})
        if model is not User and any(field.name == "email" for field in model._meta.concrete_fields):
            pks |= _pks(model, email=person.email)
        if within is not None:
            pks &= within.get(model, set())
        if pks:
            found.setdefault(model, set()).update(pks)
    return found


def _pks(model: type[Model], **where: Any) -> set[Any]:
    return set(model._base_manager.filter(**where).order_by().values_list("pk", flat=True))


def in_batches(pks: Iterable[Any], size: int = 2_000) -> Iterable[list[Any]]:
    listed = sorted(pks)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
