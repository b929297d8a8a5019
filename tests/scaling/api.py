"""What tests of the API share: keys, and requests with them."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scaling.api.tokens import create_token


def make_key(municipality: Any, by: Any, role: str = "manager") -> str:
    _row, key = create_token(municipality=municipality, by=by, purpose="Dashboard", role=role, expires_on=timezone.localdate())
    return key


def ask(key: str, name: str, *ids: Any, headers: dict[str, str] | None = None, **query: Any) -> Any:
    """By a client of its own: no session, no cookie."""
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().get(reverse(f"api:{name}", args=ids), query, headers=sent | (headers or {}))
