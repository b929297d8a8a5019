"""Uploads in an object storage that several hosts share: S3, or whatever speaks like it (django-storages).

It tells of a failure as a disk does, so that what is above needs to know one kind: OSError, FileNotFoundError among them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from scaling.common.stored_files import StorageAway

#: Seconds: somebody waits. Twice at most.
CONNECT_WITHIN, ANSWER_WITHIN, ATTEMPTS = 3, 15, 2
#: Larger files lie on the disk while they are read.
IN_MEMORY = 2 * 1024 * 1024


def _as_of_a_disk(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise StorageAway(f"The object storage does not answer, or refuses: {error}") from error

    return call


class ObjectStorage(S3Storage):  # type: ignore[misc]  # it has no types
    """``options`` are those of S3Storage. Nobody outside reads it: files are handed out by the app itself."""

    def __init__(self, **options: Any) -> None:
        config = Config(
            connect_timeout=CONNECT_WITHIN,
            read_timeout=ANSWER_WITHIN,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": "path"},  # a name for each bucket in the DNS is Amazon's alone
            # Checksums that S3 has had since 2025 are not known to all that speak like it.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, file_overwrite=False, max_memory_size=IN_MEMORY, **options)

    @_as_of_a_disk
    def _open(self, name: str, mode: str = "rb") -> Any:
        file = super()._open(name, mode)
        file.open()  # fetched here, where a failure can still be told, and not while it is handed out
        return file

    _save = _as_of_a_disk(S3Storage._save)
    delete = _as_of_a_disk(S3Storage.delete)
    exists = _as_of_a_disk(S3Storage.exists)
    listdir = _as_of_a_disk(S3Storage.listdir)
    size = _as_of_a_disk(S3Storage.size)
    get_modified_time = _as_of_a_disk(S3Storage.get_modified_time)
