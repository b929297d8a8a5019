"""Short, unguessable ids for addresses."""

import secrets
from typing import TYPE_CHECKING, Any

from django.db import models

# Without vowels and look-alikes: no words by accident, and easy to read out.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 10  # 27^10 ≈ 2 · 10^14: guessing is hopeless, and rights are checked all the same


def new_public_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class DrawnField(CharField):
    """A text that is drawn when its row is made (``default``). Migrations see a plain column: how is no part of the schema."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.CharField", args, kwargs


def public_id_field() -> DrawnField:
    """The unguessable id by which addresses name a row. A function and no class: a field that is copied (for a history, say)
    keeps what it was made with."""
    return DrawnField(max_length=12, unique=True, editable=False, default=new_public_id)
