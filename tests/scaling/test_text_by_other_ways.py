"""Text of catalogue files, commands and uploads comes tidied like that of forms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.models import Criterion
from catalogue.services.importing import import_files, load_file
from scaling.accounts.models import Municipality, User
from tests.catalogue.documents import as_file, catalogue_document
from tests.conftest import PASSWORD
from tests.scaling.test_text import NFC, NFD

ODD = f"{NFD} ist\u00ad gut\u202e\u200b\u2028Zweite Zeile"
TIDY = f"{NFC} ist gut\nZweite Zeile"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("summary", TIDY),
        ("why", TIDY),
        ("note", TIDY),
        ("not_here", TIDY),
        ("title", TIDY.replace("\n", " ")),
    ],
)
def test_texts_of_a_catalogue_file_come_tidied(place, kept):
    document = catalogue_document("eins")
    document["criteria"][0][place]["de"] = ODD
    [result] = import_files([load_file(as_file(document), "x.yaml")])
    criterion = result.edition.criteria.get()
    assert getattr(criterion, f"{place}_de") == kept
    again = load_file(as_file(document), "x.yaml")
    assert import_files([again])[0].outcome == "unchanged"


@pytest.mark.django_db
def test_lists_of_a_catalogue_file_come_tidied_and_what_shows_nothing_is_refused():
    document = catalogue_document("eins")
    document["criteria"][0]["questions"] = {"de": [f"{NFD}\u200b?"], "en": []}
    [result] = import_files([load_file(as_file(document), "x.yaml")])
    assert result.edition.criteria.values_list("questions_de", flat=True).get() == [f"{NFC}?"]
    document["criteria"][0]["title"]["de"] = "\u200b\u3164"
    with pytest.raises(CatalogueFileError) as refused:
        load_file(as_file(document), "x.yaml")
    assert "leer" in str(refused.value)


@pytest.mark.django_db
def test_uploaded_file_and_command_take_the_same_door(client, dora, tmp_path):
    document = catalogue_document("eins")
    document["criteria"][0]["summary"]["de"] = ODD
    client.force_login(dora)
    page = client.post("/katalog/redaktion/einlesen/", {"file": SimpleUploadedFile("a.yaml", as_file(document))})
    upload = page.context["upload"]
    client.post("/katalog/redaktion/einlesen/", {"einlesen": upload.public_id})
    assert Criterion.objects.values_list("summary_de", flat=True).get() == TIDY
    path = tmp_path / "b.yaml"
    path.write_bytes(as_file(document))
    call_command("import_catalogue", str(path))
    assert Criterion.objects.values_list("summary_de", flat=True).get() == TIDY


@pytest.mark.django_db(transaction=True)
def test_municipality_and_person_made_by_command_have_tidy_names(mailoutbox):
    call_command("create_municipality", name=f"Stadt {NFD}\u200b", ags="03999001", manager="Ro\u200bsa@example.org")
    municipality = Municipality.objects.get()
    assert municipality.name == f"Stadt {NFC}"
    assert municipality.invitations.get().email == "rosa@example.org"
    assert User.objects.create_superuser("x@example.org", "x", name=f"{NFD}\u2028B").name == f"{NFC} B"


@pytest.mark.django_db
def test_address_pasted_with_an_invisible_character_signs_in(client, alice):
    response = client.post("/konto/login/", {"login": f"\u200b{alice.email}\u2060", "password": PASSWORD})
    assert response.status_code == 302, response.text


@pytest.mark.django_db
def test_one_line_stays_one_line(client, bob, municipality):
    client.force_login(bob)
    data = {"version": bob.version, "name": "Bob\u2028Baumann", "language": "de"}
    assert client.post("/konto/", data).status_code == 302
    assert User.objects.get(pk=bob.pk).name == "Bob Baumann"
