"""What the catalogue says about the criteria of an edition, kept in memory: a published edition never changes."""

from dataclasses import dataclass
from time import monotonic

from django.db.models.signals import post_save
from django.dispatch import receiver

from catalogue.models import Criterion, Edition, EditionState, Phase, Workstream

#: Seconds until another process learns of a phase's or workstream's new name.
TTL = 60


@dataclass(frozen=True)
class CachedEdition:
    """The criteria of one edition in its order, with phase, workstreams, milestone, levels, references and good practices.

    Shared by all requests of a process: read only.
    """

    criteria: tuple[Criterion, ...]
    by_id: dict[int, Criterion]
    by_key: dict[str, Criterion]


def _read(edition_id: int) -> CachedEdition:
    criteria = tuple(
        Criterion.objects.filter(edition=edition_id)
        .for_listing()
        .prefetch_related("levels", "references", "good_practices")
        .order_by("order")
    )
    return CachedEdition(criteria, {c.pk: c for c in criteria}, {c.key: c for c in criteria})


_known: dict[int, tuple[float, CachedEdition]] = {}


def cached_edition(edition: Edition) -> CachedEdition:
    """No query, but six when a process meets an edition for the first time in TTL seconds. Drafts are read each time."""
    return cached_edition_of(edition.pk, edition.state)


def cached_edition_of(pk: int, state: str) -> CachedEdition:
    """The same, where only these two of an edition are at hand."""
    if state == EditionState.DRAFT:
        return _read(pk)
    now = monotonic()
    until, guide = _known.get(pk, (0.0, None))
    if guide is None or until < now:
        guide = _read(pk)
        _known[pk] = (now + TTL, guide)
    return guide


@receiver(post_save, sender=Phase)
@receiver(post_save, sender=Workstream)
def forget(**_signal: object) -> None:
    """Editions share the names of phases and workstreams, and curators can change those (``services.phases_and_workstreams``).

    This process forgets them at once, the others when their time is up.
    """
    _known.clear()
