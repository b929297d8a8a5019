"""The end of a municipality: everything that belongs to it goes, other municipalities stay as they are."""

from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.models import Assessment, Evidence, Project
from assessments.reports.pdf.store import forget_all
from assessments.reports.peers.publishing import take_lock, withdraw
from scaling.accounts.models import Membership, Municipality, User
from scaling.accounts.second_factor import settle
from scaling.common.history import rewriting_history
from scaling.common.locks import lock
from scaling.common.sorting import sort_key
from scaling.common.transactions import atomic
from scaling.privacy.archive import file_names
from scaling.privacy.models import DataExport
from scaling.privacy.rows import RowsByModel, in_batches, rows_of_municipality
from scaling.trail.events import note
from scaling.trail.models import EventKind
from scaling.trail.rewriting import BY_TABLE, note_as_gone


@dataclass(frozen=True)
class Extent:
    """What would go: (what, how many) by name, files, and how many accounts belong to no other municipality."""

    rows: tuple[tuple[str, int], ...]
    files: int
    accounts: int


def extent(municipality: Municipality) -> Extent:
    """Some hundred queries."""
    rows = rows_of_municipality(municipality)
    counts = [(str(model._meta.verbose_name_plural), len(pks)) for model, pks in rows.items() if _is_told(model)]
    return Extent(
        tuple(sorted(counts, key=lambda one: sort_key(one[0]))), len(file_names(rows)), only_here(municipality).count()
    )


def _is_told(model: Any) -> bool:
    """Neither histories nor links between rows, which tell nothing that is not told already."""
    return not hasattr(model, "instance_type") and not model._meta.auto_created and model is not Municipality


def only_here(municipality: Municipality) -> QuerySet[User]:
    """Accounts that would belong nowhere: neither to another municipality, nor to curators or operators."""
    elsewhere = Membership.objects.filter(user=OuterRef("pk")).exclude(municipality=municipality)
    here = User.objects.filter(memberships__municipality=municipality, is_curator=False, is_staff=False, is_superuser=False)
    return here.exclude(Exists(elsewhere))


@atomic
def erase(*, municipality: Municipality, by: Any) -> dict[str, int]:
    """Remove the municipality with all it holds, files included; return how many rows of each table went.

    Accounts stay (``anonymising`` is for them). Links of its sealed rows stay in the chain, without what they held. Locks the
    municipality, and the chain until the end. Some two hundred queries.
    """
    take_lock()
    municipality = Municipality.objects.select_for_update().get(pk=municipality.pk)
    withdraw(municipality)
    # Whoever is saving ends first.
    lock(Project.objects.filter(municipality=municipality))
    lock(Assessment.objects.filter(project__in=Project.objects.filter(municipality=municipality).values("pk")))
    members = list(User.objects.filter(memberships__municipality=municipality).order_by("pk"))
    lock(User.objects.filter(Q(locked_by=municipality) | Q(pk__in=[person.pk for person in members])))
    pk = municipality.pk
    rows = rows_of_municipality(municipality)
    files = _free_files(rows)
    gone: dict[str, int] = {}
    with rewriting_history():
        forget_all()
        User.objects.filter(locked_by=municipality).update(locked_by=None)
        for model, pks in rows.items():
            for some in in_batches(pks):
                wanted = model._base_manager.filter(pk__in=some)
                gone[model._meta.db_table] = gone.get(model._meta.db_table, 0) + wanted._raw_delete(wanted.db)
            if model._meta.db_table in BY_TABLE:
                note_as_gone(model, pks)
    for person in members:
        settle(person)
    # Not its name: it is gone. The number is that of rows that other tables of the trail may have named.
    note(EventKind.MUNICIPALITY_ERASED, by=by, number=pk, rows=sum(gone.values()))
    transaction.on_commit(lambda: _delete_files(files))
    return gone


def _free_files(rows: RowsByModel) -> list[str]:
    """Files that nothing else points to."""
    names = file_names(rows)
    exports = DataExport.objects.filter(pk__in=rows.get(DataExport, ())).exclude(file="").values_list("file", flat=True)
    used = set(Evidence.objects.exclude(pk__in=rows.get(Evidence, ())).filter(file__in=names).values_list("file", flat=True))
    return sorted({*names, *exports} - used)


def _delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
