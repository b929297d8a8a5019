"""Full text search over the criteria of an edition, in German and English at once.

A word is found in other forms (*Kommunen* finds *Kommune*), as the beginning of a longer one (*Daten* finds *Datenqualität*)
and anywhere inside a title (*qualität* finds *Datenqualität*); several words must all occur. Titles count most, then summaries,
then the other texts, then the levels.
"""

import re
from typing import Any

from django.db import connection

from catalogue.models import Edition

MAX_QUERY_LENGTH = 200
MAX_WORDS = 8
#: Shorter prefixes would find nearly everything.
MIN_PREFIX_LENGTH = 3

# PostgreSQL's German stemmer writes ä as a and ß as ss; a prefix has to be written alike.
_STEMMED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})

_QUERY = """
WITH query AS (
    SELECT websearch_to_tsquery('german', %(text)s) || to_tsquery('simple', %(german)s) AS de,
           websearch_to_tsquery('english', %(text)s) || to_tsquery('simple', %(english)s) AS en
), criteria AS (
    SELECT * FROM catalogue_criterion WHERE edition_id = %(edition)s
), hits AS (
    SELECT id, ts_rank(search_de, de) AS rank FROM criteria, query WHERE search_de @@ de
    UNION ALL SELECT id, ts_rank(search_en, en) FROM criteria, query WHERE search_en @@ en
    UNION ALL SELECT l.criterion_id, ts_rank(l.search_de, de) / 4
        FROM catalogue_leveldescriptor l JOIN criteria c ON c.id = l.criterion_id, query WHERE l.search_de @@ de
    UNION ALL SELECT l.criterion_id, ts_rank(l.search_en, en) / 4
        FROM catalogue_leveldescriptor l JOIN criteria c ON c.id = l.criterion_id, query WHERE l.search_en @@ en
    UNION ALL SELECT id, 0.5 FROM criteria WHERE title_de ILIKE ALL (%(parts)s) OR title_en ILIKE ALL (%(parts)s)
)
SELECT id FROM hits JOIN criteria USING (id) GROUP BY id, "order" ORDER BY max(rank) DESC, "order"
"""


def find_criteria(edition: Edition, text: str) -> list[int]:
    """The primary keys of the criteria found, best first. One query; none for a text without words."""
    text = text[:MAX_QUERY_LENGTH].replace("\x00", "")
    words = re.findall(r"[^\W_]+", text.lower())[:MAX_WORDS]
    if not words:
        return []
    prefixes = [f"'{word}':*" for word in words if len(word) >= MIN_PREFIX_LENGTH]
    parameters: dict[str, Any] = {
        "text": text,
        "english": " & ".join(prefixes),
        "german": " & ".join(prefix.translate(_STEMMED) for prefix in prefixes),
        "edition": edition.pk,
        "parts": [f"%{word}%" for word in words],
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, parameters)
        return [pk for (pk,) in cursor.fetchall()]
