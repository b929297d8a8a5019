"""A published or retired edition cannot change: not by SQL, not by the ORM, not by a race with its publishing."""

from threading import Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from catalogue.documents.export import edition_document
from catalogue.models import (
    Criterion,
    Edition,
    EditionState,
    GoodPractice,
    LevelDescriptor,
    Milestone,
    OperatingModel,
    Phase,
    Reference,
    TitleSource,
    Workstream,
)
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import publish, retire
from tests.catalogue.documents import (
    CROSS_PHASE_MILESTONE,
    as_file,
    both,
    catalogue_document,
    criterion_document,
    legal_note_document,
    model_document,
    practice_document,
)

TABLES = [
    "catalogue_edition",
    "catalogue_criterion",
    "catalogue_leveldescriptor",
    "catalogue_milestone",
    "catalogue_goodpractice",
    "catalogue_operatingmodel",
    "catalogue_reference",
    "catalogue_criterion_workstreams",
    "catalogue_criterion_related",
    "catalogue_goodpractice_criteria",
    "catalogue_legalnote",
    "catalogue_operatingmodel_criteria",
]


def full(number="1.0"):
    reference = {"title": both("Quelle"), "url": ""}
    return catalogue_document(
        criteria=[
            criterion_document(
                "eins",
                related=["zwei"],
                references=[reference],
                milestone=CROSS_PHASE_MILESTONE,
                legal_notes=[legal_note_document("Hinweis")],
            ),
            criterion_document("zwei"),
        ],
        good_practices=[practice_document("praxis", criteria=["eins"], references=[reference])],
        operating_models=[model_document("boo", criteria=["eins"])],
        references=[reference],
        number=number,
    )


def load(number="1.0"):
    return import_files([load_file(as_file(full(number)), "x")])[0].edition


@pytest.fixture(params=["published", "retired"])
def fixed(db, request):
    """An edition that has left the draft, beside a draft with the same content."""
    other, edition = load("3.0"), load("1.0")
    publish(edition=edition, by=None)
    if request.param == "retired":
        publish(edition=load("2.0"), by=None)
        edition = retire(edition=edition, by=None)
    assert other.is_draft
    return Edition.objects.get(pk=edition.pk)


def refused(sql, *params):
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def only_of(edition, table):
    """The condition that picks the edition's rows of a table, and its parameter."""
    criteria = "SELECT id FROM catalogue_criterion WHERE edition_id = %s"
    ways = {
        "catalogue_edition": "id = %s",
        "catalogue_leveldescriptor": f"criterion_id IN ({criteria})",
        "catalogue_milestone": f"criterion_id IN ({criteria})",
        "catalogue_criterion_workstreams": f"criterion_id IN ({criteria})",
        "catalogue_criterion_related": f"from_criterion_id IN ({criteria})",
        "catalogue_legalnote": f"criterion_id IN ({criteria})",
        "catalogue_operatingmodel_criteria": f"criterion_id IN ({criteria})",
        "catalogue_goodpractice_criteria": f"criterion_id IN ({criteria})",
    }
    return ways.get(table, "edition_id = %s")


@pytest.mark.parametrize("table", TABLES)
def test_sql_delete_refused(fixed, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {only_of(fixed, table)}", [fixed.pk])  # noqa: S608
        assert cursor.fetchone()[0]
    refused(f"DELETE FROM {table} WHERE {only_of(fixed, table)}", fixed.pk)  # noqa: S608


CHANGES = {
    "catalogue_edition": "title_de = 'x'",
    "catalogue_criterion": "why_en = 'x'",
    "catalogue_leveldescriptor": "description_de = 'x'",
    "catalogue_milestone": "required_level = 1",
    "catalogue_goodpractice": "body_de = 'x'",
    "catalogue_operatingmodel": "summary_de = 'x'",
    "catalogue_reference": "url = 'https://example.org/x'",
    "catalogue_criterion_workstreams": "workstream_id = (SELECT max(id) FROM catalogue_workstream)",
    "catalogue_criterion_related": "to_criterion_id = from_criterion_id",
    "catalogue_goodpractice_criteria": "criterion_id = criterion_id",
    "catalogue_legalnote": "as_of = '2025-01'",
    "catalogue_operatingmodel_criteria": "criterion_id = criterion_id",
}


@pytest.mark.parametrize("table", TABLES)
def test_sql_update_refused(fixed, table):
    refused(f"UPDATE {table} SET {CHANGES[table]} WHERE {only_of(fixed, table)}", fixed.pk)  # noqa: S608


def test_sql_update_of_the_draft_beside_it_allowed(fixed):
    """The refusals above come from the edition's state, not from a table nobody can write to."""
    draft = Edition.objects.get(major=3)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"UPDATE {table} SET {CHANGES[table]} WHERE {only_of(draft, table)}", [draft.pk])  # noqa: S608
            assert cursor.rowcount


@pytest.mark.parametrize(
    "column", ["major = 9", "state = 'draft'", "published_at = now()", "published_at = NULL", "version = 9"]
)
def test_sql_update_of_the_edition_refused(fixed, column):
    refused(f"UPDATE catalogue_edition SET {column} WHERE id = %s", fixed.pk)  # noqa: S608


def test_retired_edition_not_published_again(fixed):
    if fixed.state == EditionState.RETIRED:
        refused("UPDATE catalogue_edition SET state = 'published' WHERE id = %s", fixed.pk)


def test_rows_not_added(fixed):
    criterion = fixed.criteria.get(key="zwei")
    practice = fixed.good_practices.get()
    adds = [
        lambda: Criterion.objects.create(
            edition=fixed, key="neu", order=9, phase=Phase.objects.get(key="p1"), title_source=TitleSource.OFFICIAL
        ),
        lambda: Milestone.objects.create(criterion=criterion, kind="roadmap"),
        lambda: GoodPractice.objects.create(edition=fixed, key="neu", order=9, title_source=TitleSource.OFFICIAL),
        lambda: OperatingModel.objects.create(edition=fixed, key="neu", order=9),
        lambda: Reference.objects.create(edition=fixed, order=9, title="x"),
        lambda: criterion.workstreams.add(Workstream.objects.first()),
        lambda: criterion.related.add(fixed.criteria.get(key="eins")),
        lambda: practice.criteria.add(criterion),
    ]
    for add in adds:
        with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
            add()


def test_rows_not_moved_in_from_a_draft(fixed):
    draft = Edition.objects.get(major=3)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        LevelDescriptor.objects.filter(criterion__edition=draft, criterion__key="eins").update(
            criterion=fixed.criteria.get(key="eins"), level=4
        )
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        draft.references.update(edition=fixed)


def test_orm_refused(fixed):
    before = edition_document(fixed)
    criterion = fixed.criteria.get(key="eins")
    acts = [
        fixed.save,
        criterion.delete,
        fixed.criteria.all().delete,
        criterion.workstreams.clear,
        criterion.related.clear,
        criterion.milestone.delete,
        lambda: fixed.criteria.update(order=9),
        lambda: criterion.levels.update(description_de="x"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        fixed.delete()
    fixed.title = "Anders"
    for act in acts:
        with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
            act()
    fixed.refresh_from_db()
    assert edition_document(fixed) == before


def test_deleted_person_forgotten_by_published_edition(db, dora):
    edition = publish(edition=load(), by=dora)
    dora.delete()
    edition.refresh_from_db()
    assert (edition.published_by, edition.state) == (None, EditionState.PUBLISHED)


def test_publisher_not_exchanged(db, dora, alice):
    edition = publish(edition=load(), by=dora)
    refused("UPDATE catalogue_edition SET published_by_id = %s WHERE id = %s", alice.pk, edition.pk)


@pytest.mark.django_db(transaction=True)
def test_change_that_races_with_publishing_never_lands_in_the_published_edition():
    """A row is being changed while the edition is published: the publishing waits, or the change is refused; never both."""
    edition = load()
    errors = []

    def change():
        try:
            LevelDescriptor.objects.filter(criterion__edition=edition).update(description_de="Später")
        except IntegrityError as error:
            errors.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=timezone.now())
        thread = Thread(target=change)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "the change has to wait for the publishing"
    thread.join(10)
    assert len(errors) == 1
    assert not LevelDescriptor.objects.filter(description_de="Später").exists()
