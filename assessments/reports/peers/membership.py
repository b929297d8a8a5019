"""Taking part in the comparison: a manager's decision for the whole municipality, and theirs to take back."""

from typing import Any

from django.utils import timezone

from assessments.reports.peers.publishing import take_lock, withdraw
from scaling.accounts.models import Municipality
from scaling.common.history import attribute_to
from scaling.common.transactions import atomic
from scaling.common.versions import change_part


@atomic
def join(*, municipality: Municipality, by: Any) -> None:
    """From the next publication on, its values are among those that quartiles are taken from. Twice is no error."""
    current = _locked(municipality)
    if current.compared_since is None:
        current.compared_since = timezone.now()
        _save(current, by, "compared_since")


@atomic
def leave(*, municipality: Municipality, by: Any) -> None:
    """Its values go at once, and whatever figure may hold them. Twice is no error."""
    take_lock()
    current = _locked(municipality)
    withdraw(current)
    if current.compared_since is not None:
        current.compared_since = None
        _save(current, by, "compared_since")


@atomic
def set_size(
    *, municipality: Municipality, by: Any, population: int | None, population_source: str, version: int | None = None
) -> None:
    """Where both are still those of ``version``. Raises StaleRecord."""
    current = _locked(municipality)
    stored = {"population": current.population, "population_source": current.population_source}
    wanted = {"population": population, "population_source": population_source}
    if change_part(current, version, stored=stored, wanted=wanted):
        current.population, current.population_source = population, population_source
        _save(current, by, "population", "population_source", "version")


def _locked(municipality: Municipality) -> Municipality:
    return Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)


def _save(current: Municipality, by: Any, *fields: str) -> None:
    attribute_to(current, by)
    current.save(update_fields=fields)
