"""How often something may fail before it has to wait: counted in the cache, which all workers share."""

import hashlib

from django.core.cache import cache


def too_many(action: str, who: str, *, most: int) -> bool:
    """Whether ``who`` has failed ``most`` times already. One query."""
    count: int = cache.get(_key(action, who), 0)
    return count >= most


def count_failure(action: str, who: str, *, seconds: int) -> None:
    """Counted from the first failure on, for ``seconds``. Two that fail in the same instant may count as one."""
    key = _key(action, who)
    if not cache.add(key, 1, seconds):
        try:
            cache.incr(key)
        except ValueError:  # it expired in between
            cache.set(key, 1, seconds)


def _key(action: str, who: str) -> str:
    # Nobody's address is kept in clear.
    return f"failures:{action}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
