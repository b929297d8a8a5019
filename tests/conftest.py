"""What every test may ask for: the cast (tests/cast.py), and the world of the permission table (tests/world.py)."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.core.management.commands import flush
from django.db import OperationalError, connection, transaction
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from assessments.reports.pdf import engine
from assessments.services.demo import load_demo
from catalogue import edition_cache
from catalogue.services.importing import import_files, load_file
from scaling.accounts.models import Municipality, User
from scaling.settings import BASE_DIR
from tests.cast import PASSWORD as PASSWORD
from tests.cast import Cast
from tests.cast import make_user as make_user
from tests.kept_rows import MADE_BY_DJANGO, KeptRows
from tests.world import World, draw_documents, put_world

T = TypeVar("T")
#: Bytes that an empty table may keep for rows that are gone.
ROOM = 512 * 1024

#: Browsers and servers of their own: whether they are quick enough for each other is up to the machine, too.
RUN_ONCE_MORE = ("tests/browser/", "tests/scaling/test_faults.py", "tests/scaling/test_several_hosts.py")
#: No worker runs beside the tests but those that start one (tests/reports/test_rendering.py).
IN_TESTS = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "PDF_AT_ONCE": True,
    "MAILS_AT_ONCE": True,
}

# How fast a machine draws examples says nothing about the code.
hypothesis_settings.register_profile(
    "any machine", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


def pytest_xdist_auto_num_workers() -> int:
    """Processes of ``-n auto``: more than cores, since a test with a browser, a server or a queue waits half of its time."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a pipeline, a test of a browser or of several processes that failed runs once more; the summary names it (RERUN)."""
    if os.environ.get("CI"):
        for item in items:
            if item.nodeid.startswith(RUN_ONCE_MORE):
                item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """All modules are loaded now and stay: looking through them for garbage again and again took a twentieth of a run."""
    keep_what_is_loaded()
    gc.set_threshold(20_000, 20, 50)


def keep_what_is_loaded() -> None:
    gc.collect()
    gc.freeze()


#: Once, with the first PDF, which brings WeasyPrint: before each one it is looked for garbage.
keep_what_is_loaded_for_pdfs = cache(keep_what_is_loaded)


@pytest.fixture(scope="session")
def media_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A place for each test's files. Most have none, and to make and remove a folder for each takes longer than many a test."""
    root = tmp_path_factory.mktemp("media")
    return (root / str(number) for number in count())


@pytest.fixture(autouse=True)
def _fast_and_private(settings: Any, media_roots: Iterator[Path]) -> Iterator[None]:
    translation.activate(settings.LANGUAGE_CODE)  # a request leaves its language behind for the next test
    edition_cache.forget()  # and this what the catalogue said, under ids that may come again
    for name, value in IN_TESTS.items():
        setattr(settings, name, value)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = media = next(media_roots)
    yield
    if media.exists():
        shutil.rmtree(media)


@pytest.fixture(scope="session", autouse=True)
def _skip_where_no_pdf_can_be_drawn() -> Iterator[None]:
    """Without Pango and HarfBuzz, a test that comes to draw a PDF is skipped and says what to install; all others run."""
    load = engine._weasyprint

    def load_or_skip() -> Any:
        try:
            loaded = load()
        except engine.PdfUnavailable as error:
            pytest.skip(str(error))
        keep_what_is_loaded_for_pdfs()
        return loaded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_weasyprint", load_or_skip)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for changes here before it makes a database: it begins from the tables that are there already."""
    template = os.environ.get("TEST_TEMPLATE")
    if template:
        connection.settings_dict["TEST"]["TEMPLATE"] = template


def _delete_all_rows(*_args: Any, **_options: Any) -> None:
    """What ``flush`` leaves behind, without what it takes most of its time for: to truncate each table, empty or not, and to
    make content types and permissions anew. It waits for requests under way, as ``TRUNCATE`` does, and no trigger is asked.
    Where such a request and it wait for each other, it gives way and asks again.
    """
    for _attempt in range(4):
        with suppress(OperationalError):
            return _delete_rows_once()
    _delete_rows_once()


def _delete_rows_once() -> None:
    quote = connection.ops.quote_name
    # all there are: the queue and the cache are no models of Django's, and what is left there would meet the next test
    tables = [quote(name) for name in sorted(connection.introspection.table_names()) if name not in MADE_BY_DJANGO]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE; SET LOCAL session_replication_role = replica")
        # names of our own tables, not what anybody typed
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))  # noqa: S608
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        # What is gone takes its room until somebody looks after the table, which nobody does (tests/database_server.py).
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND relname != ALL(%s) AND pg_relation_size(oid) > %s",
            [list(MADE_BY_DJANGO), ROOM],
        )
        if grown := [table for (table,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(grown)} CASCADE")


@pytest.fixture(scope="session", autouse=True)
def _flush_quickly() -> Iterator[None]:
    """After each test that needs more than one connection, Django empties the database by its command ``flush``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", _delete_all_rows)
        yield


@dataclass
class SharedRows:
    """Makes rows once for the tests of a class. Files that come with them lie in ``media``."""

    blocker: Any
    media: Path

    def make(self, maker: Callable[[], T]) -> T:
        with self.blocker.unblock(), translation.override("de"), override_settings(MEDIA_ROOT=self.media, **IN_TESTS):
            return maker()


@pytest.fixture(scope="class")
def shared_rows(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedRows]:
    """For fixtures of a class, in a transaction around those of its tests, which is undone with it.

    What a test changes is undone after it, as ever. All tests of the class see these rows, and no other connection does: tests
    with a browser or a second connection make rows of their own.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
    yield SharedRows(django_db_blocker, tmp_path_factory.mktemp("shared") / "media")
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="class")
def _shared_world(shared_rows: SharedRows, kept_rows: KeptRows) -> World:
    return shared_rows.make(partial(put_world, kept_rows))


@pytest.fixture(scope="class")
def documents(_shared_world: World, shared_rows: SharedRows) -> None:
    """The PDFs of the class's world, drawn once: for tests that go through all addresses."""
    with suppress(pytest.skip.Exception):  # no libraries: it is for the tests that draw a PDF to say so
        shared_rows.make(partial(draw_documents, _shared_world))


@pytest.fixture
def world(_shared_world: World, shared_rows: SharedRows, db: None, settings: Any) -> World:
    """One of everything that has an address. Making it takes a third of a second, so the tests of a class share its rows."""
    shutil.copytree(shared_rows.media, settings.MEDIA_ROOT, dirs_exist_ok=True)
    return deepcopy(_shared_world)


def _load_demo() -> None:
    files = [BASE_DIR / "fixtures" / "catalogue" / f"edition-{number}.yaml" for number in (1, 2, 3)]
    import_files([load_file(file.read_bytes(), file.name) for file in files], publish=True)
    assert load_demo() == 2


@pytest.fixture(scope="class")
def _shared_demo(shared_rows: SharedRows, kept_rows: KeptRows) -> None:
    shared_rows.make(partial(kept_rows.get, "demo", _load_demo))


@pytest.fixture
def demo(_shared_demo: None, db: None) -> None:
    """The catalogue as it is shipped and the demo's municipalities. A class of tests shares them: they take seconds to load."""


@pytest.fixture(scope="session")
def kept_rows() -> KeptRows:
    """For the stories that the tests of a folder begin from: their rows, kept."""
    return KeptRows()


@pytest.fixture
def story(db: None) -> Any:
    """Rows with a cast of their own, where a folder's conftest.py has such a fixture."""
    return None


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None, story: Any) -> Cast:
    """Those of the test's world or story, where it has one."""
    if "world" in request.fixturenames:
        return request.getfixturevalue("world").cast
    return story.cast if story else Cast()


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
