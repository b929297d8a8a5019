"""The search over the catalogue as it is shipped: what people really type finds what they mean."""

import pytest
from django.db import transaction

from catalogue.models import Criterion, Edition, GoodPractice, OperatingModel
from catalogue.search import CRITERION, MODEL, PRACTICE, search, words_of
from catalogue.services.importing import import_files, load_file
from scaling.settings import BASE_DIR

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """The catalogue as it is shipped: what people really search."""
    with django_db_blocker.unblock(), transaction.atomic():
        file = load_file((BASE_DIR / "fixtures/catalogue/edition-2.yaml").read_bytes(), "x")
        import_files([file], publish=True)
        yield Edition.objects.get(major=2)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Invesor", "zufriedenheit-der-investoren"),
        ("Investorn", "zufriedenheit-der-investoren"),
        ("Qualitaet", "datenqualitaet-und-homogenitaet"),
        ("Datenqualitaet", "datenqualitaet-und-homogenitaet"),
        ("open-source", "standardisierung-offene-schnittstellen"),
        ("Meilenstein P4", "ratsbeschluss"),
        ("P4", "kontinuitaet"),
        ("Haushaltsplan", "ratsbeschluss"),
        ("Geschaeftsmodel", "erstellung-geschaeftsmodell"),
        ("milestone", "pilotprojekt"),
    ],
)
def test_what_people_type_finds_what_they_mean(shipped, text, meant):
    keys = dict(Criterion.objects.values_list("pk", "key"))
    assert meant in [keys[pk] for pk in search(shipped, text).of(CRITERION)]


@pytest.fixture(scope="module")
def newest(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        file = load_file((BASE_DIR / "fixtures/catalogue/edition-3.yaml").read_bytes(), "x")
        import_files([file], publish=True)
        yield Edition.objects.get(major=3)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("text", "has"),
    [
        pytest.param("Kämmerei", lambda c: "treasury" in c.offices, id="office"),
        pytest.param("Vergabestelle", lambda c: "procurement" in c.offices, id="office of few"),
        pytest.param("Datenschutz-Folgenabschätzung", lambda c: c.legal_notes.exists(), id="legal note"),
    ],
)
def test_everything_a_criterion_says_is_found(newest, text, has):
    found = Criterion.objects.filter(pk__in=search(newest, text).of(CRITERION))
    wanted = [criterion.key for criterion in newest.criteria.all() if has(criterion)]
    assert any(criterion.key in wanted for criterion in found)


@pytest.mark.parametrize("field", ["municipality_summary", "not_here", "municipality_questions"])
def test_words_that_stand_in_one_text_only_are_found(newest, field):
    """For each criterion with such a text: a word of it that no other text of the criterion holds leads to it."""
    tried = 0
    for criterion in newest.criteria.prefetch_related("levels", "legal_notes"):
        value = getattr(criterion, f"{field}_de")
        text = " ".join(value) if isinstance(value, list) else value or ""
        rare = max((word for word in words_of(text) if len(word) > 7), key=len, default="")
        if rare:
            tried += 1
            assert criterion.pk in search(newest, rare).of(CRITERION), (criterion.key, rare)
    assert tried > 20


def test_it_security_finds_what_speaks_of_security(shipped):
    hits = search(shipped, "IT-Sicherheit").hits
    assert "sicherheit" in hits[0].words


def test_practices_and_operating_models_are_found(shipped):
    models = dict(OperatingModel.objects.values_list("pk", "key"))
    practices = dict(GoodPractice.objects.values_list("pk", "title"))
    assert [models[pk] for pk in search(shipped, "Konzession").of(MODEL)]
    assert any("Polyteia" in practices[pk] for pk in search(shipped, "Polyteia").of(PRACTICE))
