"""Rows found by how words in them begin, by an index.

PostgreSQL's own full text does it (``pg_trgm``, which finds parts of words, is not in the embedded server): a vector of the
words of a row, folded as names are sorted, so that "muller" finds „Müller“; each part of an address is a word of its own.
"""

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, Func, Value
from django.db.models.functions import Cast

from scaling.common.sorting import folded

#: What parts words besides blanks, as the database's function has it.
_BETWEEN_WORDS = "@.-_+,;:/()"


def words_of(*names: str) -> Func:
    """The words in texts that are never null. By a function in the database, made with the first tables; so an index can hold
    them.
    """
    return Func(*names, function="accounts_words", arg_joiner=" || ' ' || ")


class _Matches(Func):
    template, arg_joiner, arity = "(%(expressions)s)", " @@ ", 2
    output_field = BooleanField()


def each_begins_one_of(words: Func, typed: str) -> Func:
    """For ``filter``: each word of what was ``typed`` begins one of the ``words``. Nothing matches where there is none."""
    looked_for = folded(typed).translate(dict.fromkeys(map(ord, _BETWEEN_WORDS), " ")).split()
    quoted = (one.replace("\\", "\\\\").replace("'", "''") for one in looked_for)
    return _Matches(words, Cast(Value(" & ".join(f"'{one}':*" for one in quoted)), SearchQueryField()))
