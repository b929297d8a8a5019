"""Two hosts with folders of their own, one PgBouncer, one object storage, two workers, thirty people: one host may go.

``-s`` shows the figures that deploy/several-hosts.md names.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.scaling.installation import Installation, Pages, Traffic, free_port, wait_until

PEOPLE = 30
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class ObjectStorage:
    """A server that speaks S3 (moto), which keeps nothing once it has ended."""

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("moto", reason="requirements/dev.txt brings it")
        self.port = free_port()
        self.log = folder / "s3.log"
        self.url = f"s3+http://key:secret@127.0.0.1:{self.port}/uploads"
        self.start()

    def start(self) -> None:
        from scaling.common.environment import Env
        from scaling.object_storage import ObjectStorage as Storage

        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        storage = Storage(**Env({"X": self.url}).object_storage("X"))

        def is_there() -> bool:
            try:
                storage.connection.create_bucket(Bucket="uploads")
                return True
            except Exception:  # it has not started yet
                return False

        wait_until(is_there, "no object storage")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def pgbouncer(house: Installation, *, size: int) -> Iterator[str]:
    """The address of a pooler of transactions in front of the database."""
    if PGBOUNCER is None:
        pytest.skip("needs pgbouncer: sudo apt-get install pgbouncer")
    (sockets,) = parse_qs(urlsplit(house.database.url).query)["host"]
    port, conf = free_port(), house.folder / "pgbouncer.ini"
    name, user = urlsplit(house.database.url).path.strip("/"), urlsplit(house.database.url).username or "postgres"
    conf.write_text(
        f"[databases]\n{name} = host={sockets} dbname={name} user={user}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = {size}\n"
        "max_client_conn = 200\n"
    )
    command = [PGBOUNCER, "-q", str(conf)]
    if os.geteuid() == 0:  # which it refuses to be
        command = ["runuser", "-u", house.database.data.owner(), "--", *command]
    process = house.start("pgbouncer", command)
    try:
        yield f"postgresql://{user}@127.0.0.1:{port}/{name}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    with Installation.made(people=PEOPLE) as house:
        yield house


@pytest.fixture(scope="module")
def storage(house) -> Iterator[ObjectStorage]:
    made = ObjectStorage(house.folder)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def pooled(house) -> Iterator[dict[str, str]]:
    """What the environment of a host behind the pooler holds."""
    with pgbouncer(house, size=10) as url:
        yield {"DATABASE_URL": url, "DATABASE_PREPARE": "0"}  # Debian's PgBouncer is older than 1.21


def host(house: Installation, name: str, settings: dict[str, str]) -> Pages:
    """With folders of its own."""
    var = house.folder / name
    var.mkdir()
    for made in ("locale", "static"):  # as an installation makes them, once
        (var / made).symlink_to(house.var / made)
    shutil.copy(house.var / "secret_key", var)
    return house.start_pages(name, **settings, VAR_DIR=str(var))


def bring(pages: Pages, name: str) -> tuple[int, str]:
    path = f"{pages.criterion(PEOPLE + 1)}nachweise/datei/"
    return pages.upload(path, pages.form(path) | {"text": f"Beschluss {name}"}, f"{name}.txt", f"{name} ".encode() * 1000)


def address_of(house: Installation, pages: Pages, name: str) -> str:
    ((evidence,),) = house.database.ask("SELECT id FROM assessments_evidence WHERE file_name = %s", f"{name}.txt")
    return f"{pages.criterion(PEOPLE + 1)}nachweise/{evidence}/datei/"


def test_one_of_two_hosts_and_one_of_two_workers_killed(house, storage, pooled):
    settings = {**pooled, "UPLOADS_URL": storage.url}
    first, second = host(house, "first", settings), host(house, "second", settings)
    workers = [house.start_worker(f"worker-{number}", **settings) for number in (1, 2)]
    assert bring(first, "vorher")[0] == 302
    assert second.get(address_of(house, second, "vorher"))[1].startswith("vorher vorher")
    with Traffic(house, first, second).running("one host of two killed") as traffic:
        connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND client_port IS NOT NULL"
        ((taken,),) = house.database.ask(connections)
        for process in (*first.children(), first.process, workers[0]):
            process.kill()
        first.process.wait()
    print(f"{taken} connections of the database taken by two hosts, two workers and the test")  # noqa: T201
    assert taken <= 25  # ten of the pool, those that wait for jobs, the test's own
    assert set(traffic.statuses) <= {302, 0}
    assert second.get(address_of(house, second, "vorher"))[1].startswith("vorher vorher")
    assert bring(second, "nachher")[0] == 302
    pdf = f"{second.round}profil.pdf?umfang=kurz"
    wait_until(lambda: second.get(pdf)[1].startswith("%PDF"), f"no PDF: {house.log('worker-2')}")
    third = host(house, "third", settings)  # in place of the first, with nothing on its disk
    assert third.get(address_of(house, third, "nachher"))[1].startswith("nachher nachher")
    assert third.get(pdf)[1].startswith("%PDF")
    for process in (second.process, third.process, workers[1]):
        process.terminate()
        process.wait()


def test_object_storage_away(house, storage, pooled):
    pages = host(house, "fourth", {**pooled, "UPLOADS_URL": storage.url})
    assert bring(pages, "da")[0] == 302
    file = address_of(house, pages, "da")
    assert pages.get(file)[0] == 200
    with Traffic(house, pages).running("object storage away") as traffic:
        storage.stop()
        status, page = bring(pages, "weg")
        assert status == 422
        assert "Die Datei ließ sich gerade nicht ablegen" in page
        assert "Beschluss weg" in page
        status, page = pages.get(file)
        assert status == 503
        assert "Wir sind gleich wieder da" in page
        assert pages.get(pages.criterion(PEOPLE + 1))[0] == 200
    assert set(traffic.statuses) == {302}  # everything else goes on
    storage.start()
    assert bring(pages, "weg")[0] == 302
    assert house.database.ask("SELECT count(*) FROM assessments_evidence WHERE file_name = 'weg.txt'") == [(1,)]
    assert pages.get(address_of(house, pages, "weg"))[1].startswith("weg weg")
    pages.process.terminate()
    pages.process.wait()


def test_uploads_move_into_an_object_storage_by_a_backup(house, storage, tmp_path):
    """As deploy/several-hosts.md says; and back the same way."""
    before = house.start_pages("one-host")
    assert bring(before, "umzug")[0] == 302
    file = address_of(house, before, "umzug")
    before.process.terminate()
    before.process.wait()
    house.manage("backup", str(tmp_path / "folder.tar.gz"))
    house.manage("restore", "--replace", str(tmp_path / "folder.tar.gz"), UPLOADS_URL=storage.url)
    after = host(house, "bucket", {"UPLOADS_URL": storage.url})
    assert after.get(file)[1].startswith("umzug umzug")
    after.process.terminate()
    after.process.wait()
    house.manage("backup", str(tmp_path / "bucket.tar.gz"), UPLOADS_URL=storage.url)
    shutil.rmtree(house.var / "media")
    house.manage("restore", "--replace", str(tmp_path / "bucket.tar.gz"))
    assert b"umzug umzug " in {path.read_bytes()[:12] for path in (house.var / "media/nachweise").iterdir()}


def test_valkey_away(house):
    """Whoever asks for a new password is told to come back in a moment, since that could not be counted; all others go on."""
    server = shutil.which("valkey-server") or shutil.which("redis-server")
    if server is None:
        pytest.skip("needs Valkey or Redis: sudo apt-get install redis-server")
    port = free_port()

    def start_valkey() -> subprocess.Popen[bytes]:
        return house.start("valkey", [server, "--port", str(port), "--bind", "127.0.0.1", "--save", ""])

    valkey = start_valkey()
    pages = host(house, "fifth", {"CACHE_URL": f"valkey://127.0.0.1:{port}/0"})
    fields = pages.form("/konto/password/reset/", 0) | {"email": house.seed["bob"]}
    wait_until(lambda: pages.post("/konto/password/reset/", fields, 0)[0] == 302, "no new password")
    with Traffic(house, pages).running("Valkey away") as traffic:
        valkey.kill()
        valkey.wait()
        status, page = pages.post("/konto/password/reset/", fields, 0)
        assert status == 503
        assert "Wir sind gleich wieder da" in page
    assert set(traffic.statuses) == {302}
    start_valkey()
    wait_until(lambda: pages.post("/konto/password/reset/", fields, 0)[0] == 302, "no new password")
    pages.process.terminate()
    pages.process.wait()
