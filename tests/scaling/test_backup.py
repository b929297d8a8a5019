"""A backup holds all that people entered; what is damaged is refused before anything changes; a restore gives the same back."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from scaling.accounts.models import User
from scaling.backup.archive import CHECKSUMS, BadBackup
from scaling.backup.create import create
from scaling.backup.restore import NotEmpty, look_into, restore
from scaling.backup.tables import write_table
from tests.scaling.backups import address, files, fill, manage, new_database, repack, rewrite_manifest, rows, sequences

ROOT = Path(__file__).resolve().parents[2]
POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def filled(transactional_db, settings, tmp_path):
    fill(settings, tmp_path)


@pytest.fixture
def postgresql_15():
    """The folder of sockets of Debian's PostgreSQL 15, started for this test."""
    if not POSTGRESQL_15.is_dir() or os.geteuid() != 0:
        pytest.skip("needs Debian's postgresql-15, and root to start it")
    folder = Path(subprocess.check_output(["runuser", "-u", "postgres", "--", "mktemp", "-d"], text=True).strip())
    folder.chmod(0o755)

    def run(*command):
        subprocess.run(["runuser", "-u", "postgres", "--", *command], check=True, capture_output=True, cwd="/")

    user = connection.settings_dict["USER"]
    run(
        POSTGRESQL_15 / "initdb",
        "-D",
        folder / "data",
        "-U",
        user,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run(POSTGRESQL_15 / "pg_ctl", "-w", "-D", folder / "data", "-l", folder / "log", "-o", options, "start")
    yield folder
    run(POSTGRESQL_15 / "pg_ctl", "-w", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.mark.django_db
def test_place_that_cannot_be_written_or_read_is_said_with_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "x" * 300  # longer than names may be
    with pytest.raises(CommandError, match=f"The app's user cannot write {tmp_path}/{name}"):
        call_command("backup", name)
    with pytest.raises(CommandError, match=f"The app's user cannot read {tmp_path}/missing"):
        call_command("backup", check=Path("missing"))


def test_restored_row_by_row_and_file_by_file_and_usable(filled, settings, tmp_path):
    backup = tmp_path / "b.tar.gz"
    written = create(backup)
    assert (written.files, written.missing) == (len(files(settings.VAR_DIR)), ())
    assert backup.stat().st_mode & 0o777 == 0o600
    here = address(connection.settings_dict["NAME"])
    before = rows(here)
    assert len(before["assessments_score"]) > 1
    var = tmp_path / "other"
    var.mkdir()
    with new_database() as url:
        done = manage("restore", str(backup), url=url, var=var)
        assert done.returncode == 0, done.stderr
        assert rows(url) == before
        assert sequences(url) == sequences(here)
        assert files(var) == files(settings.VAR_DIR)
        with psycopg.connect(url) as database:
            # The search's columns are computed anew, and what keeps editions as they are is on again.
            assert database.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'").fetchone() == (0,)
            with pytest.raises(psycopg.errors.RestrictViolation):
                database.execute("UPDATE catalogue_edition SET title_de = 'x' WHERE state = 'published'")
            database.rollback()
        # People are in it now: a second one would throw them away.
        again = manage("restore", str(backup), url=url, var=var)
        assert "People have accounts in this database" in again.stderr
        assert manage("restore", "--replace", str(backup), url=url, var=var).returncode == 0
        assert rows(url) == before


def test_to_postgresql_15_and_from_there_to_18(filled, postgresql_15, tmp_path):
    create(tmp_path / "from18.tar.gz")
    before = rows(address(connection.settings_dict["NAME"]))
    with new_database(postgresql_15) as url15, new_database() as url18:
        assert manage("restore", str(tmp_path / "from18.tar.gz"), url=url15, var=tmp_path).returncode == 0
        assert rows(url15) == before
        assert manage("backup", str(tmp_path / "from15.tar.gz"), url=url15, var=tmp_path).returncode == 0
        assert look_into(tmp_path / "from15.tar.gz").postgresql.startswith("15.")
        assert manage("restore", str(tmp_path / "from15.tar.gz"), url=url18, var=tmp_path).returncode == 0
        assert rows(url18) == before


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_last_part(path):
    repack(path, lambda parts: parts.pop())


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change_row(path):
    def change(parts):
        at = next(i for i, (name, _content) in enumerate(parts) if name == "tables/accounts_user")
        parts[at] = (parts[at][0], parts[at][1].replace(b"alice", b"mallo"))

    repack(path, change)


def leave_out(path):
    repack(path, lambda parts: parts.remove(next(part for part in parts if part[0] == "tables/accounts_user")))


def climb_out(path):
    repack(path, lambda parts: parts.insert(1, ("media/../../evil", b"x")))


def something_else(path):
    path.write_bytes(gzip.compress(b"Das ist kein Backup."))


def empty(path):
    path.write_bytes(b"")


def twice(path):
    repack(path, lambda parts: parts.insert(2, parts[1]))


def unannounced(path):
    repack(path, lambda parts: parts.insert(1, ("media/evil.txt", b"x")))


def sums_of_nothing(path):
    repack(path, lambda parts: parts.__setitem__(-1, (CHECKSUMS, b"[1, 2")))


def of_the_future(path):
    rewrite_manifest(path, lambda manifest: manifest["migrations"].append("assessments.9999_from_the_future"))


def without_migrations(path):
    rewrite_manifest(path, lambda manifest: manifest.pop("migrations"))


def without_columns(path):
    rewrite_manifest(path, lambda manifest: manifest["tables"]["accounts_user"].pop("columns"))


def without_a_table(path):
    """It is not in the list of checksums, either."""

    def change(parts):
        parts.remove(next(part for part in parts if part[0] == "tables/accounts_user"))
        sums = json.loads(parts[-1][1])
        del sums["tables/accounts_user"]
        parts[-1] = (CHECKSUMS, json.dumps(sums).encode())

    repack(path, change)


def endless_rows(path):
    rewrite_manifest(path, lambda manifest: manifest["tables"]["accounts_user"].update(rows=float("inf")))


def sequence_of_words(path):
    rewrite_manifest(path, lambda manifest: manifest["sequences"].update(accounts_user_id_seq="viele"))


DAMAGES = {
    cut: "damaged, cut off",
    cut_last_part: "its last part is missing",
    flip: "damaged|not as it was written|cut off",
    change_row: "Its part tables/accounts_user is not as it was written",
    leave_out: "Its part tables/accounts_user is not as it was written",
    climb_out: "which no backup holds",
    something_else: "no backup of this app",
    empty: "damaged, cut off, or no backup",
    of_the_future: "newer than this one",
    without_migrations: "Its first part lacks 'migrations'",
    without_columns: "Its first part lacks 'columns'",
    without_a_table: "It lacks its table accounts_user",
    endless_rows: "Its first part lacks",
    sequence_of_words: "Its first part lacks",
    twice: "which no backup holds",
    unannounced: "Its part media/evil.txt is not as it was written",
    sums_of_nothing: "Its part checksums.json cannot be read",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damaged_backup_is_refused_before_anything_changes(filled, settings, tmp_path, damage):
    backup = tmp_path / "b.tar.gz"
    create(backup)
    here = address(connection.settings_dict["NAME"])
    before, kept = rows(here), files(settings.VAR_DIR)
    damage(backup)
    with pytest.raises(BadBackup, match=DAMAGES[damage]):
        restore(backup, replace=True)
    assert (rows(here), files(settings.VAR_DIR)) == (before, kept)
    assert not (tmp_path / "evil").exists()


def test_backup_that_does_not_fit_its_tables_is_not_told_to_have_changed_nothing(filled, tmp_path):
    """The tables are made anew, as for a backup of another version, before its rows are looked at."""
    backup = tmp_path / "b.tar.gz"
    create(backup)

    def one_row_too_many(manifest):
        manifest["tables"]["accounts_user"]["rows"] += 1

    rewrite_manifest(backup, one_row_too_many)
    with new_database() as url:
        done = manage("restore", str(backup), url=url, var=tmp_path)
    assert done.returncode == 1
    assert "The backup could not be put back: Its table accounts_user has" in done.stderr
    assert "Nothing has been changed" not in done.stderr


def test_database_with_people_is_not_replaced_unasked(filled, tmp_path):
    create(tmp_path / "b")
    with pytest.raises(NotEmpty):
        restore(tmp_path / "b")
    assert User.objects.exists()


def test_encrypted_backup_opens_with_its_key_alone(filled, tmp_path):
    pyrage = pytest.importorskip("pyrage")
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    for number, key in enumerate(keys):
        (tmp_path / f"key{number}").write_text(f"# made for this test\n{key}\n")
    call_command("backup", str(tmp_path / "b.age"), recipient=[str(keys[0].to_public())], stdout=io.StringIO())
    assert b"alice" not in (tmp_path / "b.age").read_bytes()
    with pytest.raises(BadBackup, match="--identity FILE"):
        look_into(tmp_path / "b.age")
    with pytest.raises(BadBackup, match="cannot be decrypted"):
        look_into(tmp_path / "b.age", tmp_path / "key1")
    said = io.StringIO()
    call_command("backup", check=tmp_path / "b.age", identity=tmp_path / "key0", stdout=said)
    assert "is whole" in said.getvalue()
    flip(tmp_path / "b.age")
    with pytest.raises(BadBackup, match="cannot be decrypted"):
        look_into(tmp_path / "b.age", tmp_path / "key0")
    with pytest.raises(CommandError, match="no public key"):
        call_command("backup", str(tmp_path / "c"), recipient=["age1wrong"])


def test_backup_is_one_moment_though_people_go_on(filled, tmp_path, monkeypatch):
    """Somebody is added after the first table was read: in no table of the backup, instead of in some."""
    from scaling.backup import create as module

    first = write_table

    def write_and_add(table, target):
        if table.name == "accounts_membership":
            with psycopg.connect(address(connection.settings_dict["NAME"])) as other:
                other.execute("UPDATE accounts_user SET name = 'Danach'")
        return first(table, target)

    monkeypatch.setattr(module, "write_table", write_and_add)
    create(tmp_path / "b")
    assert set(User.objects.values_list("name", flat=True)) == {"Danach"}
    with tarfile.open(tmp_path / "b") as tar:
        part = tar.extractfile("tables/accounts_user")
        assert part is not None
        assert b"Danach" not in part.read()


def test_missing_upload_is_told_and_stops_nothing(filled, settings, tmp_path):
    (Path(settings.MEDIA_ROOT) / "nachweise" / "0123.txt").unlink()
    told = io.StringIO()
    call_command("backup", str(tmp_path / "b"), stdout=io.StringIO(), stderr=told)
    assert told.getvalue() == "The upload nachweise/0123.txt is missing; everything else is in the backup.\n"
    assert look_into(tmp_path / "b").missing == ("nachweise/0123.txt",)


def test_full_disk_leaves_no_half_backup(filled, tmp_path):
    with pytest.raises(CommandError, match="There is no backup"):
        call_command("backup", "/dev/full/b")
    target = tmp_path / "there"
    target.write_text("x")
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", str(target))
    assert target.read_text() == "x"


def test_daily_backups_are_kept_for_their_time_and_the_newest_always(filled, settings, tmp_path):
    settings.BACKUP_DIR, settings.BACKUP_KEEP_DAYS = tmp_path, 30
    for days in (100, 90, 50, 40, 20):
        old = tmp_path / f"skalierungscheck-{timezone.now() - timedelta(days=days):%Y-%m-%d}-021500.tar.gz"
        old.touch()
        os.utime(old, times=(old.stat().st_atime, (timezone.now() - timedelta(days=days)).timestamp()))
    call_command("backup", into_folder=True, stdout=io.StringIO())
    ages = sorted(round((timezone.now().timestamp() - path.stat().st_mtime) / 86400) for path in tmp_path.glob("skalier*"))
    assert ages == [0, 20, 40]
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
