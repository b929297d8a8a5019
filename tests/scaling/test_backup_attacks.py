"""What backups meet: files made to harm, full disks, others at work, a process that is killed. Nothing is left half-written."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from assessments.models import Evidence
from scaling.backup import create as creating
from scaling.backup import restore as restoring
from scaling.backup.archive import CHECKSUMS, MANIFEST, BadBackup, unpacked
from scaling.backup.create import create
from scaling.backup.restore import NotTaken, look_into, restore
from scaling.backup.tables import write_table
from scaling.preparation import BACKUP_LOCK
from tests.races import WAITING_HOST, waiting_for_table
from tests.scaling.backups import ROOT, address, fill, manage, new_database, repack, rows
from tests.scaling.disks import mounted
from tests.scaling.installation import wait_until


@pytest.fixture
def filled(transactional_db, settings, tmp_path):
    fill(settings, tmp_path)


@pytest.fixture
def here(filled):
    return address(connection.settings_dict["NAME"])


def archive(*parts):
    """A tar of (name, content, more attributes of its head)."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content, head in parts:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            for key, value in head.items():
                setattr(entry, key, value)
            tar.addfile(entry, io.BytesIO(content))
    return file.getvalue()


BEGIN: tuple[str, bytes, dict[str, object]] = (MANIFEST, b"{}", {})
LONGER_THAN_MEMORY = 2**60


def claiming(kind):
    """A head that says that this much follows."""
    entry = tarfile.TarInfo(MANIFEST)
    entry.type, entry.size = kind, LONGER_THAN_MEMORY
    return gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 1024)


def full_of_holes():
    """Two blocks that unpack to three thousand gigabytes of nothing (GNU's sparse files)."""
    size = b"\x80" + (3 * 10**12).to_bytes(11, "big")
    entry = tarfile.TarInfo(MANIFEST)
    entry.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    head[386:398], head[398:410], head[483:495] = size, b"\x80" + bytes(11), size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head[:512])
    return gzip.compress(bytes(head) + bytes(1024))


def heads_within_heads():
    name = tarfile.TarInfo("x")
    name.type = tarfile.GNUTYPE_LONGNAME
    name.size = 1
    return gzip.compress((name.tobuf(tarfile.GNU_FORMAT) + b"a" + bytes(511)) * 3000)


ATTACKS = {
    "symlink": (archive(BEGIN, ("media/x", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc"})), "which no backup holds"),
    "hard link": (archive(BEGIN, ("media/x", b"", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"})), "no backup holds"),
    "device": (archive(BEGIN, ("media/x", b"", {"type": tarfile.CHRTYPE})), "which no backup holds"),
    "absolute": (archive(BEGIN, ("/etc/cron.d/evil", b"x", {})), "which no backup holds"),
    "upwards": (archive(BEGIN, ("templates/../../evil", b"x", {})), "which no backup holds"),
    "file as folder": (archive(BEGIN, ("media/a", b"x", {}), ("media/a/b", b"x", {})), "damaged, cut off, or no backup"),
    "long name": (archive(BEGIN, ("media/" + "a" * 300, b"x", {})), "damaged, cut off, or no backup"),
    "goes on": (archive(BEGIN, (CHECKSUMS, b"{}", {}), ("media/x", b"x", {})), "goes on after its end"),
    "deep list": (archive(BEGIN, (CHECKSUMS, b"[" * 200_000, {})), "checksums.json cannot be read"),
    "huge part": (claiming(tarfile.REGTYPE), "There is no room to unpack it"),
    "huge head": (claiming(tarfile.XHDTYPE), "no backup of this app .MemoryError"),
    "huge name": (claiming(tarfile.GNUTYPE_LONGNAME), "no backup of this app .MemoryError"),
    "holes": (full_of_holes(), "which no backup holds"),
    "heads within heads": (heads_within_heads(), "damaged, cut off, or no backup"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_file_made_to_harm_is_refused_in_one_sentence(tmp_path, attack):
    content, said = ATTACKS[attack]
    file, folder = tmp_path / "b.tar.gz", tmp_path / "folder"
    file.write_bytes(content)
    folder.mkdir()
    with pytest.raises(BadBackup, match=said), unpacked(file, folder):
        pass
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "folder"]


def test_backup_for_a_passphrase_is_refused(tmp_path):
    pyrage = pytest.importorskip("pyrage")
    (tmp_path / "b.age").write_bytes(pyrage.passphrase.encrypt(b"x", "Zwölf Laternen am Kai"))
    (tmp_path / "key").write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(BadBackup, match="cannot be decrypted: it is for another key, or damaged"):
        look_into(tmp_path / "b.age", tmp_path / "key")


def bring(size):
    """An upload that nothing packs smaller."""
    name = default_storage.save("nachweise/gross.pdf", ContentFile(os.urandom(size)))
    Evidence.objects.update(file=name, file_name="gross.pdf")


def test_disk_full_in_the_middle_of_a_backup(filled, tmp_path):
    """Also where there is room for it, and none for it encrypted."""
    pyrage = pytest.importorskip("pyrage")
    key = str(pyrage.x25519.Identity.generate().to_public())
    bring(3_000_000)
    for size, keys in (("2m", None), ("5m", [key])):
        with mounted(tmp_path / "disk", size):
            with pytest.raises(CommandError, match=r"cannot write .*disk/b \(No space left on device.*\). There is no backup"):
                call_command("backup", str(tmp_path / "disk" / "b"), recipient=keys)
            assert list((tmp_path / "disk").iterdir()) == []


def test_no_room_to_unpack_is_not_told_as_damage(here, tmp_path):
    pyrage = pytest.importorskip("pyrage")
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(key))
    bring(3_000_000)
    create(tmp_path / "plain")
    create(tmp_path / "locked", [str(key.to_public())])
    before = rows(here)
    with mounted(tmp_path / "disk", "2m"):
        for name, identity in (("plain", None), ("locked", tmp_path / "key")):
            with pytest.raises(BadBackup, match=r"There is no room to unpack it .* the backup may be whole"):
                restore(tmp_path / name, replace=True, identity=identity, folder=tmp_path / "disk")
        assert list((tmp_path / "disk").iterdir()) == []
    assert rows(here) == before


def test_check_takes_next_to_no_room(filled, tmp_path, monkeypatch):
    bring(3_000_000)
    create(tmp_path / "b")
    with mounted(tmp_path / "disk", "1m"):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "disk"))
        assert look_into(tmp_path / "b").files > 2


def test_disk_full_in_the_middle_of_a_restore(here, settings, tmp_path):
    bring(3_000_000)
    template = settings.VAR_DIR / "templates" / "pages" / "imprint.html"
    template.write_text("Von morgen. " * 200_000)
    create(tmp_path / "b")
    before = rows(here)
    with mounted(tmp_path / "disk", "1m"):
        settings.MEDIA_ROOT = tmp_path / "disk"
        with pytest.raises(NotTaken, match="No space left on device"):
            restore(tmp_path / "b", replace=True)
    assert rows(here) == before
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"
    with mounted(tmp_path / "var2", "1m"):
        settings.VAR_DIR = tmp_path / "var2"
        mine = tmp_path / "var2" / "templates" / "pages" / "imprint.html"
        mine.parent.mkdir(parents=True)
        mine.write_text("Von heute.")
        with pytest.raises(NotTaken, match="No space left on device"):
            restore(tmp_path / "b", replace=True)
        assert mine.read_text() == "Von heute."
        assert list(mine.parent.iterdir()) == [mine]
    assert rows(here) == before


def test_restore_waits_for_nobody_for_ever(here, tmp_path, monkeypatch):
    """Somebody's page is in the middle of a transaction, or forgotten in a console."""
    monkeypatch.setattr(restoring, "WAIT", "100ms")
    create(tmp_path / "b")
    before = rows(here)
    with psycopg.connect(here) as person:
        person.execute("SELECT * FROM accounts_user")
        with pytest.raises(NotTaken, match="stop pages, workers and timers"):
            restore(tmp_path / "b", replace=True)
    assert rows(here) == before
    restore(tmp_path / "b", replace=True)
    assert rows(here) == before


def test_row_that_the_database_does_not_take_is_said_in_one_sentence(here, tmp_path):
    create(tmp_path / "b")
    before = rows(here)

    def change(parts):
        at = next(i for i, (name, _content) in enumerate(parts) if name == "tables/accounts_user")
        parts[at] = (parts[at][0], b"no row\n")
        sums = json.loads(parts[-1][1])
        sums["tables/accounts_user"] = {"sha256": hashlib.sha256(parts[at][1]).hexdigest(), "bytes": len(parts[at][1])}
        parts[-1] = (CHECKSUMS, json.dumps(sums).encode())

    repack(tmp_path / "b", change)
    with pytest.raises(NotTaken, match="invalid input syntax"):
        restore(tmp_path / "b", replace=True)
    assert rows(here) == before


def start(*words, url, var):
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var)}
    command = [sys.executable, "manage.py", *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_backup_that_begins_during_a_restore_is_not_empty(here, tmp_path):
    """Tables that are emptied look empty to a snapshot of before, too."""
    create(tmp_path / "b")
    with new_database() as url:
        assert manage("restore", str(tmp_path / "b"), url=url, var=tmp_path).returncode == 0
        before = rows(url)
        with psycopg.connect(url) as person:
            person.execute("SELECT * FROM accounts_user")
            again = start("restore", "--replace", str(tmp_path / "b"), url=url, var=tmp_path)
            with psycopg.connect(url, autocommit=True) as look:
                wait_until(lambda: look.execute(waiting_for_table("accounts_user")).fetchone() == (1,), "it does not restore")
                nightly = start("backup", str(tmp_path / "nightly"), url=url, var=tmp_path)
                wait_until(lambda: look.execute(WAITING_HOST).fetchone() == (1,), "the backup waits for nobody")
        assert again.communicate(timeout=60)[0].startswith("Restored ")
        assert "This database is being restored; waiting for it" in nightly.communicate(timeout=60)[0]
        assert rows(url) == before
        assert look_into(tmp_path / "nightly").rows == look_into(tmp_path / "b").rows


def test_backup_that_begins_while_a_restore_makes_the_tables_anew_waits_for_them(here, tmp_path):
    create(tmp_path / "b")
    with new_database() as url:
        assert manage("restore", str(tmp_path / "b"), url=url, var=tmp_path).returncode == 0
        with psycopg.connect(url) as restoring, psycopg.connect(url, autocommit=True) as look:
            restoring.execute("SELECT pg_advisory_xact_lock(%s)", [BACKUP_LOCK])
            look.execute("ALTER TABLE accounts_user RENAME TO not_there_yet")
            nightly = start("backup", str(tmp_path / "nightly"), url=url, var=tmp_path)
            wait_until(lambda: nightly.poll() is not None or look.execute(WAITING_HOST).fetchone() == (1,), "it does nothing")
            look.execute("ALTER TABLE not_there_yet RENAME TO accounts_user")
        assert "This database is being restored; waiting for it" in nightly.communicate(timeout=60)[0]
        assert look_into(tmp_path / "nightly").rows == look_into(tmp_path / "b").rows


def test_server_that_ends_what_is_idle_ends_neither_backup_nor_restore(here, tmp_path):
    """What an administrator sets against forgotten consoles: the locks of both are held by connections that do nothing else."""
    create(tmp_path / "b")
    with new_database() as url:
        assert manage("restore", str(tmp_path / "b"), url=url, var=tmp_path).returncode == 0
        before = rows(url)
        with psycopg.connect(url, autocommit=True) as administrator:
            name = administrator.info.dbname
            administrator.execute(f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '30ms'")
        for words in (["backup", str(tmp_path / "again")], ["restore", "--replace", str(tmp_path / "again")]):
            done = manage(*words, url=url, var=tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
        assert rows(url) == before


@pytest.mark.parametrize("words", [["backup", "new"], ["restore", "b"]])
def test_database_that_is_away_is_said_in_one_sentence(here, tmp_path, words):
    create(tmp_path / "b")
    nowhere = f"postgresql:///x?host={tmp_path}"
    done = manage(words[0], str(tmp_path / words[1]), url=nowhere, var=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "The database cannot be re" in done.stderr
    assert not (tmp_path / "new").exists()


def test_two_restores_at_once_and_a_restore_during_a_backup(here, tmp_path, monkeypatch):
    create(tmp_path / "b")
    before = rows(here)
    both: list[subprocess.Popen[str]] = []
    first = write_table

    def write_and_restore(table, target):
        if table.name == "accounts_membership":
            both.extend(start("restore", "--replace", str(tmp_path / "b"), url=here, var=tmp_path / "var") for _ in range(2))
            with psycopg.connect(here, autocommit=True) as look:
                wait_until(lambda: look.execute(WAITING_HOST).fetchone() == (2,), "they wait for nobody")
        return first(table, target)

    monkeypatch.setattr(creating, "write_table", write_and_restore)
    create(tmp_path / "during")
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("A backup of this database is being written; waiting for it" in text for text in said) == 1
    assert sum("Another host prepares this database; waiting for it" in text for text in said) == 1
    assert rows(here) == before
    assert look_into(tmp_path / "during").rows == look_into(tmp_path / "b").rows


def test_connection_lost_in_the_middle_of_a_backup(here, tmp_path, monkeypatch):
    first = write_table

    def write_and_lose(table, target):
        if table.name == "accounts_membership":
            with psycopg.connect(here, autocommit=True) as administrator:
                administrator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'idle in transaction'"
                )
        return first(table, target)

    monkeypatch.setattr(creating, "write_table", write_and_lose)
    (tmp_path / "backups").mkdir()
    with pytest.raises(CommandError, match=r"The database cannot be read .* There is no backup"):
        call_command("backup", str(tmp_path / "backups" / "b"))
    assert list((tmp_path / "backups").iterdir()) == []


def test_what_a_killed_backup_left_is_deleted_by_a_later_night(filled, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"
    (settings.BACKUP_DIR / ".backup-old").mkdir(parents=True)
    (settings.BACKUP_DIR / ".backup-old" / "accounts_user").write_text("alice")
    names = [".skalierungscheck-2026-01-01-021500.tar.gz.abc", ".skalierungscheck-2026-01-02-021500.tar.gz.new", "notes.txt"]
    for name in names:
        (settings.BACKUP_DIR / name).write_text("alice")
    for name in (names[0], names[2], ".backup-old"):
        os.utime(settings.BACKUP_DIR / name, times=(time.time(), time.time() - 2 * 24 * 3600))
    call_command("backup", into_folder=True, stdout=io.StringIO())
    left = [path.name for path in settings.BACKUP_DIR.iterdir()]
    assert sorted(name for name in left if not name.startswith("skalierungscheck-")) == names[1:]
