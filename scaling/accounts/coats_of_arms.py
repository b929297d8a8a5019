"""The municipality's coat of arms: which files are accepted, and the two service functions that set and remove it.

Nothing that was uploaded is kept. The picture is read, drawn anew on white and written as a PNG, so that neither metadata nor
anything hidden in the file survives; and without transparency, which an archivable PDF has no use for. It lies under a random
name that changes with the picture: equal names mean equal pictures.
"""

import logging
import re
import secrets
import warnings
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from scaling.accounts.models import Municipality
from scaling.common.history import attribute_to
from scaling.common.stored_files import UNUSED_FOR, delete_unused, save_file
from scaling.common.transactions import atomic
from scaling.common.versions import change_part

logger = logging.getLogger(__name__)

#: Who else needs pictures that were replaced: each answers with their stored names.
keepers: list[Callable[[], Iterable[str]]] = []

FOLDER = "wappen"
OFFERED_FOR = timedelta(days=1)
MAX_BYTES = 2 * 1024 * 1024
#: Pixels on a side: of what comes in, known before it is decoded, and of what is kept.
MAX_PIXELS, STORED_PIXELS = 4000, 800
_NAME = re.compile(rf"{FOLDER}/[0-9a-f]{{32}}\.png")


class PictureRejected(Exception):
    """The file is not accepted. The message says why, to the person who uploaded it."""


def redraw(upload: "UploadedFile[bytes]") -> bytes:
    """A PNG of at most 800 pixels on a side, from a PNG or JPEG of at most 2 MB. Raises PictureRejected."""
    if not upload.size:
        raise PictureRejected(_("Die Datei ist leer."))
    if upload.size > MAX_BYTES:
        raise PictureRejected(_("Die Datei ist größer als 2 MB."))
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(upload, formats=("PNG", "JPEG")) as image:
            if max(image.size) <= MAX_PIXELS:
                _load_whole(image)
                return _redrawn(image)
    except Exception as error:  # a decoder may stumble over broken data in any way
        logger.info("An uploaded coat of arms could not be read: %r", error)
        raise PictureRejected(_("Die Datei ist kein lesbares Bild im Format PNG oder JPEG.")) from error
    raise PictureRejected(_("Das Bild ist breiter oder höher als 4000 Bildpunkte."))


def _load_whole(image: Image.Image) -> None:
    """Decode; raises OSError for a picture that breaks off.

    WeasyPrint lets Pillow fill up such pictures with grey in the whole process. That it is strict in other threads, too, does
    no harm: reports draw only what was redrawn here, which is whole.
    """
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _redrawn(image: Image.Image) -> bytes:
    if image.mode.startswith("I"):  # sixteen bits of grey: converted at once, nearly all of them are white
        image = image.convert("I").point(lambda grey: grey / 256).convert("L")
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((STORED_PIXELS, STORED_PIXELS), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", upright.size, "white")
    canvas.alpha_composite(upright)
    written = BytesIO()
    canvas.convert("RGB").save(written, "PNG", optimize=True)
    return written.getvalue()


def set_coat_of_arms(*, municipality: Municipality, png: bytes, by: Any, version: int | None = None) -> None:
    """Keep a picture that ``redraw`` made, in place of that of ``version``. Raises StorageUnavailable, StaleRecord.

    The one before stays for a while, for what was printed with it (``delete_unused_files``).
    """
    stored = _store(png)
    try:
        _replace(municipality, stored, by, version)
    except BaseException:
        default_storage.delete(stored)
        raise


def remove_coat_of_arms(*, municipality: Municipality, by: Any, version: int | None = None) -> None:
    """Raises StaleRecord. To remove what is not there is no error."""
    _replace(municipality, "", by, version)


def _store(png: bytes) -> str:
    return save_file(f"{FOLDER}/{secrets.token_hex(16)}.png", ContentFile(png))


@atomic
def _replace(municipality: Municipality, name: str, by: Any, version: int | None) -> None:
    current = Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    stored = {"coat_of_arms": current.coat_of_arms.name or ""}
    if change_part(current, version, stored=stored, wanted={"coat_of_arms": name}):
        current.coat_of_arms = name
        attribute_to(current, by)
        current.save(update_fields=["coat_of_arms", "version"])
    municipality.coat_of_arms, municipality.version = current.coat_of_arms, current.version


# A picture that came second waits for its sender to choose. It belongs to nothing, so that it goes by itself after a while.


def offer_picture(*, municipality: Municipality, png: bytes) -> str:
    """Keep a picture for a day without using it; what comes back names it to ``offered_name``. Raises StorageUnavailable."""
    return signing.dumps(_store(png), salt=f"{FOLDER}:{municipality.pk}")


def offered_name(*, municipality: Municipality, offer: str) -> str:
    """Its stored name. Raises FileNotFoundError for an offer that is too old, or not one of ours to this municipality."""
    try:
        return str(signing.loads(offer, salt=f"{FOLDER}:{municipality.pk}", max_age=OFFERED_FOR))
    except signing.BadSignature as error:
        raise FileNotFoundError(offer) from error


def fetch_png(name: str) -> bytes:
    """The picture by its stored name. Raises FileNotFoundError, for names that are not of a coat of arms as well."""
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content


def delete_unused_files(*, unused_for: timedelta = UNUSED_FOR) -> list[str]:
    """Delete the pictures no municipality has had for that long, and return their names. Two queries."""
    used = set(Municipality.objects.exclude(coat_of_arms="").values_list("coat_of_arms", flat=True))
    used |= {name for keeper in keepers for name in keeper()}
    # A picture was in use until the municipality's next change; its latest one is late enough.
    latest = Municipality.history.filter(id=OuterRef("id")).order_by("-history_date").values("history_date")[:1]
    past = Municipality.history.exclude(coat_of_arms="").annotate(until=Subquery(latest)).values_list("coat_of_arms", "until")
    return delete_unused(FOLDER, used=used, unused_since=dict(past), unused_for=unused_for)
