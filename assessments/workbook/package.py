"""A workbook that a stranger may have made: looked at as the package it is, within bounds, before a library reads it."""

import io
import zipfile
import zlib
from collections.abc import Callable

from django.utils.translation import gettext as _

from assessments.workbook.cells import UnreadableFile, Workbook
from assessments.workbook.ods import CONTENT, read_ods
from assessments.workbook.xlsx import read_xlsx

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_PARTS = 400
#: Tags of one part. The sheet of a hundred criteria has fifteen thousand; a reader needs some 500 bytes for each.
MAX_TAGS = 300_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: What reads a package that has a part of this name; the first that fits.
READERS: dict[str, Callable[[bytes], Workbook]] = {"xl/workbook.xml": read_xlsx, CONTENT: read_ods}
OPENDOCUMENT = b"application/vnd.oasis.opendocument."
SPREADSHEETS = {OPENDOCUMENT + b"spreadsheet", OPENDOCUMENT + b"spreadsheet-template"}
#: Where an OpenDocument file keeps its macros.
MACROS = ("Basic/", "Scripts/")


def read_workbook(data: bytes) -> Workbook:
    """Raises UnreadableFile, whatever is brought. Unpacks at most ``MAX_UNPACKED`` bytes before anything is read."""
    names = _looked_at(data)
    read = next((READERS[name] for name in READERS if name in names), None)
    if read is None:
        raise UnreadableFile(_no_workbook())
    try:
        book = read(data)
        _bounded(book)
        return book
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged file ends a library's reader in a dozen ways, and none of them is our fault
        raise UnreadableFile(_damaged()) from error


def _bounded(book: Workbook) -> None:
    """A text that is in the file once may stand in each of its cells; whoever goes on reading looks through all of them."""
    left = MAX_UNPACKED
    for cell in (cell for rows in book.sheets.values() for row in rows.values() for cell in row.values()):
        left -= len(cell.value) if isinstance(cell.value, str) else 0
        if left < 0:
            raise UnreadableFile(_("Die Datei ist entpackt viel zu groß. Das ist kein Bogen aus dem Skalierungscheck."))


def _no_workbook() -> str:
    return _("Das ist keine Excel-Datei (.xlsx) und keine OpenDocument-Tabelle (.ods).")


def _damaged() -> str:
    return _("Die Datei ist beschädigt. Bitte öffnen Sie sie in Ihrer Tabellenkalkulation und speichern Sie sie neu.")


def _looked_at(data: bytes) -> set[str]:
    """The names of the package's parts, if it is one and within bounds."""
    if not data:
        raise UnreadableFile(_("Die Datei ist leer."))
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            _("Die Datei ist größer als 5 MB. Ein Bogen ist viel kleiner; bitte prüfen Sie, ob es die richtige ist.")
        )
    if data.startswith(OLE):
        raise UnreadableFile(
            _(
                "Die Datei ist mit einem Passwort geschützt oder im alten Format .xls. "
                "Bitte speichern Sie sie ohne Passwort als .xlsx oder .ods."
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if data.startswith(b"PK"):
            raise UnreadableFile(_damaged()) from error
        raise UnreadableFile(_no_workbook()) from error


def _unpacked(archive: zipfile.ZipFile) -> set[str]:
    names = archive.namelist()
    if "mimetype" in names:
        kind = archive.open("mimetype").read(100).strip()
        if kind.startswith(OPENDOCUMENT) and kind not in SPREADSHEETS:
            raise UnreadableFile(_no_workbook())
    if any(_is_macro(name) for name in names):
        raise UnreadableFile(_("Die Datei enthält Makros. Bitte speichern Sie sie ohne Makros als .xlsx oder .ods."))
    if len(names) > MAX_PARTS or len(names) != len(set(names)):
        raise UnreadableFile(_("Die Datei enthält zu viele Teile. Das ist kein Bogen aus dem Skalierungscheck."))
    left = MAX_UNPACKED
    for name in names:
        # What a package says about its sizes may be a lie: count what really comes out.
        with archive.open(name) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise UnreadableFile(_("Die Datei ist entpackt viel zu groß. Das ist kein Bogen aus dem Skalierungscheck."))
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content[:1000]:
            raise UnreadableFile(_("Die Datei enthält eine Dokumenttyp-Angabe; solche Dateien nehmen wir nicht an."))
        if name == "META-INF/manifest.xml" and b"encryption-data" in content:
            raise UnreadableFile(_("Die Datei ist mit einem Passwort geschützt. Bitte speichern Sie sie ohne Passwort."))
        if content.count(b"<") > MAX_TAGS:
            raise UnreadableFile(_("Die Tabelle hat zu viele Zellen. Das ist kein Bogen aus dem Skalierungscheck."))
    return set(names)


def _is_macro(name: str) -> bool:
    return name.endswith("vbaProject.bin") or (name.startswith(MACROS) and not name.endswith("/"))
