"""Lists of the API, page by page in the order of the primary key: the last page costs what the first does."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query

USUAL, MAX_ITEMS = 50, 200
HowMany = Annotated[int, Query(ge=1, le=MAX_ITEMS, description="How many at most.")]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="Goes on after this one; taken from `next`.")]


def listed(
    request: HttpRequest, rows: QuerySet[Any], limit: int, after: int, shaped: Callable[[Sequence[Any]], list[Any]]
) -> dict[str, Any]:
    """The rows after that primary key, and the address of what follows. One query, and those of ``shaped``."""
    found = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    following = None
    if len(found) > limit:
        found = found[:limit]
        query = [(name, value) for name, value in request.GET.items() if name not in ("after", "limit")]
        rest = urlencode([*query, ("limit", limit), ("after", found[-1].pk)])
        following = request.build_absolute_uri(f"{request.path}?{rest}")
    return {"items": shaped(found), "next": following}
