"""What moved in a round and why: levels of both rounds and the reason given, out of the one document that holds them all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from assessments.reports.development.model import Move, MovedRound, Told
from catalogue.edition_cache import cached_edition_of
from catalogue.models import EditionState
from scaling.common.markdown import plain_text

# A record holds the answers of the rounds before, too. It is unpacked once: once an answer took 76 ms for four records.
_MOVES = """
    SELECT asked.record, now.answer #>> '{rating,key}', (before.answer #> '{rating,level}')::int,
           (now.answer #> '{rating,level}')::int, now.answer ->> 'rationale'
    FROM unnest(%(records)s::bigint[], %(compared)s::text[]) AS asked(record, compared)
    CROSS JOIN LATERAL (
        SELECT document -> 'facts' AS facts FROM assessments_assessmentrecord WHERE id = asked.record OFFSET 0
    ) record
    CROSS JOIN LATERAL (
        SELECT jsonb_path_query_array(
            record.facts, '$.rounds[*] ? (@.ref.public_id == $round).answers[*]', jsonb_build_object('round', asked.compared)
        ) AS answers OFFSET 0
    ) earlier
    CROSS JOIN LATERAL jsonb_array_elements(record.facts -> 'answers') now(answer)
    JOIN LATERAL jsonb_array_elements(earlier.answers) before(answer)
        ON before.answer #> '{rating,key}' = now.answer #> '{rating,key}'
    WHERE now.answer #>> '{rating,key}' = ANY(%(keys)s)
"""


def fetch_moves(rounds: Sequence[MovedRound]) -> Told:
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
