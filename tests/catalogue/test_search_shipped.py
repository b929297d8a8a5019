"""The search over the catalogue as it is shipped: what people really type finds what they mean."""

import pytest
from django.db import transaction

from catalogue.models import Criterion, Edition, GoodPractice, OperatingModel
from catalogue.search import CRITERION, MODEL, PRACTICE, search
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


def test_it_security_finds_what_speaks_of_security(shipped):
    hits = search(shipped, "IT-Sicherheit").hits
    assert "sicherheit" in hits[0].words


def test_practices_and_operating_models_are_found(shipped):
    models = dict(OperatingModel.objects.values_list("pk", "key"))
    practices = dict(GoodPractice.objects.values_list("pk", "title"))
    assert [models[pk] for pk in search(shipped, "Konzession").of(MODEL)]
    assert any("Polyteia" in practices[pk] for pk in search(shipped, "Polyteia").of(PRACTICE))
