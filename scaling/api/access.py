"""Who asks, and how often: the key of a request, and the limits that all workers count together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from ninja.errors import AuthorizationError, HttpError
from ninja.security import HttpBearer

from scaling.accounts.adapter import client_address
from scaling.accounts.attempts import Limit, count
from scaling.accounts.models import Municipality, Role
from scaling.api.models import ApiToken
from scaling.api.tokens import note_use, usable_token


@dataclass(frozen=True)
class KeyHolder:
    """Whoever holds a key, for the tenant filters and rules that ask a person: one role in one municipality, and no more."""

    token: ApiToken
    roles: dict[int, str] = field(default_factory=dict)
    pk: None = None
    is_authenticated: bool = True
    is_active: bool = True
    is_curator: bool = False
    is_superuser: bool = False

    @property
    def municipality(self) -> Municipality:
        return self.token.municipality

    @property
    def manages(self) -> bool:
        return self.token.role == Role.MANAGER


def _limit(kind: str, who: str) -> Limit:
    most, seconds = settings.API_LIMITS[kind]
    return Limit(f"api_{kind}", who, most, seconds)


class BearerKey(HttpBearer):
    """Two queries; two more for the first use of a day."""

    def authenticate(self, request: HttpRequest, token: str) -> KeyHolder | None:
        """None for a key that does not open. Raises HttpError 429 for whoever asks too often."""
        found = usable_token(token)
        if found is None:
            _count_towards(_limit("failed_address", client_address(request)))
            return None
        _count_towards(_limit("key", str(found.pk)))
        note_use(found)
        return KeyHolder(found, {found.municipality_id: found.role})


class TooOften(HttpError):
    """``seconds`` is after how long at most the next request is taken."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(429, "Too many requests")


def _count_towards(limit: Limit) -> None:
    if count([limit]):
        raise TooOften(limit.seconds)


def holder(request: HttpRequest) -> KeyHolder:
    found: KeyHolder = request.auth  # type: ignore[attr-defined]
    return found


def require_manager(request: HttpRequest) -> None:
    """403 for a key that reads only what is approved."""
    if not holder(request).manages:
        raise AuthorizationError


def conditional(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever has the same answer already gets none of it again (304), and no proxy keeps one for somebody else."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        if response.status_code != 200:
            return response
        etag = quote_etag(sha256(response.content).hexdigest()[:32])
        response["ETag"] = etag
        answer = get_conditional_response(request, etag=etag, response=response)
        assert answer is not None  # noqa: S101 – with a response given, it or a 304 in its place
        return answer

    return wrapped
