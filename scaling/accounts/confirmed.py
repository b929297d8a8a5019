"""allauth's question who it is before something dangerous, with types: it has none."""

from collections.abc import Callable
from typing import TypeVar, cast

from allauth.account.decorators import reauthentication_required

Guarded = TypeVar("Guarded", bound=Callable[..., object])


def confirmed(view: Guarded) -> Guarded:
    """Runs only for who has shown within ``ACCOUNT_REAUTHENTICATION_TIMEOUT`` that it is them; others are asked and come back.

    Rights are looked at before it: whoever may not do it is not asked.
    """
    return cast("Guarded", reauthentication_required(view))
