"""The collected report: all that is approved and may be seen, an overview first, a page a project, from records only."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import page as pdf_validator
import pypdfium2
import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.models import Measure, RenderedPdf
from assessments.reports.pdf import collected
from assessments.reports.pdf.collected import collected_html, render_collected, volumes_of
from assessments.reports.records.keeping import speaking_records
from assessments.reports.rendering.orders import collected_order, order_from
from assessments.reports.views.bundle import BundleBroken, zipped
from assessments.services import workflow
from assessments.services.answers import Answer
from tests.factories import make_project
from tests.reports.conftest import answer, approved
from tests.reports.pdf_facts import text_of
from tests.reports.sample import make_profile

BACKEND = "django.contrib.auth.backends.ModelBackend"


def fetch(client, person, municipality, **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse("reports:collected", args=[municipality.public_id]), query)


def pages_of(content):
    with pypdfium2.PdfDocument(content) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


@pytest.fixture
def other(municipality, edition, bob):
    """A project that Alice is not on, approved once."""
    project = make_project(municipality, "Ämterbuch")
    assessment = workflow.start_assessment(project=project, by=bob)
    answer(assessment, bob, {"vertrauen": Answer("rated", 4, "Läuft")})
    return approved(assessment, bob, date(2026, 2, 1))


def test_overview_comes_first_and_each_project_has_a_page(client, bob, municipality, first, other):
    pages = pages_of(fetch(client, bob, municipality).content)
    assert len(pages) == 3
    assert "2 freigegebene Bewertungen" in pages[0]
    assert pages[0].index("Ämterbuch") < pages[0].index("Parkraum-App")  # as German sorts
    assert "Ämterbuch" in pages[1]
    assert "Parkraum-App" in pages[2]
    for page, assessment in ((pages[1], other), (pages[2], first)):
        assert assessment.records.get().number in page.replace("- ", "-")
        assert "Was hält uns auf?" in page
        assert "Was ist als Nächstes zu tun?" in page


def test_a_project_with_long_lists_still_has_one_page():
    """Titles and measures as long as forms take them; and another project beside it shows all it has room for."""
    long = make_profile(60)
    assert long.changes
    wide = "Ein Titel, der sich über mehr als eine Zeile hinzieht und davon nicht abzubringen ist, " * 3
    criteria = tuple(replace(one, title=wide) for one in long.criteria)
    moved = replace(long.changes, lists=tuple(replace(one, criteria=criteria[:8]) for one in long.changes.lists))
    priorities = tuple(replace(one, criterion=replace(one.criterion, title=wide), next_step=wide) for one in long.priorities)
    measures = tuple(replace(one, text=wide * 3, is_overdue=True) for one in long.measures)
    crowded = replace(long, criteria=criteria, changes=moved, priorities=priorities, measures=measures)
    usual = make_profile(21)
    usual = replace(usual, meta=replace(usual.meta, public_id="anderes"))
    pages = pages_of(render_collected([crowded, usual], language="de"))
    assert len(pages) == 3
    assert "weitere" in pages[1]
    assert sum(item.criterion.title in pages[2] for item in usual.priorities[:3]) == 3


def test_what_several_editions_say_of_themselves_stands_once():
    one = make_profile(21)
    source = "Grundlage ist eine Roadmap (BMWSB / BBSR), erarbeitet von anderen. {}Wir stehen mit ihnen in keiner Verbindung."
    profiles = [
        replace(one, meta=replace(one.meta, public_id=f"p{number}", attribution=source.format(more)))
        for number, more in enumerate(("Sieben Kriterien sind von uns. ", ""))
    ]
    html = collected_html(profiles, language="de")
    assert html.count("Grundlage ist eine Roadmap") == html.count("in keiner Verbindung.") == 1
    assert html.count("Sieben Kriterien sind von uns.") == 1


def test_it_comes_from_records_and_not_from_what_is_running(client, bob, alice, municipality, second):
    """The second round is a draft, and a measure came after the approval: neither is told."""
    Measure.objects.create(project=second.project, criterion_key="vertrauen", text="Nach der Freigabe", due_on=date(2020, 1, 1))
    text = text_of(fetch(client, bob, municipality).content)
    assert "Runde 1" in text
    assert "Runde 2" not in text
    assert "Nach der Freigabe" not in text


def test_everyone_gets_what_they_may_see(client, bob, alice, rita, charlie, municipality, first, other):
    assert [len(speaking_records(person, municipality)) for person in (bob, alice, rita, charlie)] == [2, 1, 2, 0]
    assert "Ämterbuch" not in text_of(fetch(client, alice, municipality).content)
    assert "Ämterbuch" in text_of(fetch(client, rita, municipality).content)
    assert fetch(client, charlie, municipality).status_code == 404


def test_there_is_none_while_nothing_is_approved(client, bob, municipality, project):
    assert fetch(client, bob, municipality).status_code == 404
    page = client.get(municipality.get_absolute_url())
    assert "Sammelbericht" not in page.text


def test_page_of_the_municipality_leads_to_it(client, bob, municipality, first):
    client.force_login(bob, backend=BACKEND)
    assert reverse("reports:collected", args=[municipality.public_id]) in client.get(municipality.get_absolute_url()).text


def test_reopened_round_is_not_in_it(client, bob, municipality, first, other):
    workflow.reopen(assessment=other, by=bob, reason="Ein Fehler")
    assert [record.assessment_id for record in speaking_records(bob, municipality)] == [first.pk]


def test_worker_makes_the_same_order_and_keeps_what_it_made(bob, municipality, first, other):
    order = collected_order(speaking_records(bob, municipality))
    again = order_from(order.kind, order.args)
    assert again.key == order.key
    assert order.fetch() is None
    pdf = again.make()
    assert order.fetch() == pdf
    assert RenderedPdf.objects.filter(key=order.key).exists()


@pytest.mark.parametrize("language", ["de", "en"])
def test_it_is_accessible_and_can_be_archived(client, bob, municipality, first, other, language):
    content = fetch(client, bob, municipality, sprache=language).content
    for profile in ("ua1", "3a"):
        assert pdf_validator.validate_pdf_bytes(content, profile=profile).failures == []


@pytest.mark.parametrize("projects", [1, 3])
def test_list_of_records_costs_the_same(bob, municipality, edition, projects, django_assert_num_queries):
    for number in range(projects):
        project = make_project(municipality, f"Projekt {number}")
        assessment = workflow.start_assessment(project=project, by=bob)
        approved(assessment, bob, date(2026, 2, 1))
    bob.roles  # noqa: B018 – known in every request
    with django_assert_num_queries(1):
        assert len(speaking_records(bob, municipality)) == projects


# --- Volumes ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_volumes(monkeypatch, first, other):
    monkeypatch.setattr(collected, "VOLUME", 1)


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (20, [20]), (21, [10, 11]), (40, [20, 20]), (41, [13, 14, 14]), (200, [20] * 10)]
)
def test_volumes_hold_everything_once_and_none_is_thin(count, sizes):
    items = list(range(count))
    volumes = volumes_of(items)
    assert sorted(len(some) for _volume, some in volumes) == sizes
    assert [item for _volume, some in volumes for item in some] == items
    assert [(one.number, one.count, one.total) for one, _some in volumes] == [
        (number, len(sizes), count) for number in range(1, len(sizes) + 1)
    ]


def test_too_many_for_one_file_are_offered_as_volumes(client, bob, municipality, two_volumes):
    page = fetch(client, bob, municipality)
    assert page.status_code == 200
    assert "„Ämterbuch“ bis „Ämterbuch“" in page.text
    assert "?band=2&amp;sprache=de" in page.text
    second = pages_of(fetch(client, bob, municipality, band="2").content)
    assert len(second) == 2
    assert "1 von 2 freigegebenen Bewertungen: „Parkraum-App“" in second[0]
    assert all("Band 2 von 2" in text for text in second)
    assert "Ämterbuch" not in "".join(second)
    for wrong in ("3", "0", "x", ""):
        assert fetch(client, bob, municipality, band=wrong).status_code == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_volume_is_accessible_and_can_be_archived(client, bob, municipality, two_volumes, language):
    content = fetch(client, bob, municipality, band="1", sprache=language).content
    for profile in ("ua1", "3a"):
        assert pdf_validator.validate_pdf_bytes(content, profile=profile).failures == []


def test_all_volumes_come_as_one_zip_that_is_streamed(client, bob, municipality, two_volumes):
    answer = fetch(client, bob, municipality, alle="1")
    assert answer.streaming
    assert answer["Content-Disposition"].endswith('.zip"')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert [name.rpartition("band-")[2] for name in found] == ["1-von-2.pdf", "2-von-2.pdf"]
    assert list(found.values()) == [fetch(client, bob, municipality, band=number).content for number in "12"]


def test_zip_reads_one_pdf_at_a_time_and_has_no_end_where_one_is_gone(bob, municipality, two_volumes):
    orders = [
        (collected_order(some, one), f"{one.number}.pdf") for one, some in volumes_of(speaking_records(bob, municipality))
    ]
    for order, _name in orders:
        order.make()
    pieces = zipped(orders)
    begun = next(pieces)
    RenderedPdf.objects.filter(key=orders[1][0].key).delete()
    with pytest.raises(BundleBroken):
        next(pieces)
    assert not zipfile.is_zipfile(io.BytesIO(begun + b"".join(pieces)))


def test_all_volumes_are_asked_for_at_once_and_waited_for(client, bob, municipality, two_volumes, settings):
    settings.PDF_AT_ONCE = False
    waiting = fetch(client, bob, municipality, alle="1")
    assert waiting.status_code == 202
    jobs = list(ProcrastinateJob.objects.order_by("pk"))
    assert [job.args["args"]["volume"] for job in jobs] == [[1, 2, 2], [2, 2, 2]]
    assert f"warten={jobs[1].lock}" in waiting.text
    again = fetch(client, bob, municipality, alle="1")
    assert again.status_code == 202
    assert ProcrastinateJob.objects.count() == 2
