"""Tells the demo's own database server from a real one."""

from django.db import connection

#: A setting in the configuration of the embedded server, which no other server has.
MARK = "skalierungscheck.embedded"


def is_embedded() -> bool:
    """Whether the database is on the embedded server (``scaling.embedded_postgres``). One query; raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true) = 'on'", [MARK])
        (answer,) = cursor.fetchone()
    return bool(answer)
