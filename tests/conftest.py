"""What every test may ask for: the cast (tests/cast.py), and the world of the permission table (tests/world.py)."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from assessments.reports.pdf import engine
from scaling.accounts.models import Municipality, User
from tests.cast import PASSWORD as PASSWORD
from tests.cast import Cast
from tests.cast import make_user as make_user
from tests.world import World, draw_documents, make_world

FAST_HASHER = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}

# How fast a machine draws examples says nothing about the code.
hypothesis_settings.register_profile(
    "any machine", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _fast_and_private(settings, tmp_path):
    translation.activate(settings.LANGUAGE_CODE)  # a request leaves its language behind for the next test
    settings.PASSWORD_HASHERS = FAST_HASHER["PASSWORD_HASHERS"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PDF_AT_ONCE = True  # no worker runs beside the tests but those that start one (tests/reports/test_rendering.py)


@pytest.fixture(scope="session", autouse=True)
def _skip_where_no_pdf_can_be_drawn() -> Iterator[None]:
    """Without Pango and HarfBuzz, a test that comes to draw a PDF is skipped and says what to install; all others run."""
    load = engine._weasyprint

    def load_or_skip() -> Any:
        try:
            return load()
        except engine.PdfUnavailable as error:
            pytest.skip(str(error))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_weasyprint", load_or_skip)
        yield


@pytest.fixture(scope="class")
def _shared_world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Path]]:
    """The world and its files, made once for a class of tests in a transaction around theirs, and undone with it."""
    media = tmp_path_factory.mktemp("world") / "media"
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        with translation.override("de"), override_settings(MEDIA_ROOT=media, **FAST_HASHER):
            world = make_world()
            with suppress(pytest.skip.Exception):  # no libraries: it is for the tests that draw a PDF to say so
                draw_documents(world)
    yield world, media
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def world(_shared_world: tuple[World, Path], db: None, settings: Any) -> World:
    """One of everything that has an address. The tests of a class share its rows, since making them takes a third of a second;
    what a test changes is undone after it. Tests that need rows others can see, from a browser or a second connection, make
    a world of their own.
    """
    shared, media = _shared_world
    shutil.copytree(media, settings.MEDIA_ROOT, dirs_exist_ok=True)
    return deepcopy(shared)


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> Cast:
    """Those of the test's world, where it has one."""
    return request.getfixturevalue("world").cast if "world" in request.fixturenames else Cast()


@pytest.fixture
def municipality(cast: Cast) -> Municipality:
    return cast.municipality


@pytest.fixture
def elsewhere(cast: Cast) -> Municipality:
    return cast.elsewhere


@pytest.fixture
def bob(cast: Cast) -> User:
    return cast.bob


@pytest.fixture
def alice(cast: Cast) -> User:
    return cast.alice


@pytest.fixture
def rita(cast: Cast) -> User:
    return cast.rita


@pytest.fixture
def charlie(cast: Cast) -> User:
    return cast.charlie


@pytest.fixture
def dora(cast: Cast) -> User:
    return cast.dora
