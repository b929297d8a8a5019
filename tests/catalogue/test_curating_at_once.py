"""Curators at the same moment, and what happened while a page stood open."""

import ast
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection, connections
from django.http import Http404

import scaling
from catalogue.documents.export import criterion_document, edition_document
from catalogue.models import CatalogueUpload, ChangeLogEntry, Criterion, Edition
from catalogue.services import editing
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import copy_edition, discard, publish, retire
from catalogue.services.uploads import store_upload
from scaling.common import transactions
from tests.catalogue.documents import as_file, catalogue_document
from tests.races import at_once, locks_in_turn

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


# --- One order of locks, and the same work once more


@pytest.mark.django_db(transaction=True)
def test_imports_the_other_way_round_copies_and_retirements_block_nobody_in_10_rounds(dora, published, monkeypatch):
    monkeypatch.setattr(transactions, "MAX_ATTEMPTS", 1)  # the order alone has to do
    base = published("eins", number="1.0")
    for number in range(10):
        files = [load_file(as_file(catalogue_document(f"k{number}", number=f"{n}.0")), f"{n}") for n in (50, 51)]
        first = published(f"alt{number}", number=f"2.{number}")
        results = at_once(
            partial(import_files, files, by=dora),
            partial(import_files, files[::-1], by=dora),
            partial(retire, edition=first, by=dora),
            partial(copy_edition, edition=base, by=dora),
        )
        assert [result for result in results if isinstance(result, Exception)] == [], results
        for major in (50, 51):
            assert Edition.objects.get(major=major).criteria.get().key == f"k{number}"
        [copy] = Edition.objects.filter(based_on=base, state="draft")
        discard(edition=copy, by=dora)
    assert ChangeLogEntry.objects.filter(action="retired").count() == 10


@pytest.mark.django_db(transaction=True)
def test_one_new_number_imported_by_two_at_once_is_there_once(dora, published):
    published("eins", number="1.0")
    for number in range(2, 12):
        one, other = (load_file(as_file(catalogue_document(key, number=f"{number}.0")), key) for key in ("eins", "zwei"))
        results = at_once(partial(import_files, [one], by=dora), partial(import_files, [other], by=dora))
        assert sorted(result[0].outcome for result in results) == ["created", "replaced"], results  # type: ignore[index]


@pytest.mark.django_db(transaction=True)
def test_file_stored_four_times_at_once_is_kept_once_in_20_rounds(dora):
    for number in range(20):
        job = partial(store_upload, content=b"%d" % number, name="katalog.yaml", by=dora)
        kept = at_once(job, job, job, job)
        assert len({getattr(upload, "pk", upload) for upload in kept}) == 1, kept
        assert CatalogueUpload.objects.count() == number + 1


@pytest.mark.django_db(transaction=True)
def test_deadlock_costs_a_curator_no_words(draft, dora):
    """Somebody locks criterion and edition the other way round: one of the two is given up, and done again."""
    edition = draft("eins")
    criterion = edition.criteria.select_related("edition").get()
    item = criterion_document(criterion)
    item["why"]["de"] = "Unser Text."
    the_other_way_round, locked = locks_in_turn(criterion, edition)

    def save():
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '100ms'")
        locked.wait(5)
        return editing.save_criterion(criterion=criterion, version=1, by=dora, item=item)

    saved, other = at_once(save, the_other_way_round)
    assert isinstance(saved, Criterion), saved
    assert other == "done"
    assert Criterion.objects.values_list("why_de", flat=True).get() == "Unser Text."


def test_every_service_begins_with_the_transaction_that_is_done_again():
    """The demo's loading alone does without: nobody waits for it."""
    root = Path(scaling.__file__).parent.parent
    wrong = []
    for package in ("assessments", "catalogue", "scaling"):
        for path in (root / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(
                    ast.unparse(d) == "transaction.atomic" for d in node.decorator_list
                ):
                    wrong.append(f"{path.relative_to(root)}: {node.name}")
    assert set(wrong) == {"assessments/services/demo.py: load_demo", "assessments/reports/demo_beside.py: load_beside"}
