"""No field of the catalogue can be forgotten: each is changed in the database, and whatever reads an edition has to see it.

New fields join by themselves; what is no content is named below, with the reason.
"""

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from modeltranslation.translator import NotRegistered, translator

from catalogue.documents.checksum import checksum_of
from catalogue.documents.compare import compare, field_label
from catalogue.documents.completeness import missing_content
from catalogue.documents.export import edition_document
from catalogue.documents.spreadsheet import edition_sheets
from catalogue.forms.criterion import CriterionForm
from catalogue.forms.edition import EditionForm
from catalogue.forms.operating_model import OperatingModelForm
from catalogue.forms.practice import PracticeForm
from catalogue.models import (
    Criterion,
    Edition,
    GoodPractice,
    LegalNote,
    LevelDescriptor,
    Milestone,
    OperatingModel,
    Reference,
    Workstream,
)
from catalogue.services import editing
from catalogue.services.document_rows import EDITION_TEXTS, NO_TEXT
from catalogue.services.importing import import_files, load_file
from tests.catalogue.documents import as_file
from tests.catalogue.test_files import full_document

pytestmark = pytest.mark.django_db
MODELS = (Edition, Criterion, LevelDescriptor, Milestone, LegalNote, GoodPractice, OperatingModel, Reference)

#: Fields that are no content of an edition.
NO_CONTENT = {
    "id": "the row",
    "version": "counts saves",
    "edition": "whose it is",
    "criterion": "whose it is",
    "good_practice": "whose it is",
    "order": "the place in its list; a test of its own",
    "key": "what it is matched by",
    "level": "which of the five it is",
    "major": "the number",
    "minor": "the number",
    "state": "not of the content",
    "based_on": "where the draft came from",
    "published_at": "not of the content",
    "published_by": "not of the content",
    "retired_at": "not of the content",
    "retired_by": "not of the content",
    "checksum": "made from the content",
}


def content_fields(model):
    """Columns and links that hold content. Of a translated text the two languages, not the column they stand in for."""
    try:
        translated = set(translator.get_options_for_model(model).all_fields)
    except NotRegistered:
        translated = set()
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if field.name not in NO_CONTENT and field.name not in translated:
            yield field


EVERY = [
    pytest.param(model, field.name, id=f"{model.__name__}.{field.name}") for model in MODELS for field in content_fields(model)
]


def other_value(field, old):
    """Something valid that is not what stands there."""
    if isinstance(field, ArrayField):
        base = field.base_field
        if isinstance(base, models.PositiveSmallIntegerField):
            return [1, 1, 1, 2, 4]
        if base.choices:
            return [next(value for value, _ in base.choices if [value] != old)]
        return ["Etwas anderes"]
    if isinstance(field, models.ForeignKey):
        return field.related_model._default_manager.exclude(pk=old).order_by("pk").values_list("pk", flat=True).first()
    if field.choices:
        return next(value for value, _ in field.choices if value != old)
    if isinstance(field, models.PositiveSmallIntegerField):
        return 1 if old != 1 else 2
    if field.name == "as_of":
        return "2025-01"
    if isinstance(field, models.URLField):
        return "https://example.org/anders"
    return "Etwas anderes"


def row_of(model, name):
    """A row that has the field at work: one of the document's richest criterion, where there is a choice."""
    rows = model._default_manager.order_by("pk")
    if model is Milestone:
        return (
            rows.filter(required_levels__len__gt=0).first()
            if name == "required_levels"
            else rows.filter(required_levels=[]).first()
        )
    if model is Criterion:
        return rows.get(key="zwei")
    if model is LevelDescriptor:
        return rows.get(criterion__key="zwei", level=2)
    return rows.first()


def change(model, name):
    row, field = row_of(model, name), model._meta.get_field(name)
    if field.many_to_many:
        links = getattr(row, name)
        have = set(links.values_list("pk", flat=True))
        spare = {Workstream: Workstream, Criterion: Criterion}[field.related_model]._default_manager.exclude(pk__in=have)
        links.add(spare.exclude(pk=row.pk).first() if field.related_model is model else spare.first())
        return
    old = getattr(row, field.attname)
    values = {field.attname: other_value(field, old)}
    if name == "required_levels":
        values["required_level"] = 4
    model._default_manager.filter(pk=row.pk).update(**values)


def document():
    made = full_document()
    made["criteria"][0]["milestone"] = {"kind": "roadmap", "required_levels": {"p1": 1, "p2": 2, "p3": 2, "p4": 3, "p5": 3}}
    return made


@pytest.fixture
def edition(db, kept_rows):
    return kept_rows.get("every field", lambda: import_files([load_file(as_file(document()), "x.yaml")])[0].edition)


@pytest.mark.parametrize(("model", "name"), EVERY)
def test_change_of_a_field_is_exported_compared_and_read_back(edition, model, name):
    before = edition_document(edition)
    change(model, name)
    edition.refresh_from_db()
    after = edition_document(edition)
    assert after != before, "the export does not know it"
    assert checksum_of(after) != checksum_of(before)
    seen = compare(before, after)
    assert seen, "the comparison does not know it"
    for item in seen.objects:
        for field in item.fields:
            label = field_label(field.field)
            assert label[0].isupper() or label.startswith(("ab ", "von ", "verwandte ")), (
                f"{field.field} has no name for people"
            )
    assert edition_sheets(after) != edition_sheets(before), "the spreadsheet for reviewers does not know it"
    assert through_the_forms(after) == parts_of(after), "the curators' form does not keep it"
    with transaction.atomic():
        Edition.objects.all().delete()
        again = import_files([load_file(as_file(after), "y.yaml")])[0].edition
    assert edition_document(again) == after, "the import does not know it"


def parts_of(document):
    """What curators edit in one form each."""
    texts = {name: text for name, text in document["edition"].items() if name != "number"}
    return [
        *document["criteria"],
        *document["good_practices"],
        *document["operating_models"],
        texts | {"references": document["references"]},
    ]


def through_the_forms(document):
    """Each part as its form gives it back, when a curator opens it and saves without a change."""
    criteria = [(item["key"], item["title"]["de"]) for item in document["criteria"]]
    *_others, edition = parts_of(document)
    return [
        *(unchanged(CriterionForm, item, others=criteria) for item in document["criteria"]),
        *(unchanged(PracticeForm, item, criteria=criteria) for item in document["good_practices"]),
        *(unchanged(OperatingModelForm, item, groups=[], criteria=criteria) for item in document["operating_models"]),
        unchanged(EditionForm, edition),
    ]


def unchanged(kind, item, **context):
    opened = kind(item=item, version=1, **context)
    values = {bound.html_name: bound.field.prepare_value(bound.value()) for bound in opened}
    sent = {name: value for name, value in values.items() if value not in (None, [])}
    # What does not come out of the fields must not come out of what the form was opened with.
    form = kind(sent, item={"key": item.get("key")} | blank_of(kind), version=1, **context)
    assert form.is_valid(), form.errors
    return form.document()


def blank_of(kind):
    made = {
        CriterionForm: lambda: editing.blank_criterion("x", "x", "p1"),
        PracticeForm: lambda: editing.blank_practice("x", "x"),
        OperatingModelForm: lambda: editing.blank_operating_model("x", "x"),
        EditionForm: lambda: dict.fromkeys(EDITION_TEXTS, NO_TEXT) | {"references": []},
    }[kind]()
    return {name: value for name, value in made.items() if name != "key"}


#: What an edition can be published without.
MAY_BE_EMPTY = {
    "LegalNote.source_url": "not every law has an address",
    "Reference.url": "not every source has one",
    "Reference.title_de": "form and file ask for it, and nothing else writes it",
    "Reference.title_en": "a source keeps its own title",
    "Criterion.editorial": "nothing was the editors' choice",
    "Criterion.related": "not every criterion has a relative",
    "GoodPractice.editorial": "nothing was the editors' choice",
    "GoodPractice.criteria": "a practice may stand for itself",
    "GoodPractice.phase": "a practice may belong to no phase",
    "OperatingModel.editorial": "nothing was the editors' choice",
    "OperatingModel.criteria": "a model may touch no criterion",
    "Milestone.required_levels": "one level stands for all phases",
}


def can_be_emptied(field):
    if field.many_to_many or isinstance(field, ArrayField) or (isinstance(field, models.ForeignKey) and field.null):
        return True
    return isinstance(field, models.CharField | models.TextField) and not field.choices and field.name != "as_of"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        pytest.param(model, field.name, id=f"{model.__name__}.{field.name}")
        for model in MODELS
        for field in content_fields(model)
        if can_be_emptied(field)
    ],
)
def test_emptied_field_is_named_before_publishing_or_may_be_empty(edition, model, name):
    assert missing_content(edition_document(edition)) == []
    row, field = row_of(model, name), model._meta.get_field(name)
    if field.many_to_many:
        getattr(row, name).clear()
    else:
        empty: Any = [] if isinstance(field, ArrayField) else None if isinstance(field, models.ForeignKey) else ""
        model._default_manager.filter(pk=row.pk).update(**{field.attname: empty})
    edition.refresh_from_db()
    named = missing_content(edition_document(edition))
    assert bool(named) != (f"{model.__name__}.{name}" in MAY_BE_EMPTY)
    for missing in named:
        assert f'id="id_{missing.field}"' in form_with(missing, edition_document(edition)), missing.field


def form_with(missing, document):
    """The page's form that a gap leads to, as it is drawn."""
    criteria = [(item["key"], item["title"]["de"]) for item in document["criteria"]]
    *_others, texts = parts_of(document)
    found = {item["key"]: item for item in (*document["criteria"], *document["good_practices"], *document["operating_models"])}
    form = {
        "criterion": lambda: CriterionForm(item=found[missing.key], version=1, others=criteria),
        "practice": lambda: PracticeForm(item=found[missing.key], version=1, criteria=criteria),
        "operating_model": lambda: OperatingModelForm(item=found[missing.key], version=1, groups=[], criteria=criteria),
        "edition": lambda: EditionForm(item=texts, version=1),
    }[missing.kind]()
    return form.as_p()


def test_reasons_name_fields_there_are():
    names = {field.name for model in MODELS for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    assert set(NO_CONTENT) <= names
    assert set(MAY_BE_EMPTY) <= {f"{model.__name__}.{field.name}" for model in MODELS for field in content_fields(model)}
