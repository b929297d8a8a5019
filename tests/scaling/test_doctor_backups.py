"""The doctor finds what is planted about backups: folders that lose them, keys nobody can read them by, no room."""

import os
from pathlib import Path

import pyrage
import pytest
from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment import Env
from scaling.doctor import backups
from tests.scaling.doctor import found
from tests.scaling.test_doctor_machine import as_nobody, open_folder, var  # noqa: F401 – fixtures
from tests.scaling.test_settings import PRODUCTION, load

PAIR = pyrage.x25519.Identity.generate()
PUBLIC = str(PAIR.to_public())
NO_KEYS = ["age1…", PUBLIC[:-1], PUBLIC[:-1] + "b", "ssh-ed25519 AAAAC3NzaC1", "betrieb@example.org"]


@pytest.fixture
def folder(settings, var, open_folder, monkeypatch):  # noqa: F811
    """Where backups may lie, were it not for pytest's own place below /tmp."""
    monkeypatch.setattr(backups, "TEMPORARY", ())
    settings.BACKUP_DIR = open_folder / "backups"
    settings.BACKUP_DIR.mkdir()
    return settings.BACKUP_DIR


def test_folder_as_it_should_be(folder):
    assert found(backups.folder) == []


def test_folder_that_is_not_there(folder):
    folder.rmdir()
    (said,) = found(backups.folder)
    assert "is not there: there is no backup tonight. → install -d -m 700 -o skalierungscheck" in said


def test_folder_that_is_a_file(folder):
    folder.rmdir()
    folder.touch()
    assert "is no folder: there is no backup tonight" in found(backups.folder)[0]


def test_folder_of_somebody_else(folder):
    with as_nobody():
        (said,) = found(backups.folder)
    assert "belongs to root and cannot be written to" in said
    assert "deploy/install services" in said


PLACES = {
    "code": ("BASE_DIR", "", "goes with the code"),
    "folder below the code": ("BASE_DIR", "sicherung/nachts", "goes with the code"),
    "uploads": ("MEDIA_ROOT", "", "would hold all earlier ones"),
    "static files": ("STATIC_ROOT", "backups", "everybody in the world"),
    "own templates": ("VAR_DIR", "templates/x", "would hold all earlier ones"),
}


@pytest.mark.parametrize(("setting", "below", "said"), PLACES.values(), ids=PLACES)
def test_folder_in_a_wrong_place(folder, settings, setting, below, said):
    settings.STATIC_ROOT = folder.parent / "static"
    settings.BACKUP_DIR = Path(getattr(settings, setting)) / below
    assert said in found(backups.folder)[0]


def test_folder_in_a_wrong_place_by_a_link(folder, settings):
    folder.rmdir()
    folder.symlink_to(settings.MEDIA_ROOT)
    assert "would hold all earlier ones" in found(backups.folder)[0]


def test_folder_that_a_restart_empties(folder, settings, monkeypatch):
    monkeypatch.undo()
    settings.BACKUP_DIR = Path("/tmp/sicherung")  # noqa: S108
    assert "emptied when the machine starts" in found(backups.folder)[0]


def test_no_room_for_the_next(folder, monkeypatch):
    monkeypatch.setattr(backups, "LEAST_FREE", 10**18)
    assert "MB are free on the disk of" in found(backups.folder)[0]
    monkeypatch.undo()
    monkeypatch.setattr(backups, "TEMPORARY", ())
    with (folder / "skalierungscheck-2026-11-01-030000.tar.gz").open("wb") as last:
        os.truncate(last.fileno(), 10**13)  # a hole: takes no room
    assert "the next backup needs up to 28610229 MB" in found(backups.folder)[0]


@pytest.mark.django_db
def test_disk_that_holds_the_data_too(folder, settings, monkeypatch):
    monkeypatch.setattr(backups, "database_folder", lambda: folder.parent)
    settings.BACKUP_COPIED = False
    assert "the same disk as the database and the uploads: what breaks it takes both." in found(backups.same_disk)[0]
    settings.OBJECT_STORAGE = {"bucket_name": "x"}
    assert "the same disk as the database: what" in found(backups.same_disk)[0]
    monkeypatch.setattr(backups, "database_folder", lambda: Path("/proc"))
    assert found(backups.same_disk) == []
    settings.OBJECT_STORAGE = {}
    settings.BACKUP_COPIED = True
    assert found(backups.same_disk) == []


@pytest.mark.django_db
def test_database_that_lies_on_this_machine_or_another():
    from django.db import connection

    folder = backups.database_folder()
    assert folder is not None
    assert folder.is_absolute()
    host = connection.settings_dict["HOST"]
    try:
        connection.settings_dict["HOST"] = "db.stadt.example"
        assert backups.database_folder() is None
    finally:
        connection.settings_dict["HOST"] = host
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE plain_person; SET LOCAL ROLE plain_person")
    assert backups.database_folder() == backups.DATA
    with connection.cursor() as cursor:  # and the transaction is not broken by the refusal
        cursor.execute("RESET ROLE; DROP ROLE plain_person")


@pytest.mark.parametrize(
    "key",
    # Named, since the key is another one in each process that collects tests. No age key has a b.
    [
        pytest.param("age1…", id="cut"),
        pytest.param(PUBLIC[:-1], id="too short"),
        pytest.param(f"{PUBLIC[:10]}b{PUBLIC[11:]}", id="wrong letter"),
        pytest.param("ssh-ed25519 AAAAC3NzaC1", id="of another kind"),
        pytest.param("betrieb@example.org", id="address"),
    ],
)
def test_key_that_is_none(settings, key):
    settings.BACKUP_RECIPIENTS = [PUBLIC, key]
    (said,) = found(backups.encryption)
    assert f"key 2: “{key}” is no public key of age" in said
    settings.BACKUP_RECIPIENTS = [PUBLIC]
    assert found(backups.encryption) == []


def test_secret_key_in_place_of_a_public_one_is_not_told(settings):
    secret = str(PAIR).lower()
    settings.BACKUP_RECIPIENTS = [secret]
    (said,) = found(backups.encryption)
    assert "this is the secret half of a key" in said
    assert secret.rpartition("-")[2] not in said.lower()


# --- Addresses in the settings


@pytest.mark.parametrize(
    "value",
    [
        "Skalierungscheck",
        "Stadt Fördä <>",
        "a@b@c.de",
        "a@stadt.de, b@stadt.de",
        "Stadt, Amt <a@stadt.de>",
        "a b@stadt.de",
        "@stadt.de",
    ],
)
def test_sender_that_is_no_address_stops_the_start(value):
    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL must be an address"):
        Env({"DEFAULT_FROM_EMAIL": value}).sender("DEFAULT_FROM_EMAIL", "")


@pytest.mark.parametrize("value", ["a@stadt.de", "Stadt Fördä <a@stadt.de>", '"Stadt, Amt" <a@stadt.de>'])
def test_sender_that_is_one(value):
    assert Env({"DEFAULT_FROM_EMAIL": value}).sender("DEFAULT_FROM_EMAIL", "") == value


def test_whom_errors_are_told_has_to_be_a_mailbox(tmp_path):
    code, said = load(tmp_path, **PRODUCTION, ERROR_MAIL_TO="betrieb@stadt.de, Ida")
    assert code == 1
    assert "ERROR_MAIL_TO must hold addresses of mailboxes, separated by commas, not 'Ida'." in said


@pytest.mark.parametrize("name", ["BACKUP_DIR", "VAR_DIR"])
def test_folder_that_is_not_the_whole_path_stops_the_start(tmp_path, name):
    code, said = load(tmp_path, **PRODUCTION | {name: "sicherung"})
    assert code == 1
    assert f"{name} must be a whole path, from / on, not 'sicherung'." in said
