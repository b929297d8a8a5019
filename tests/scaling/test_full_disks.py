"""Full disks beside those of answers and uploads (test_faults.py): that of the log, and that of temporary files."""

from collections.abc import Iterator

import pytest

from tests.scaling.disks import mounted
from tests.scaling.installation import Installation, Traffic, wait_until


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    with Installation.made() as house:
        yield house


def fill(disk):
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


def test_disk_of_the_log_full(house):
    """Nobody waits for a line that cannot be written, and no answer is lost for it."""
    with mounted(house.folder / "logs", "64k"):
        pages = house.start_pages("logs/pages", LOG_LEVEL="DEBUG")
        fill(house.folder / "logs")
        size = (house.folder / "logs" / "pages.log").stat().st_size
        with Traffic(house, pages).running("disk of the log full") as traffic:
            pass
        assert set(traffic.statuses) == {302}
        (house.folder / "logs" / "ballast").unlink()
        wait_until(
            lambda: pages.get("/gibt-es-nicht/")[0] == 404 and (house.folder / "logs" / "pages.log").stat().st_size > size,
            "the log does not go on",
        )
        pages.process.terminate()
        pages.process.wait()


def test_disk_of_temporary_files_full_for_the_worker(house):
    """A worker that runs has its fonts, and writes nothing but into the database."""
    pages = house.start_pages()
    path = f"{pages.round}profil.pdf?umfang="
    with mounted(house.folder / "tmp", "8m"):
        worker = house.start_worker("worker", TMPDIR=str(house.folder / "tmp"))
        try:
            wait_until(lambda: pages.get(path + "kurz")[1].startswith("%PDF"), f"no PDF: {house.log('worker')}")
            fill(house.folder / "tmp")
            with Traffic(house, pages).running("disk of the worker's temporary files full") as traffic:
                pass
            assert set(traffic.statuses) == {302}
            wait_until(lambda: pages.get(path + "lang")[1].startswith("%PDF"), f"no PDF: {house.log('worker')}")
        finally:
            worker.terminate()
            worker.wait()
