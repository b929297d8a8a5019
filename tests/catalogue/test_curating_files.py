"""Files on the curator pages: checked, compared and loaded; refused where they are hostile; and out again."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from catalogue.documents.export import criterion_document, edition_yaml
from catalogue.models import CatalogueUpload, ChangeLogEntry, Edition, EditionState
from catalogue.models.upload import UPLOAD_TTL
from catalogue.services.editing import save_criterion
from tests.catalogue.documents import as_file, catalogue_document, practice_document
from tests.catalogue.documents import criterion_document as one
from tests.catalogue.pages import address
from tests.test_every_post_once import form_of

pytestmark = pytest.mark.django_db


def upload(client, source: bytes):
    return client.post(address("upload"), {"file": SimpleUploadedFile("neu.yaml", source), "pruefen": "1"})


def test_file_checked_compared_and_then_loaded(client, curator, published):
    published("eins", number="1.0")
    changed = catalogue_document("eins", "zwei", number="2.0")
    changed["criteria"][0]["why"]["de"] = "Anders begründet"
    page = upload(client, as_file(changed))
    assert page.status_code == 200
    assert [c.key for c in page.context["comparison"].of("criteria", "added")] == ["zwei"]
    assert Edition.objects.count() == 1
    response = client.post(address("upload"), {"einlesen": page.context["upload"].public_id})
    assert response.headers["Location"] == address("edition", "2.0")
    assert Edition.objects.numbered("2.0").state == EditionState.DRAFT
    assert ChangeLogEntry.objects.get(edition__major=2).by == curator
    assert not CatalogueUpload.objects.exists()


def test_draft_that_somebody_edited_since_the_check_is_not_replaced_unseen(client, curator, published):
    """A file replaces the whole draft it was compared with, and no other."""
    published("eins", number="1.0")
    page = upload(client, as_file(catalogue_document("eins", number="2.0")))
    load(client, page.context["upload"].public_id)
    changed = catalogue_document("eins", number="2.0")
    changed["criteria"][0]["why"]["de"] = "Aus der Datei"
    page = upload(client, as_file(changed))
    edition = Edition.objects.numbered("2.0")
    criterion = edition.criteria.get()
    item = criterion_document(criterion)
    item["why"]["de"] = "Inzwischen im Browser geschrieben"
    save_criterion(criterion=criterion, version=criterion.version, by=curator, item=item)
    form = form_of(page.text, address("upload")) | {"einlesen": page.context["upload"].public_id}
    response = client.post(address("upload"), form, follow=True)
    assert "Der Entwurf 2.0 hat sich geändert" in response.text
    assert edition.criteria.get().why_de == "Inzwischen im Browser geschrieben"
    page = upload(client, as_file(changed))
    form = form_of(page.text, address("upload")) | {"einlesen": page.context["upload"].public_id}
    assert client.post(address("upload"), form).headers["Location"] == address("edition", "2.0")
    assert edition.criteria.get().why_de == "Aus der Datei"


def checked(client, number: str = "2.0") -> CatalogueUpload:
    """A file that passed the check and waits."""
    found: CatalogueUpload = upload(client, as_file(catalogue_document("eins", number=number))).context["upload"]
    return found


def load(client, public_id: str):
    return client.post(address("upload"), {"einlesen": public_id})


def test_checked_file_cannot_be_loaded_by_somebody_who_is_no_curator(client, curator, published, alice):
    published("eins", number="1.0")
    stored = checked(client)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert load(client, stored.public_id).status_code == 403
    assert Edition.objects.count() == 1


def test_checked_file_cannot_be_loaded_by_another_curator(client, curator, published, alice):
    published("eins", number="1.0")
    stored = checked(client)
    alice.is_curator = True
    alice.save()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert load(client, stored.public_id).headers["Location"] == address("upload")
    assert Edition.objects.count() == 1
    assert CatalogueUpload.objects.filter(pk=stored.pk).exists()


def test_file_that_waited_too_long_is_asked_for_again_and_cleared_away(client, curator, published):
    published("eins", number="1.0")
    old = checked(client)
    CatalogueUpload.objects.update(created_at=timezone.now() - UPLOAD_TTL)
    assert load(client, old.public_id).headers["Location"] == address("upload")
    assert Edition.objects.count() == 1
    new = checked(client, number="3.0")
    assert list(CatalogueUpload.objects.all()) == [new]


@pytest.mark.parametrize("public_id", ["gibt-es-nicht", "", "\x00", "x" * 5000])
def test_unknown_file_asked_for_again(client, curator, db, public_id):
    assert load(client, public_id).headers["Location"] == address("upload")
    assert not Edition.objects.exists()


@pytest.mark.parametrize(
    "source",
    [
        b"a: &x 1\n",
        b"\xff\xfe",
        b"a: " + b"[" * 99,
        b"format: x\nformat: y\n",
        b"\x00",
        b"x" * (5 * 1024 * 1024 + 1),
        as_file(catalogue_document("eins", extra="Feld")),
        as_file(catalogue_document(criteria=[one("eins", why={"de": "<script>x</script>", "en": "x"})])),
    ],
    ids=["anchor", "encoding", "deep", "duplicate", "nul", "huge", "unknown field", "script"],
)
def test_hostile_file_refused_and_nothing_changed(client, curator, db, source):
    response = upload(client, source)
    assert response.status_code == 422
    assert "<script>x" not in response.content.decode()
    assert not Edition.objects.exists()


def test_changed_file_for_a_published_edition_refused(client, curator, published):
    published("eins")
    response = upload(client, as_file(catalogue_document("zwei")))
    assert response.status_code == 422
    assert "kann nicht mehr geändert werden" in response.content.decode()
    assert "nichts zu tun" in upload(client, as_file(catalogue_document("eins"))).content.decode()


def test_files_out(client, curator, published):
    edition = published("eins", good_practices=[practice_document("praxis")])
    response = client.get(address("yaml", "1.0"))
    assert response.content == edition_yaml(edition).encode()
    assert response.headers["Content-Disposition"] == 'attachment; filename="katalog-1.0.yaml"'


def test_spreadsheet_holds_every_text_as_text(client, curator, published):
    published(criteria=[one("eins", why={"de": "=1+1", "en": "@x"})])
    content = client.get(address("xlsx", "1.0")).content
    with ZipFile(BytesIO(content)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    for text in ["=1+1", "@x", "Frage zu eins?", *[f"eins, Beschreibung {n} auf Deutsch" for n in range(5)]]:
        assert f"<t>{text}</t>" in texts
    assert len(sheets) == 4
    assert not any("<f>" in sheet for sheet in sheets)
