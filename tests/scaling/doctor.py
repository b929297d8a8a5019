"""What the tests of ``manage.py doctor`` share."""

import secrets
from collections.abc import Callable
from contextlib import contextmanager

from django.db import connection


def found(look: Callable) -> list[str]:
    """What a check complains of, with what to do."""
    complaints = list(look())
    assert all(complaint.do for complaint in complaints)
    return [f"{complaint.said} → {complaint.do}" for complaint in complaints]


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def other_database(options):
    """The checks look at a new, empty database."""
    name, here = f"patient_{secrets.token_hex(4)}", connection.settings_dict["NAME"]
    sql(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = here
        sql(f"DROP DATABASE {name} WITH (FORCE)")
