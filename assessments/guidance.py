"""What the catalogue says about the criteria of an edition, kept in memory: a published edition never changes."""

from dataclasses import dataclass
from functools import lru_cache

from catalogue.models import Criterion, Edition, EditionState


@dataclass(frozen=True)
class Guide:
    """The criteria of one edition in its order, with phase, workstreams, milestone, levels, references and good practices.

    Shared by all requests of a process: read only.
    """

    criteria: tuple[Criterion, ...]
    by_id: dict[int, Criterion]
    by_key: dict[str, Criterion]


def _read(edition_id: int) -> Guide:
    criteria = tuple(
        Criterion.objects.filter(edition=edition_id)
        .for_listing()
        .prefetch_related("levels", "references", "good_practices")
        .order_by("order")
    )
    return Guide(criteria, {c.pk: c for c in criteria}, {c.key: c for c in criteria})


_remember = lru_cache(maxsize=16)(_read)


def guide_to(edition: Edition) -> Guide:
    """No query, but for the first time a process meets an edition: six. Drafts are read anew each time."""
    return _read(edition.pk) if edition.state == EditionState.DRAFT else _remember(edition.pk)
