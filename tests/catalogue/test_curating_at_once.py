"""Curators at the same moment, and what happened while a page stood open."""

from threading import Thread

import pytest
from django.db import connections
from django.http import Http404

from catalogue.documents.export import criterion_document, edition_document
from catalogue.models import ChangeLogEntry, Criterion, Edition
from catalogue.services import editing
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import copy_edition, discard, publish
from tests.catalogue.documents import as_file, catalogue_document

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_two_curators_at_once_lose_nothing(dora):
    """Two people save different criteria of one draft at the same moment, many times: every text arrives."""
    import_files([load_file(as_file(catalogue_document("eins", "zwei")), "x")])

    def save(key):
        try:
            for number in range(8):
                criterion = Criterion.objects.select_related("edition").get(key=key)
                item = criterion_document(criterion)
                item["why"]["de"] += f" {number}"
                editing.save_criterion(criterion=criterion, version=criterion.version, by=dora, item=item)
        finally:
            connections.close_all()

    threads = [Thread(target=save, args=[key]) for key in ("eins", "zwei")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    whys = {c["key"]: c["why"]["de"] for c in edition_document(Edition.objects.get())["criteria"]}
    assert all(text.endswith(" 0 1 2 3 4 5 6 7") for text in whys.values())


def test_draft_published_meanwhile_no_longer_saved(draft, dora):
    edition = draft("eins")
    criterion = Criterion.objects.select_related("edition").get(key="eins")
    item = criterion_document(criterion)
    publish(edition=edition, by=dora)
    with pytest.raises(editing.NotADraft):
        editing.save_criterion(criterion=criterion, version=1, by=dora, item=item)
    copy = copy_edition(edition=Edition.objects.get(), by=dora)
    assert copy.criteria.get().pk != criterion.pk


def test_criterion_removed_meanwhile_is_not_saved_and_not_found(draft, dora):
    edition = draft("eins", "zwei")
    criterion = Criterion.objects.select_related("edition").get(key="eins")
    item = criterion_document(criterion)
    editing.remove_criterion(criterion=criterion, by=dora)
    with pytest.raises(Http404):
        editing.save_criterion(criterion=criterion, version=1, by=dora, item=item)
    with pytest.raises(Http404):
        editing.move(row=criterion, by=dora, down=True)
    editing.remove_criterion(criterion=criterion, by=dora)  # twice is no error
    assert [criterion.key for criterion in edition.criteria.all()] == ["zwei"]
    assert [change.action for change in ChangeLogEntry.objects.filter(key="eins")] == ["removed"]


@pytest.mark.parametrize("step", [publish, discard])
def test_draft_discarded_meanwhile_is_not_found(draft, dora, step):
    edition = draft("eins")
    discard(edition=Edition.objects.get(), by=dora)
    with pytest.raises(Http404):
        step(edition=edition, by=dora)
    with pytest.raises(Http404):
        editing.save_edition(edition=edition, version=1, by=dora, item={})
