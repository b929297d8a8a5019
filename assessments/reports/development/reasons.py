"""What moved in a round and why: levels of both rounds and the reason given, out of the one document that holds them all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from assessments.reports.development.model import Move, MovedRound
from catalogue.edition_cache import cached_edition_of
from catalogue.models import EditionState
from scaling.common.markdown import plain_text

# A record's document has the answers of the rounds before, too.
_MOVES = """
    SELECT record.id, now.answer -> 'rating' ->> 'key', (before.answer -> 'rating' ->> 'level')::int,
           (now.answer -> 'rating' ->> 'level')::int, now.answer ->> 'rationale'
    FROM unnest(%(records)s::bigint[], %(compared)s::text[]) AS asked(record, compared)
    JOIN assessments_assessmentrecord record ON record.id = asked.record
    CROSS JOIN LATERAL jsonb_array_elements(record.document #> '{facts,answers}') now(answer)
    CROSS JOIN LATERAL jsonb_path_query(
        record.document, '$.facts.rounds[*] ? (@.ref.public_id == $round).answers[*] ? (@.rating.key == $key)',
        jsonb_build_object('round', asked.compared, 'key', now.answer -> 'rating' -> 'key')
    ) before(answer)
    WHERE now.answer -> 'rating' ->> 'key' = ANY(%(keys)s)
"""


def fetch_moves(rounds: Sequence[MovedRound]) -> Mapping[int, Sequence[Move]]:
    """By record. One query, which reads the documents of these rounds: ask for those of a page."""
    values: dict[str, Any] = {
        "records": [one.record_id for one in rounds],
        "compared": [one.compared for one in rounds],
        "keys": sorted({key for one in rounds for key in (*one.fallen, *one.risen)}),
    }
    with connection.cursor() as cursor:
        rows = cursor.execute(_MOVES, values).fetchall()
    found = {(pk, key): (before, now, reason) for pk, key, before, now, reason in rows}
    return {one.record_id: [_move(one, key, found) for key in (*one.fallen, *one.risen)] for one in rounds}


def _move(one: MovedRound, key: str, found: Mapping[tuple[int, str], tuple[int, int, str]]) -> Move:
    before, now, reason = found[one.record_id, key]
    title = cached_edition_of(one.edition_id, EditionState.PUBLISHED).by_key[key].title
    return Move(key, title, key in one.fallen, before, now, plain_text(reason).strip())
