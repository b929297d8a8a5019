"""What breaks under the pages while people save: nothing confirmed is lost, what is refused is given back, all heals.

Real processes throughout; ``-s`` shows the figures. Elsewhere: a mail server that is away (test_mail_queue.py), a worker killed
at a PDF (tests/reports/test_rendering.py), two hosts that prepare at once (test_preparation.py), other disks
(test_full_disks.py), object storage, Valkey and one of two hosts (test_several_hosts.py).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path

import psycopg
import pytest

from tests.races import waiting_for_table
from tests.scaling.disks import mounted
from tests.scaling.installation import Database, Installation, Pages, Traffic, wait_until


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    with Installation.made() as house:
        yield house


@pytest.fixture(scope="module")
def pages(house) -> Pages:
    return house.start_pages()


def save(pages: Pages, number: int, text: str) -> tuple[int, str]:
    fields = pages.form(pages.criterion(number))
    return pages.post(pages.criterion(number), fields | {"choice": "2", "rationale": text, "bleiben": "1"})


def press_again(pages: Pages, path: str, page: str) -> tuple[int, str]:
    """The button of the page that gave back what was typed."""
    form = re.search(rf'<form method="post" action="{path}">(.*?)</form>', page, re.S)
    assert form is not None, page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
    fields |= dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form[1], re.S))
    return pages.post(path, {name: unescape(value) for name, value in fields.items()})


def test_database_restarted_in_mid_request(house, pages):
    with Traffic(house, pages).running("database restarted") as traffic:
        house.database.restart()
    assert set(traffic.statuses) <= {302, 503}


def test_database_killed_hard(house, pages):
    """And away for a moment, as until a service manager starts it anew."""
    with Traffic(house, pages).running("database killed") as traffic:
        house.database.kill()
        try:
            status, page = pages.get("/")
            assert status == 503
            assert "Ihre gespeicherten Eingaben bleiben erhalten" in page
            assert pages.get("/readyz")[0] == 503
            assert pages.get("/healthz")[0] == 200
        finally:
            house.database.start()
    assert set(traffic.statuses) <= {302, 503}


def are_taken(database: Database, pages: Pages, taken: list[psycopg.Connection]) -> bool:
    """All connections that are left, and those that the pages keep."""
    with suppress(psycopg.OperationalError):  # too many clients
        while True:
            taken.append(psycopg.connect(database.url, autocommit=True))
            taken[0].execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port IS NOT NULL AND pid <> ALL(%s)",
                [[connection.info.backend_pid for connection in taken]],
            )
    return pages.get("/")[0] == 503


def test_all_connections_of_the_database_taken(house, pages):
    taken: list[psycopg.Connection] = []
    with Traffic(house, pages).running("connections used up") as traffic:
        wait_until(lambda: are_taken(house.database, pages, taken), "connections are left")
        for connection in taken:
            connection.close()
    assert set(traffic.statuses) <= {302, 503}


def test_disk_of_the_database_full(house, pages):
    """The answers' own disk: its table can grow no more. Nothing but some room heals it."""
    disk = house.folder / "disk"
    with mounted(disk, "32m"):
        shutil.chown(disk, house.database.data.owner())
        house.database.ask(f"CREATE TABLESPACE small LOCATION '{disk}'")
        house.database.ask("ALTER TABLE assessments_historicalscore SET TABLESPACE small")
        try:
            with (
                (disk / "ballast").open("wb", buffering=0) as ballast,
                Traffic(house, pages).running("disk of the database full") as traffic,
            ):
                for size in (1024 * 1024, 4096):
                    with suppress(OSError):
                        while True:
                            ballast.write(bytes(size))
                wait_until(lambda: traffic.statuses[503], "the disk is not full")
                assert pages.get(pages.criterion(1))[0] == 200
                ballast.truncate(0)
            assert set(traffic.statuses) == {302, 503}
        finally:
            house.database.ask("ALTER TABLE assessments_historicalscore SET TABLESPACE pg_default")
            house.database.ask("DROP TABLESPACE small")


def test_text_that_a_fault_refused_is_stored_by_one_press(house, pages):
    save(pages, 1, "Erster Satz.")
    fields = pages.form(pages.criterion(1))
    house.database.stop()
    try:
        status, page = pages.post(pages.criterion(1), fields | {"choice": "3", "rationale": "Zweiter Satz.", "bleiben": "1"})
    finally:
        house.database.start()
    assert status == 503
    assert "Zweiter Satz." in page
    assert press_again(pages, pages.criterion(1), page)[0] == 302
    assert pages.form(pages.criterion(1))["version"] == str(int(fields["version"]) + 1)


UPLOAD_REFUSED = "Die Datei ließ sich gerade nicht ablegen"


def bring(pages: Pages, name: str, size: int = 200_000) -> tuple[int, str]:
    path = f"{pages.criterion(7)}nachweise/datei/"
    fields = pages.form(pages.criterion(7))
    return pages.upload(path, fields | {"text": f"Beschluss {name}"}, f"{name}.txt", b"x" * size)


def test_disk_of_uploads_full(house, pages):
    with mounted(house.var / "media", "1m"):
        with Traffic(house, pages).running("disk of uploads full") as traffic:
            status, page = bring(pages, "zu-gross", 3_000_000)
            assert status == 422
            assert UPLOAD_REFUSED in page
            assert "Beschluss zu-gross" in page
            assert bring(pages, "klein")[0] == 302
        assert set(traffic.statuses) == {302}
        assert [path.stat().st_size for path in (house.var / "media/nachweise").iterdir()] == [200_000]
    assert house.database.ask("SELECT count(*) FROM assessments_evidence WHERE file_name = 'zu-gross.txt'") == [(0,)]
    house.database.ask("DELETE FROM assessments_evidence")


def test_folder_of_uploads_away(house, pages):
    """A share that is not mounted: where it should be, a link leads nowhere."""
    media = house.var / "media"
    assert bring(pages, "vorher")[0] == 302
    ((evidence,),) = house.database.ask("SELECT id FROM assessments_evidence WHERE file_name = 'vorher.txt'")
    file = f"{pages.criterion(7)}nachweise/{evidence}/datei/"
    assert pages.get(file)[0] == 200
    with Traffic(house, pages).running("folder of uploads away") as traffic:
        media.rename(house.var / "elsewhere")
        media.symlink_to(house.var / "share")
        status, page = bring(pages, "mittendrin")
        assert status == 422
        assert UPLOAD_REFUSED in page
        assert pages.get(file)[0] == 404
        assert pages.get(pages.criterion(7))[0] == 200
        media.unlink()
        (house.var / "elsewhere").rename(media)
    assert set(traffic.statuses) == {302}
    assert pages.get(file)[0] == 200
    assert bring(pages, "mittendrin")[0] == 302


def test_pages_killed_in_mid_work(house, pages):
    with Traffic(house, pages).running("pages killed") as traffic:
        for _turn in range(2):
            traffic.more(2)
            for child in pages.children():
                child.kill()
            wait_until(lambda: len(pages.children()) == 2 and pages.get("/")[0] == 200, "no new process")
    assert set(traffic.statuses) <= {302, 0}


def test_comment_sent_again_after_its_process_was_killed_is_stored_once(house, pages):
    path = f"{pages.criterion(8)}kommentare/"
    fields = pages.form(pages.criterion(8)) | {"text": "Frage an die Kämmerei"}
    answers: list[tuple[int, str]] = []
    with psycopg.connect(house.database.url) as holder:
        holder.execute("LOCK TABLE assessments_comment IN SHARE MODE")  # so that it is in the middle of its work
        sender = threading.Thread(target=lambda: answers.append(pages.post(path, fields)))
        sender.start()
        waiting = waiting_for_table("assessments_comment")
        wait_until(lambda: house.database.ask(waiting) == [(1,)], "it does not write")
        for child in pages.children():
            child.kill()
        sender.join()
    assert answers == [(0, "")]
    wait_until(lambda: pages.get("/")[0] == 200, "no new process")
    # A minute later, when it is sure that nobody is at it any more (scaling.models.GIVEN_UP_AFTER).
    house.database.ask("UPDATE scaling_submittedform SET at = at - interval '1 minute' WHERE target = ''")
    assert pages.post(path, fields)[0] == 302
    assert pages.post(path, fields)[0] == 302
    assert house.database.ask("SELECT count(*) FROM assessments_comment") == [(1,)]


@pytest.mark.parametrize("how", ["TRUNCATE cache", "DROP TABLE cache"])
def test_cache_gone(house, pages, how):
    """How often new passwords are asked for is counted in it; answers and signing in by password need none."""
    house.database.ask(how)
    try:
        with Traffic(house, pages).running(how):
            pass
        fields = pages.form("/konto/login/", 0)
        status, page = pages.post("/konto/login/", fields | {"login": house.seed["bob"], "password": "falsch"}, 0)
        assert status == 200, page[:1000]
        fields = pages.form("/konto/password/reset/", 0) | {"email": house.seed["bob"]}
        status, page = pages.post("/konto/password/reset/", fields, 0)
        assert status == (302 if how.startswith("TRUNCATE") else 503), page[:1000]
    finally:
        house.manage("createcachetable")
    assert pages.post("/konto/password/reset/", fields, 0)[0] == 302


def test_new_version_takes_over_while_people_work(house, pages):
    """As ``systemctl reload`` does; what a migration adds meanwhile disturbs no process of the version before."""
    with Traffic(house, pages).running("reloaded") as traffic:
        house.database.ask("ALTER TABLE assessments_score ADD COLUMN of_a_later_version text NOT NULL DEFAULT ''")
        house.database.ask("ALTER TABLE assessments_historicalscore ADD COLUMN of_a_later_version text NOT NULL DEFAULT ''")
        traffic.more(house.people)
        before = {child.pid for child in pages.children()}
        pages.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len({child.pid for child in pages.children()} - before) == 2, "not reloaded")
        traffic.more(house.people)
    assert set(traffic.statuses) <= {302, 0}  # a connection just opened may be cut off
    for table in ("assessments_score", "assessments_historicalscore"):
        house.database.ask(f"ALTER TABLE {table} DROP COLUMN of_a_later_version")


def wait_for_pdf(house: Installation, pages: Pages) -> None:
    wait_until(
        lambda: pages.get(f"{pages.round}profil.pdf?umfang=kurz")[1].startswith("%PDF"), f"no PDF: {house.log('worker')}"
    )


def test_libraries_of_pdfs_missing(house, pages):
    """Said to whoever asks; once they are installed and the worker is started anew, the same press gives the PDF."""
    may_hide = os.geteuid() == 0 and shutil.which("unshare") and Path("/sbin/ldconfig").exists()
    if not may_hide or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("only root can hide a library from a process, and not everywhere")
    known = subprocess.check_output(["/sbin/ldconfig", "-p"], text=True)
    (library,) = re.findall(r"libpango-1\.0\.so\.0 .*=> (\S+)", known)[:1] or pytest.skip("Pango is not there anyway")
    hidden = ("unshare", "-m", "sh", "-c", f'mount --bind /dev/null "{library}" && exec "$@"', "sh")
    worker = house.start_worker("worker", hidden)
    try:
        with Traffic(house, pages).running("libraries of PDFs missing") as traffic:
            pass
        assert set(traffic.statuses) == {302}
        path = f"{pages.round}profil.pdf?umfang=kurz"
        wait_until(lambda: pages.get(path)[0] == 503, f"nobody is told: {house.log('worker')}")
        assert "Auf diesem Server fehlen Systembibliotheken" in pages.get(path)[1]
        assert "libpango" in house.log("worker")
    finally:
        worker.terminate()
        worker.wait()
    worker = house.start_worker("worker")
    try:
        wait_for_pdf(house, pages)
    finally:
        worker.terminate()
        worker.wait()


#: Adds as many seconds as a file says to the time of day, and to nothing else: what runs by a clock of its own goes on.
CLOCK = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long offset(void) {
    char text[32] = {0};
    int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
    if (file < 0) return 0;
    if (read(file, text, 31) < 0) text[0] = 0;
    close(file);
    return atol(text);
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    int done = syscall(SYS_clock_gettime, clock, now);
    if (!done && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
    return done;
}
time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *into, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    into->tv_sec = now.tv_sec;
    into->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


def test_clock_of_one_host_moved(house, pages, tmp_path):
    """By two hours to and fro, while people save on it and on a host that has the right time, and both ask for PDFs."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler: sudo apt-get install gcc libc6-dev")
    library, clock = tmp_path / "clock.so", tmp_path / "clock"
    build = [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)]
    subprocess.run(build, input=CLOCK, text=True, check=True)
    clock.write_text("0")
    moved = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(clock)}
    asked = [sys.executable, "-c", "import time; print(time.time())"]
    other = house.start_pages("moved", **moved)
    worker = house.start_worker("worker", **moved)
    try:
        for seconds in (-7200, 7200):
            with Traffic(house, pages, other).running(f"clock moved by {seconds} s") as traffic:
                clock.write_text(str(seconds))
                traffic.more(house.people)
            assert set(traffic.statuses) == {302}
            told = float(subprocess.check_output(asked, env=os.environ | moved))
            assert abs(told - time.time() - seconds) < 60  # it is as it is meant to be
            wait_for_pdf(house, other)
            wait_for_pdf(house, pages)
    finally:
        for process in (worker, other.process):
            process.terminate()
            process.wait()
