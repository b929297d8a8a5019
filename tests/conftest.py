"""The cast, known to every test: Alice edits, Bob manages, Rita reads, Charlie belongs elsewhere, Dora curates."""

import pytest
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from scaling.accounts.models import Membership, Municipality, Role, User

PASSWORD = "ein-sehr-gutes-Passwort"

# How fast a machine draws examples says nothing about the code.
hypothesis_settings.register_profile(
    "any machine", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


def make_user(name: str, **fields) -> User:
    """A person with an e-mail address made from the name. The password is hashed by the tests' fast hasher."""
    return User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name, **fields)


@pytest.fixture(autouse=True)
def _fast_and_private(settings, tmp_path):
    translation.activate(settings.LANGUAGE_CODE)  # a request leaves its language behind for the next test
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PDF_AT_ONCE = True  # no worker runs beside the tests but those that start one (tests/reports/test_rendering.py)


@pytest.fixture
def municipality(db) -> Municipality:
    return Municipality.objects.create(name="Stadt Musterhafen", ags="03999001", is_fictional=True)


@pytest.fixture
def elsewhere(db) -> Municipality:
    return Municipality.objects.create(name="Gemeinde Anderswo", ags="09999002", is_fictional=True)


@pytest.fixture
def bob(municipality) -> User:
    """A manager of the municipality."""
    user = make_user("Bob")
    Membership.objects.create(user=user, municipality=municipality, role=Role.MANAGER)
    return user


@pytest.fixture
def alice(municipality) -> User:
    """On the municipality's team; a project has to name her before she may edit it."""
    user = make_user("Alice")
    Membership.objects.create(user=user, municipality=municipality, role=Role.TEAM)
    return user


@pytest.fixture
def rita(municipality) -> User:
    """Reads approved assessments."""
    user = make_user("Rita")
    Membership.objects.create(user=user, municipality=municipality, role=Role.READER)
    return user


@pytest.fixture
def charlie(elsewhere) -> User:
    """Manages another municipality: a stranger to everything here."""
    user = make_user("Charlie")
    Membership.objects.create(user=user, municipality=elsewhere, role=Role.MANAGER)
    return user


@pytest.fixture
def dora(db) -> User:
    """Curates the catalogue and belongs to no municipality."""
    return make_user("Dora", is_curator=True)
