"""The file of a backup: a tar, compressed, optionally encrypted (age), whose last part says how all others have to be.

``manifest.json`` comes first, ``checksums.json`` last: a file that was cut has no last part, one that was changed disagrees.
"""

import contextlib
import errno
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

FORMAT = "skalierungscheck-backup-1"
MANIFEST, CHECKSUMS = "manifest.json", "checksums.json"
AGE = b"age-encryption.org/"
#: Where a part may lie; nothing else is unpacked, and nothing outside of the folder meant for it.
PART = re.compile(r"(manifest\.json|checksums\.json|tables/[a-z0-9_]+|(media|templates)/[^/\0]+(/[^/\0]+)*)")
CHUNK = 1024 * 1024


class BadBackup(Exception):
    """The file is no backup, or not all of one. The message says so in one sentence; nothing has been changed."""


class Writer:
    """Writes parts one after the other. Leaves the ``with`` block with a whole file, or with none."""

    def __init__(self, path: Path, recipients: Sequence[str] = ()) -> None:
        self.path = path
        self.recipients = recipients
        self.parts: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "Writer":
        # In the same folder, for a name that changes at once; unreadable for others from the first byte.
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        os.close(handle)
        self.unfinished = Path(name)
        self.tar = tarfile.open(self.unfinished, "w:gz", compresslevel=6)
        return self

    def add(self, name: str, content: IO[bytes]) -> None:
        """``content`` from where it stands to its end; it has to be seekable."""
        start = content.tell()
        digest, size = hashlib.sha256(), 0
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        content.seek(start)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self.tar.addfile(entry, content)
        self.parts[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def add_json(self, name: str, content: Any) -> None:
        self.add(name, io.BytesIO(json.dumps(content, ensure_ascii=False, indent=1).encode()))

    def __exit__(self, kind: object, *_details: object) -> None:
        try:
            if kind is None:
                self.add_json(CHECKSUMS, self.parts)
            self.tar.close()
            if kind is None:
                self._encrypt()
                _to_disk(self.unfinished)
                self.unfinished.replace(self.path)
                _to_disk(self.path.parent)
        finally:
            self.unfinished.unlink(missing_ok=True)

    def _encrypt(self) -> None:
        if not self.recipients:
            return
        import pyrage

        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in self.recipients]
        plain = self.unfinished
        self.unfinished = plain.with_suffix(".age")
        try:
            pyrage.encrypt_file(str(plain), str(self.unfinished), keys)
            self.unfinished.chmod(0o600)
        except pyrage.EncryptError as error:
            raise OSError(errno.EIO, str(error)) from None  # the system said so, most often that the disk is full
        finally:
            plain.unlink()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Delete what killed backups and restores have left there a day ago or before: it is large, and not encrypted."""
    for pattern in (".skalierungscheck-*", ".backup-*", ".restore-*"):
        for left in folder.glob(pattern):
            if left.stat().st_mtime > time.time() - 24 * 3600:
                continue
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def recipient_problem(text: str) -> str:
    """Why no backup can be encrypted for this key; empty where it is a public one of age. Never tells a secret one."""
    import pyrage

    if text.upper().startswith("AGE-SECRET-KEY-"):
        return "this is the secret half of a key (AGE-SECRET-KEY-…)."
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return f"“{text}” is no public key of age (age1…)."
    return ""


@contextlib.contextmanager
def unpacked(
    path: Path, folder: Path | None = None, identity: Path | None = None, *, to_look_at: bool = False
) -> Iterator[Path]:
    """The parts of a backup as files below a temporary folder (in ``folder``), once every one has been found as it was written.

    ``identity`` is a file with the secret age key of an encrypted one; ``to_look_at`` leaves the first and the last part there
    alone, and so takes next to no room. Raises BadBackup.
    """
    try:
        unpacking = tempfile.TemporaryDirectory(prefix=".restore-", dir=folder)
    except OSError as error:
        raise BadBackup(f"It cannot be unpacked into {folder or tempfile.gettempdir()} ({error.strerror}).") from None
    with unpacking as name:
        target = Path(name)
        with _plain(path, identity, target) as plain:
            found = _unpack(plain, target, to_look_at)
        _compare(target, found)
        yield target


def no_room(folder: Path, error: BaseException | None = None) -> BadBackup:
    said = getattr(error, "strerror", None) or error or f"{shutil.disk_usage(folder).free // 1_000_000} MB are free"
    return BadBackup(f"There is no room to unpack it in {folder.parent} ({said}): make room there; the backup may be whole.")


def is_full(error: BaseException) -> bool:
    """pyrage tells the system's number in words alone."""
    full = (errno.ENOSPC, errno.EDQUOT)
    return getattr(error, "errno", None) in full or any(f"(os error {number})" in str(error) for number in full)


@contextlib.contextmanager
def _plain(path: Path, identity: Path | None, folder: Path) -> Iterator[Path]:
    try:
        with path.open("rb") as file:
            is_encrypted = file.read(len(AGE)) == AGE
    except OSError as error:
        raise BadBackup(f"The app's user cannot read {path.absolute()} ({error.strerror}).") from None
    if not is_encrypted:
        yield path
        return
    import pyrage

    if identity is None:
        raise BadBackup(f"{path} is encrypted: name the file with the secret key, --identity FILE.")
    try:
        lines = [line.strip() for line in identity.read_text().splitlines()]
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BadBackup(f"The secret key in {identity} cannot be read ({error}).") from None
    plain = folder / "plain"
    try:
        pyrage.decrypt_file(str(path), str(plain), keys)
    except (pyrage.DecryptError, OSError, ValueError) as error:
        if is_full(error):
            raise no_room(folder, error) from None
        raise BadBackup(f"{path} cannot be decrypted: it is for another key, or damaged ({error}).") from None
    try:
        yield plain
    finally:
        plain.unlink()


def _unpack(plain: Path, target: Path, to_look_at: bool) -> dict[str, dict[str, Any]]:
    """Write the parts below ``target`` and say how they are; ``to_look_at``: the first and the last one. Raises BadBackup."""
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(plain, "r:gz") as tar:
            for entry in tar:
                is_part = entry.isreg() and not entry.issparse() and PART.fullmatch(entry.name)
                if not is_part or ".." in entry.name.split("/") or entry.name in found:
                    raise BadBackup(f"It holds “{entry.name[:100]}”, which no backup holds.")
                if CHECKSUMS in found:
                    raise BadBackup("It goes on after its end.")
                if not found and entry.name != MANIFEST:
                    raise BadBackup("It does not begin like a backup of this app.")
                content = tar.extractfile(entry)
                assert content is not None  # noqa: S101 – of a regular file there is one
                path = target / entry.name
                if to_look_at and entry.name not in (MANIFEST, CHECKSUMS):
                    path = Path(os.devnull)
                elif entry.size > shutil.disk_usage(target).free:
                    raise no_room(target)
                path.parent.mkdir(parents=True, exist_ok=True)
                found[entry.name] = _copy(content, path)
    # Whatever is claimed in its heads: sizes that no memory holds, or heads within heads without end.
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        if is_full(error):
            raise no_room(target, error) from None
        raise BadBackup(f"It is damaged, cut off, or no backup of this app ({str(error) or type(error).__name__}).") from None
    return found


def _copy(content: IO[bytes], path: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _compare(target: Path, found: dict[str, dict[str, Any]]) -> None:
    if CHECKSUMS not in found:
        raise BadBackup("It is cut off: its last part is missing.")
    wanted = read_json(target / CHECKSUMS)
    del found[CHECKSUMS]
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise BadBackup(f"Its part {name} is not as it was written.")
    if read_json(target / MANIFEST).get("format") != FORMAT:
        raise BadBackup(f"It is of another format than {FORMAT}: a newer version of the app made it.")


def read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise BadBackup(f"Its part {path.name} cannot be read.")
    return content
