"""Coat of arms and mark of confidentiality: on the cover, in the running heads, on screen and in the data."""

import io
import json

import pikepdf
import pytest
from django.utils import translation
from PIL import Image, ImageDraw

from assessments.models import Assessment
from assessments.reports.export.json_file import document
from assessments.reports.pdf import pdf_of, render_pdf
from assessments.reports.profile.load import load_profile
from scaling.accounts.coats_of_arms import redraw, set_coat_of_arms
from tests.reports.pdf_facts import elements, open_pdf, page_text
from tests.reports.rendered import rendered
from tests.reports.sample import make_profile
from tests.reports.test_pdf import MADE_AT, failures

MARKS = {"internal": "Nur für den Dienstgebrauch", "council": "Nichtöffentlich", "confidential": "Vertraulich"}


def shield(colour="#b3261e"):
    """A shield on nothing: most of the picture is transparent."""
    image = Image.new("RGBA", (600, 720), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.polygon([(20, 20), (580, 20), (580, 420), (300, 700), (20, 420)], fill=colour, outline="#123a7d", width=16)
    draw.ellipse([200, 150, 400, 350], fill=(255, 215, 0, 140))
    written = io.BytesIO()
    image.save(written, "PNG")
    written.seek(0)
    written.size = len(written.getvalue())  # type: ignore[attr-defined]
    return redraw(written)  # type: ignore[arg-type]


@pytest.fixture
def coat_of_arms(municipality):
    set_coat_of_arms(municipality=municipality, by=None, png=shield())
    return municipality.coat_of_arms.name


def alternatives(content):
    with open_pdf(content) as pdf:
        return [str(one.Alt) for one in elements(pdf) if one.S == "/Figure"]


@pytest.mark.parametrize("variant", ["kurz", "lang"])
@pytest.mark.parametrize("approved", [True, False])
def test_report_with_coat_of_arms_and_mark_is_accessible_and_archivable(coat_of_arms, variant, approved):
    profile = make_profile(
        3, approved=approved, coat_of_arms=coat_of_arms, confidentiality="confidential", confidentiality_label="Vertraulich"
    )
    content = render_pdf(profile, variant=variant, made_at=MADE_AT)
    assert failures(content, "ua1") == []
    assert failures(content, "3a") == []
    assert "Wappen: Stadt Musterhafen" in alternatives(content)
    with open_pdf(content) as pdf:
        assert all("Vertraulich" in page_text(page) for page in pdf.pages)
        pictures = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        assert [int(one.Width) for one in pictures] == [600]
        assert not any("/SMask" in image or image.get("/Interpolate", False) for image in pictures)
    assert render_pdf(profile, variant=variant, made_at=MADE_AT) == content


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_report_without_them_shows_neither(variant):
    content = rendered("three criteria", variant)
    assert not any("Wappen" in text for text in alternatives(content))
    with open_pdf(content) as pdf:
        assert not any(mark in page_text(page) for page in pdf.pages for mark in MARKS.values())


@pytest.mark.parametrize("label", MARKS.values())
def test_kurzfassung_with_both_still_has_at_most_four_pages(coat_of_arms, label):
    profile = make_profile(60, coat_of_arms=coat_of_arms, confidentiality="x", confidentiality_label=label)
    with open_pdf(render_pdf(profile, variant="kurz")) as pdf:
        assert len(pdf.pages) <= 4
        assert all(label in page_text(page) for page in pdf.pages)


def test_report_whose_picture_is_lost_is_made_without_it(coat_of_arms, settings, caplog):
    (settings.MEDIA_ROOT / coat_of_arms).unlink()
    assert not any(
        "Wappen" in text for text in alternatives(render_pdf(make_profile(1, coat_of_arms=coat_of_arms), variant="lang"))
    )
    assert "is missing" in caplog.text


def test_profile_carries_both_from_the_database_at_no_further_query(second, coat_of_arms, django_assert_num_queries):
    second.project.confidentiality = "internal"
    second.project.save()
    assessment = Assessment.objects.with_context().with_papers().get(pk=second.pk)
    load_profile(assessment)  # the catalogue is kept from now on
    with django_assert_num_queries(4):
        meta = load_profile(assessment).meta
    assert (meta.coat_of_arms, meta.confidentiality) == (coat_of_arms, "internal")
    assert meta.confidentiality_label == "Nur für den Dienstgebrauch"
    with translation.override("en"):
        assert load_profile(assessment).meta.confidentiality_label == "For official use only"


def test_another_picture_or_mark_gives_another_pdf(second, municipality, coat_of_arms):

    def pdf():
        return pdf_of(load_profile(Assessment.objects.with_context().get(pk=second.pk)), variant="kurz")

    first = pdf()
    assert pdf() == first
    set_coat_of_arms(municipality=municipality, by=None, png=shield("#2e7d32"))
    other = pdf()
    assert other != first
    second.project.confidentiality = "council"
    second.project.save()
    assert pdf() not in (first, other)


def test_screen_and_json_name_the_mark(client, second, alice):
    client.force_login(alice)
    address = f"/bewertungen/{second.public_id}/profil/"
    assert "Vertraulich" not in client.get(address).text
    second.project.confidentiality = "confidential"
    second.project.save()
    assert "Vertraulich" in client.get(address).text
    meta = document(load_profile(Assessment.objects.with_context().get(pk=second.pk)))["meta"]
    assert meta["confidentiality"] == "confidential"
    assert "wappen" not in json.dumps(meta)
