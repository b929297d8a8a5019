"""A check for ``manage.py check --database default``: that published editions are what they were."""

from typing import Any

from django.core import checks
from django.db import DatabaseError
from django.utils import translation

from catalogue.services.checksums import compare_checksums


@checks.register("database")
def published_editions(databases: Any = None, **_options: Any) -> list[checks.CheckMessage]:
    """A warning for each edition that differs: loud, but no reason to keep a municipality from its answers.

    Nothing is said of a database that has no tables yet, or that is away: other checks are for that.
    """
    if not databases:
        return []
    try:
        problems = compare_checksums()
    except DatabaseError:
        return []
    with translation.override("en"):
        hint = "Restore the catalogue from a backup; answers are not affected."
        return [checks.Warning(str(problem), hint=hint, id="catalogue.W001") for problem in problems]
