"""Totals over a municipality depend on who asks: each says which projects it counts, on every page and in every file."""

import io
import json
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assessments.models import Measure
from assessments.reports.counted import Counted, counted_for, counted_note
from assessments.reports.records.keeping import speaking_records
from assessments.reports.rendering.orders import collected_order, order_from
from assessments.services import workflow
from tests.factories import make_project
from tests.reports.conftest import FIRST, answer, approved, make_story
from tests.reports.pdf_facts import text_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
COUNTED = {"bob": Counted.ALL, "alice": Counted.OWN, "rita": Counted.APPROVED}
NOTES = {
    "de": {
        "bob": "",
        "alice": "Gezählt sind von den Projekten der Kommune nur die eigenen;",
        "rita": "Gezählt sind von den Projekten der Kommune nur die mit einer freigegebenen Bewertung;",
    },
    "en": {"bob": "", "alice": "only own ones are counted", "rita": "only those with an approved assessment are counted"},
}
#: How many projects and approvals each sees, of four projects with two approvals.
SEEN = {"bob": (4, 2), "alice": (3, 1), "rita": (2, 2)}
PAGES = ("portfolio", "municipal", "plan", "development")
FILES = (
    *("portfolio_xlsx", "portfolio_pdf", "municipal_xlsx", "municipal_pdf", "development_xlsx"),
    *("collected", "plan_calendar"),
)
DOCUMENTS = ("portfolio_json", "municipal_json", "development_json")


def make_four():
    """Alice is in three of four projects, two are approved, one of them hers; a fifth is in the archive."""
    story = make_story("edition")
    municipality, alice, bob = story.cast.municipality, story.cast.alice, story.cast.bob
    for name, team, is_approved in (
        *(("Ämterbuch", [], True), ("Zählwerk", [alice], True)),
        *(("Bürgerforum", [alice], False), ("Dachkataster", [alice], False), ("Einst", [alice], True)),
    ):
        project = make_project(municipality, name, team=team)
        Measure.objects.create(project=project, text=f"Für {name}", due_on=date(2027, 1, 1))
        if is_approved:
            assessment = workflow.start_assessment(project=project, by=bob)
            answer(assessment, bob, FIRST)
            approved(assessment, bob, date(2026, 2, 1))
        if name == "Einst":
            project.archived_at = timezone.now()
            project.save()
    return story


@pytest.fixture
def story(request, kept_rows, story):
    return kept_rows.get(make_four, make_four) if "four" in request.fixturenames else story


@pytest.fixture
def four(story):
    return story.cast.municipality


@pytest.fixture(params=COUNTED)
def person(request):
    return request.param


def fetch(client, person, municipality, name, **query):
    client.force_login(person, backend=BACKEND)
    response = client.get(reverse(f"reports:{name}", args=[municipality.public_id]), query)
    assert response.status_code == 200, (name, response.status_code)
    return response


def words_of(name, content):
    if name.endswith("_pdf") or name == "collected":
        return text_of(content)
    if name.endswith("_xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return " ".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)
    return " ".join(content.decode().replace("\r\n ", "").replace("\\;", ";").split())


def is_noted(text, person, language):
    notes = [note for note in NOTES[language].values() if note]
    return [note for note in notes if note in text] == [note for note in [NOTES[language][person]] if note]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_it_counts(client, request, four, person, name):
    text = " ".join(fetch(client, request.getfixturevalue(person), four, name).text.split())
    assert is_noted(text, person, "de"), name


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", FILES)
def test_every_file_says_what_it_counts(client, request, four, person, name, language):
    content = fetch(client, request.getfixturevalue(person), four, name, sprache=language).content
    text = words_of(name, content)
    if name == "collected" and person == "rita":  # all that is approved: it leaves nothing out
        person = "bob"
    assert is_noted(text, person, language), name


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_says_what_it_counts(client, request, four, person, name):
    told = json.loads(fetch(client, request.getfixturevalue(person), four, name).content)
    assert told["projects_counted"] == COUNTED[person].value


def test_the_numbers_are_those_the_note_tells_of(client, request, four, person):
    total, approvals = SEEN[person]
    told = json.loads(fetch(client, request.getfixturevalue(person), four, "portfolio_json").content)
    assert (told["projects_in_all"], sum(one["document"] is not None for one in told["projects"])) == (total, approvals)
    told = json.loads(fetch(client, request.getfixturevalue(person), four, "municipal_json").content)
    assert (told["projects_in_all"], len(told["projects"])) == (total, approvals)
    plan = fetch(client, request.getfixturevalue(person), four, "plan").context["plan"]
    assert (len(plan.measures), plan.counted) == (total, COUNTED[person])


def test_nobody_is_told_that_there_is_no_project_where_some_are_away(client, request, municipality, edition, alice, person):
    """All in the archive, or none that the role sees: „es gibt noch kein Projekt“ is true of neither."""
    project = make_project(municipality, "Einst")
    project.archived_at = timezone.now()
    project.save()
    asking = request.getfixturevalue(person)
    client.force_login(asking, backend=BACKEND)
    pages = ["/", municipality.get_absolute_url()]
    pages += [reverse(f"reports:{name}", args=[municipality.public_id]) for name in PAGES]
    for page in pages:
        text = client.get(page).text
        assert "och kein Projekt" not in text, page
        assert "Noch ist nichts freigegeben" not in text, page
    for name in ("portfolio", "municipal"):
        text = fetch(client, asking, municipality, name).text
        assert "Gerade steht hier kein Projekt; archivierte sind nicht mitgezählt." in text
    empty = {"bob": "Kein Projekt außerhalb des Archivs"}.get(person, "Hier steht gerade kein Projekt")
    assert empty in client.get(municipality.get_absolute_url()).text


def test_a_municipality_without_any_project_still_hears_how_to_begin(client, bob, municipality, edition):
    client.force_login(bob, backend=BACKEND)
    assert "Noch kein Projekt" in client.get(municipality.get_absolute_url()).text


def test_collected_report_of_some_projects_is_not_served_as_that_of_all(four, alice, bob):
    records = speaking_records(alice, four)
    orders = [collected_order(records, counted=counted_for(person, four)) for person in (alice, bob)]
    assert orders[0].key != orders[1].key
    assert order_from(orders[0].kind, orders[0].args).key == orders[0].key


@pytest.mark.parametrize("language", ["de", "en"])
def test_only_who_sees_all_reads_no_note(language):
    with translation.override(language):
        assert [bool(counted_note(counted)) for counted in Counted] == [False, True, True]
