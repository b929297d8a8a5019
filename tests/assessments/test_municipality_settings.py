"""The coat of arms: what may come in, what is kept of it, who sees it, and that its file goes with it."""

import io
import os
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, PngImagePlugin

from scaling.accounts.coats_of_arms import (
    MAX_BYTES,
    PictureRejected,
    delete_unused_files,
    fetch_png,
    redraw,
    remove_coat_of_arms,
    set_coat_of_arms,
)
from scaling.accounts.models import Municipality
from scaling.common.history import rewriting_history


def picture(kind="PNG", size=(300, 400), mode="RGB", colour: object = "red", **options):
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, kind, **options)  # type: ignore[arg-type]
    return target.getvalue()


def upload(content, name="wappen.png"):
    return SimpleUploadedFile(name, content)


def drawn(content, name="wappen.png"):
    return Image.open(io.BytesIO(redraw(upload(content, name))))


def huge(side):
    """A PNG of a few hundred bytes that says it is ``side`` pixels wide and high."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rows + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        picture(),
        picture("JPEG"),
        picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0)),
        picture(mode="P", colour=1),
        picture(mode="LA", colour=(80, 255)),
        picture(mode="1", colour=0),
        picture(mode="I;16", colour=30000),
        picture(size=(1, 1)),
    ],
)
def test_picture_is_redrawn_as_png_without_transparency(content):
    image = drawn(content, "beliebig.txt")
    assert (image.format, image.mode) == ("PNG", "RGB")


def test_large_picture_is_made_smaller_in_proportion():
    assert drawn(picture(size=(2000, 1000))).size == (800, 400)
    assert drawn(picture(size=(30, 40))).size == (30, 40)


def test_transparent_parts_become_white():
    assert drawn(picture(mode="RGBA", colour=(0, 0, 0, 0))).getpixel((5, 5)) == (255, 255, 255)


def test_grey_of_sixteen_bits_keeps_its_shades():
    greys = [drawn(picture(mode="I;16", colour=value)).getpixel((5, 5)) for value in (0, 30000, 65535)]
    assert greys == [(0,) * 3, (117,) * 3, (255,) * 3]


def test_picture_taken_sideways_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert drawn(picture("JPEG", size=(400, 300), exif=exif)).size == (300, 400)


def test_nothing_but_the_picture_survives():
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "geheimer Ort")
    content = picture(pnginfo=hidden, icc_profile=b"Profil") + b"<script>alert(1)</script>"
    png = redraw(upload(content))
    assert Image.open(io.BytesIO(png)).info == {}
    for word in (b"geheim", b"script", b"Profil"):
        assert word in content or word == b"Profil"
        assert word not in png


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Die Datei ist leer."),
        (picture() + bytes(MAX_BYTES), "Die Datei ist größer als 2 MB."),
        (picture("GIF"), "kein lesbares Bild im Format PNG oder JPEG"),
        (picture("BMP"), "kein lesbares Bild"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kein lesbares Bild"),
        (b"%PDF-1.7", "kein lesbares Bild"),
        (picture(size=(900, 900))[:60], "kein lesbares Bild"),
        (picture("JPEG")[:700], "kein lesbares Bild"),
        (picture(size=(4001, 10)), "breiter oder höher als 4000"),
        (huge(13_000), "breiter oder höher als 4000"),
        (huge(60_000), "kein lesbares Bild"),
    ],
    ids=["empty", "heavy", "gif", "bmp", "svg", "pdf", "cut png", "cut jpeg", "wide", "bomb", "large bomb"],
)
def test_bad_picture_is_refused_with_a_reason(content, reason):
    with pytest.raises(PictureRejected) as refusal:
        redraw(upload(content))
    assert reason in str(refusal.value)


# --- The page ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def url(municipality):
    return f"/kommunen/{municipality.public_id}/einstellungen/"


def opened(client, url):
    """What each form of the page holds, as it was opened."""
    return {"version": client.get(url).context["version"]}


def files(settings):
    folder = Path(settings.MEDIA_ROOT) / "wappen"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_manager_uploads_replaces_and_removes(client, url, municipality, bob, settings):
    client.force_login(bob)
    assert f'href="{url}"' in client.get(municipality.get_absolute_url()).text
    assert "Wappen entfernen" not in client.get(url).text
    kept = []
    for colour in ("red", "blue"):
        response = client.post(url, opened(client, url) | {"picture": upload(picture(colour=colour))})
        assert response["Location"] == url
        municipality.refresh_from_db()
        kept.append(municipality.coat_of_arms.name)
        assert kept[-1].removeprefix("wappen/") in files(settings)
    assert kept[0] != kept[1]
    page = client.get(url).text
    assert 'alt="Wappen: Stadt Musterhafen"' in page
    assert "Wappen ersetzen" in page
    client.post(url, opened(client, url) | {"entfernen": "1"})
    municipality.refresh_from_db()
    assert not municipality.coat_of_arms
    assert len(files(settings)) == 2  # printed profiles may still name them


def test_replaced_picture_goes_after_a_while(municipality, settings):
    for colour in ("red", "blue"):
        set_coat_of_arms(municipality=municipality, by=None, png=redraw(upload(picture(colour=colour))))
    for file in (Path(settings.MEDIA_ROOT) / "wappen").iterdir():
        os.utime(file, (0, 0))
    assert delete_unused_files() == []
    with rewriting_history():
        Municipality.history.update(history_date=timezone.now() - timedelta(days=31))
    assert len(delete_unused_files()) == 1
    municipality.refresh_from_db()
    assert files(settings) == [municipality.coat_of_arms.name.removeprefix("wappen/")]


def test_bad_upload_is_told_at_the_field_and_keeps_what_there_is(client, url, municipality, bob, settings):
    set_coat_of_arms(municipality=municipality, by=None, png=redraw(upload(picture())))
    before = files(settings)
    client.force_login(bob)
    for content, reason in ((b"<svg/>", "kein lesbares Bild"), (None, "Diese Angabe fehlt noch.")):
        response = client.post(url, opened(client, url) | ({"picture": upload(content)} if content else {}))
        assert response.status_code == 422
        assert reason in response.text
        assert 'aria-invalid="true"' in response.text
    assert files(settings) == before
    assert client.put(url).status_code == 405


def test_others_see_no_way_to_the_settings(client, url, municipality, alice):
    client.force_login(alice)
    assert url not in client.get(municipality.get_absolute_url()).text


def test_picture_is_handed_out_as_a_picture_only(client, municipality, bob, settings):
    client.force_login(bob)
    address = f"/kommunen/{municipality.public_id}/wappen.png"
    assert client.get(address).status_code == 404
    png = redraw(upload(picture()))
    set_coat_of_arms(municipality=municipality, by=None, png=png)
    response = client.get(address)
    assert response.content == png
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    for file in (Path(settings.MEDIA_ROOT) / "wappen").iterdir():
        file.unlink()
    assert client.get(address).status_code == 404


def test_file_goes_with_its_municipality_after_a_while(municipality, settings):
    set_coat_of_arms(municipality=municipality, by=None, png=b"PNG")
    municipality.delete()
    for file in (Path(settings.MEDIA_ROOT) / "wappen").iterdir():
        os.utime(file, (0, 0))
    assert delete_unused_files() == []
    with rewriting_history():
        Municipality.history.update(history_date=timezone.now() - timedelta(days=31))
    assert len(delete_unused_files()) == 1


def test_removing_what_is_not_there_is_no_error(municipality):
    remove_coat_of_arms(municipality=municipality, by=None)
    assert not municipality.coat_of_arms


@pytest.mark.parametrize("name", ["", "nachweise/0123456789abcdef0123456789abcdef.png", "wappen/../../var.png", "/etc/passwd"])
def test_only_coats_of_arms_are_fetched(name):
    with pytest.raises(FileNotFoundError):
        fetch_png(name)


# --- The mark ---------------------------------------------------------------------------------------------------------------


def test_project_is_marked_by_its_form(client, project, bob):
    client.force_login(bob)
    address = f"/projekte/{project.public_id}/bearbeiten/"
    assert "Nur für den Dienstgebrauch" in client.get(address).text
    data = {"name": project.name, "phase": project.phase_id, "confidentiality": "council"}
    assert client.post(address, data | {"version": project.version}).status_code == 302
    project.refresh_from_db()
    data["version"] = project.version
    assert project.confidentiality == "council"
    assert '<option value="council" selected>' in client.get(address).text
    assert client.post(address, data | {"confidentiality": "streng"}).status_code == 422
    assert client.post(address, data | {"confidentiality": ""}).status_code == 302
    project.refresh_from_db()
    assert project.confidentiality == ""
