"""The blank workshop form: everything to talk about, room to write, and no answer."""

import page as pdf_validator
import pytest
from django.urls import reverse

from assessments.models import RenderedPdf
from assessments.reports.profile.load import load_profile
from assessments.reports.rendering import orders
from assessments.services import workflow
from catalogue.edition_cache import cached_edition
from catalogue.models import EditionState
from tests.factories import make_criterion, make_edition, make_project
from tests.reports.conftest import CRITERIA, publish
from tests.reports.pdf_facts import open_pdf, tag_names, text_of


@pytest.fixture
def download(client, second, alice):
    client.force_login(alice)

    def download(query="", status=200):
        response = client.get(reverse("reports:form", args=[second.public_id]) + query)
        assert response.status_code == status
        return response

    return download


def pages(pdf):
    with open_pdf(pdf) as opened:
        return len(opened.pages)


def test_form_is_accessible_and_archivable(download):
    pdf = download().content
    for profile in ("ua1", "3a"):
        assert pdf_validator.validate_pdf_bytes(pdf, profile=profile).failures == []
    with open_pdf(pdf) as opened:
        tags = tag_names(opened)
    in_scope = len(CRITERIA) - 1
    assert tags.count("H1") == 1
    assert tags.count("H2") == 2 + in_scope
    # Five levels, two other answers, a reason, evidence with its link and two days, five targets and a day.
    assert tags.count("Form") == in_scope * 18


def test_form_holds_guidance_and_no_answer(download):
    text = text_of(download().content)
    for said in ("Kriterium vertrauen", "Kurzbeschreibung vertrauen", "Frage zu vertrauen?", "vertrauen auf 3", "weiß nicht"):
        assert said in text
    assert "Meilenstein: Stufe 3 nötig" in text
    assert "Kriterium ratsbeschluss" not in text  # P4, outside the scope of a pilot
    for answered in ("Erste Absprachen", "Vereinbarung mit den Stadtwerken", "Runder Tisch"):
        assert answered not in text


def test_form_gives_each_criterion_its_page(download):
    assert pages(download().content) == len(CRITERIA)  # one is out of scope, and there is a cover


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kriterien=personal", ["personal"]),
        ("?kriterien=pilotbericht,vertrauen", ["vertrauen", "pilotbericht"]),
        ("?kriterien=personal&kriterien=zielbild", ["personal", "zielbild"]),
        ("?phase=p3", ["pilotbericht", "folgekosten"]),
        ("?phase=p3&kriterien=folgekosten", ["folgekosten"]),
    ],
)
def test_form_can_be_narrowed(download, query, expected):
    text = text_of(download(query).content)
    assert [key for key in CRITERIA if f"Kriterium {key}" in text] == expected


@pytest.mark.parametrize("query", ["", "?phase=p3", "?kriterien=personal,folgekosten"])
def test_form_numbers_criteria_as_the_report_does(download, second, query):
    text = text_of(download(query).content)
    found = [one for one in load_profile(second).criteria if f"Kriterium {one.key}" in text]
    assert found
    assert all(f"{one.number} {one.title}" in text for one in found)


@pytest.mark.parametrize(
    "query",
    [
        "?kriterien=gibtesnicht",
        "?kriterien=ratsbeschluss",
        "?phase=p4",
        "?phase=p9",
        "?phase=p1&kriterien=personal",
        "?sprache=fr",
    ],
)
def test_form_of_nothing_is_not_found(download, query):
    download(query, 404)


def test_form_speaks_english(download):
    text = text_of(download("?sprache=en&kriterien=vertrauen").content)
    assert "Trust" in text


def test_form_has_a_telling_name(download):
    assert download()["Content-Disposition"] == 'attachment; filename="arbeitsbogen-parkraum-app-2.pdf"'


def test_form_is_rendered_once(download, monkeypatch):
    first = download().content
    assert RenderedPdf.objects.count() == 1
    monkeypatch.setattr(orders, "html_to_pdf", None)
    assert download().content == first


@pytest.mark.parametrize("query", ["?kriterien=personal", ""])
def test_form_costs_the_same_however_many_criteria(download, second, query, django_assert_num_queries):
    cached_edition(second.edition)
    download(query)
    # Session, person, their places, round, criteria in it, the PDF; two to note the download.
    with django_assert_num_queries(8):
        download(query)


@pytest.mark.parametrize(("person", "status"), [("charlie", 404), ("rita", 404), ("bob", 200)])
def test_form_is_for_who_sees_the_round(client, second, request, person, status):
    client.force_login(request.getfixturevalue(person))
    assert client.get(reverse("reports:form", args=[second.public_id])).status_code == status


def test_form_for_one_office_holds_its_criteria_and_says_so(client, municipality, alice):
    edition = make_edition(state=EditionState.DRAFT)
    make_criterion(edition, "haushalt", offices=["treasury", "project_lead"])
    make_criterion(edition, "betrieb", offices=["it"])
    publish(edition)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    client.force_login(alice)
    url = reverse("reports:form", args=[assessment.public_id])
    response = client.get(url, {"stelle": "treasury"})
    text = text_of(response.content)
    assert "Fragen an: Kämmerei" in text
    assert "Kriterium haushalt" in text
    assert "Kriterium betrieb" not in text
    assert response["Content-Disposition"] == 'attachment; filename="arbeitsbogen-parkraum-app-1-kaemmerei.pdf"'
    assert "Questions for: treasurer’s office" in text_of(client.get(url, {"stelle": "treasury", "sprache": "en"}).content)
    assert [client.get(url, {"stelle": office}).status_code for office in ("legal", "mayor")] == [404, 404]
    assert "Fragen an" not in text_of(client.get(url).content)
