"""The order in which Germans expect names: Ä among the A, small and capital letters alike (DIN 5007-1).

Collations cannot give it everywhere: the embedded PostgreSQL is built without ICU, and a server's own locale is its operator's
choice. So names are folded before they are compared, in the same way in PostgreSQL and in Python.
"""

import unicodedata
from functools import lru_cache

from django.db.models import Func, TextField


@lru_cache(maxsize=4096)  # lists of one municipality name the same projects again and again
def _base(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))


def folded(text: str) -> str:
    """The letters without accents and case, ß as ss."""
    small = text.casefold()
    return small if small.isascii() else _base(small)


def sort_key(text: str) -> tuple[str, str]:
    """For ``sorted``: folded; then the text itself, so that no order is left open."""
    return folded(text), text


class GermanOrder(Func):
    """For ``order_by``: the name at ``path`` folded like ``sort_key``. Two accents on one letter are rare enough to be left.

    By a function in the database, made with the first tables; so an index can hold what it gives.
    """

    function = "accounts_folded"
    output_field = TextField()
    arity = 1
