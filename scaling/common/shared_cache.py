"""What a shared cache that is away raises. With the one in PostgreSQL, that is a database's error; a Valkey has its own."""

from importlib.util import find_spec


def _errors() -> tuple[type[Exception], ...]:
    if find_spec("redis") is None:  # requirements/several.txt brings it, where CACHE_URL names one
        return ()
    from redis import RedisError

    return (RedisError,)


CACHE_IS_AWAY = _errors()
