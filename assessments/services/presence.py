"""Who else is on a criterion right now: a hint, kept for a minute in the shared cache. Nothing depends on it."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from scaling.common.sorting import sort_key

#: Pages report themselves every 20 seconds; who misses three times has left.
FRESH = timedelta(seconds=60)


def arrive(score_pk: int, person: Any) -> list[str]:
    """Note that the person is here, and return the names of the others. Two people at the same instant may miss each other
    once: it is a hint. Three queries with the database cache."""
    key = f"presence:{score_pk}"
    now = timezone.now()
    here: dict[int, tuple[str, datetime]] = {
        pk: (name, seen) for pk, (name, seen) in (cache.get(key) or {}).items() if now - seen < FRESH
    }
    here[person.pk] = (str(person), now)
    cache.set(key, here, timeout=int(FRESH.total_seconds()))
    return sorted((name for pk, (name, seen) in here.items() if pk != person.pk), key=sort_key)
