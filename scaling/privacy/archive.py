"""RowsByModel and files as one ZIP: what a person, a data protection officer or another program can read without this one."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import BinaryField, FileField, Model
from django.utils import timezone

from assessments.models import RecordFile
from scaling import __version__
from scaling.accounts.models import Municipality, User
from scaling.privacy.rows import SECRET, RowsByModel, in_batches, keys

READ_ME = Path(__file__).with_name("LIESMICH.txt")


class Archive:
    """A ZIP being written. ``close`` adds the list of what is in it."""

    def __init__(self, target: IO[bytes], about: dict[str, Any]) -> None:
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.about = about
        self.files: dict[str, str] = {}
        self.missing: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        if name in self.files:
            return
        # A date of its own would be the machine's; the list of contents says when.
        self.zip.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        self.files[name] = hashlib.sha256(content).hexdigest()

    def close(self) -> None:
        content = {
            **self.about,
            "version": __version__,
            "made": timezone.now().isoformat(),
            "files": self.files,
            "missing_files": self.missing,
        }
        self.add("LIESMICH.txt", READ_ME.read_bytes())
        self.zip.writestr(zipfile.ZipInfo("inhalt.json", (1980, 1, 1, 0, 0, 0)), as_bytes(content), zipfile.ZIP_DEFLATED)
        self.zip.close()


def as_bytes(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def write(target: IO[bytes], rows: RowsByModel, about: dict[str, Any], *, only_files_of: User | None = None) -> None:
    """All ``rows``, whom they name, and their files. Of a person, the files are those they brought themself."""
    archive = Archive(target, {**about, "rows": {}})
    people: set[int] = set()
    for model in sorted(rows, key=lambda one: one._meta.db_table):
        found = list(_as_objects(model, rows[model]))
        archive.add(f"daten/{model._meta.db_table}.json", as_bytes(found))
        archive.about["rows"][model._meta.db_table] = len(found)
        for field in keys(model):
            if field.related_model is User:
                people |= {row[field.column] for row in found if row.get(field.column)}
    if only_files_of is None:
        archive.add("daten/personen.json", as_bytes(_people(people)))
    else:
        archive.add("daten/personen.json", as_bytes(_people({only_files_of.pk})))
    _files(archive, rows, only_files_of)
    archive.close()


def _people(pks: set[int]) -> list[dict[str, Any]]:
    people = User.objects.filter(pk__in=pks).order_by("pk").values_list("pk", "name", "email")
    return [{"id": pk, "name": name, "email": email} for pk, name, email in people]


def _as_objects(model: type[Model], pks: Iterable[int]) -> Iterable[dict[str, Any]]:
    """Each row as PostgreSQL writes it in JSON, with the columns that may be handed out."""
    quote = connection.ops.quote_name
    fields = [f for f in model._meta.concrete_fields if f.column not in SECRET and not isinstance(f, BinaryField)]
    named = ", ".join(f"t.{quote(str(field.column))}" for field in fields)
    key = quote(str(model._meta.pk.column))
    for some in in_batches(pks):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT to_jsonb(found)::text FROM {quote(model._meta.db_table)} t, "  # noqa: S608 – names of ours
                f"LATERAL (SELECT {named}) found WHERE t.{key} = ANY(%s) ORDER BY t.{key}",
                [some],
            )
            yield from (json.loads(text) for (text,) in cursor.fetchall())


def file_fields(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if isinstance(field, FileField)]


def file_names(rows: RowsByModel, brought_by: User | None = None) -> set[str]:
    """The stored files that rows point to, those of histories and coats of arms of documents included."""
    names: set[str] = set()
    for model, pks in rows.items():
        if model._meta.label == "scaling.DataExport":
            continue
        for name in [*file_fields(model), *(["coat_of_arms"] if model._meta.label == "assessments.AssessmentRecord" else [])]:
            where: dict[str, Any] = {"pk__in": pks}
            if brought_by is not None:
                if not any(field.name == "added_by" for field in model._meta.concrete_fields):
                    continue
                where["added_by"] = brought_by
            names |= set(model._base_manager.filter(**where).exclude(**{name: ""}).values_list(name, flat=True))
    return {name for name in names if name}


def _files(archive: Archive, rows: RowsByModel, brought_by: User | None) -> None:
    for name in sorted(file_names(rows, brought_by)):
        try:
            with default_storage.open(name) as file:
                archive.add(f"dateien/{name}", file.read())
        except FileNotFoundError:
            archive.missing.append(name)
    if brought_by is None:
        for some in in_batches(rows.get(RecordFile, ()), 20):
            for one in RecordFile.objects.filter(pk__in=some, content__isnull=False).select_related("record"):
                name = f"{one.record.number}-{one.version}-{one.language}-{one.options or 'alle'}.{one.kind}"
                archive.add(f"dokumente/{name}", bytes(one.content or b""))


def municipality_named(municipality: Municipality) -> dict[str, Any]:
    return {"about": "municipality", "name": municipality.name, "ags": municipality.ags}
