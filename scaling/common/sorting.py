"""The order in which Germans expect names: Ä among the A, small and capital letters alike (DIN 5007-1).

Collations cannot give it everywhere: the embedded PostgreSQL is built without ICU, and a server's own locale is its operator's
choice. So names are folded before they are compared, in the same way in PostgreSQL and in Python.
"""

import unicodedata
from typing import Any

from django.db.models import Func, TextField

_SHARP_S = "ß"


def _base(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))


# Latin letters with an accent and the letter they are sorted as; the ranges hold all that European names are written with.
_ACCENTED = [chr(code) for code in range(0xC0, 0x250) if len(_base(chr(code))) == 1 and _base(chr(code)).isascii()]
_PLAIN = "".join(map(_base, _ACCENTED))


def sort_key(text: str) -> tuple[str, str]:
    """For ``sorted``: the letters without accents and case, ß as ss; then the text itself, so that no order is left open."""
    folded = text.casefold()
    return folded if folded.isascii() else _base(folded), text


class GermanOrder(Func):
    """For ``order_by``: the name at ``path`` folded like ``sort_key``. Two accents on one letter are rare enough to be left."""

    function = "lower"
    output_field = TextField()

    def __init__(self, path: Any, **extra: Any) -> None:
        super().__init__(path, **extra)

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **context: Any) -> Any:
        folded = "lower(translate(replace(normalize(%(expressions)s, NFC), %%s, 'ss'), %%s, %%s))"
        sql, parameters = super().as_sql(compiler, connection, template=folded, **context)
        return sql, (*parameters, _SHARP_S, "".join(_ACCENTED), _PLAIN)
