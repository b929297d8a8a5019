"""Pages that most people never meet, and those of operators alone: as closely looked at as all the others."""

from typing import Any

import pytest
from django.urls import reverse

from assessments.services import workflow, workshops
from assessments.services.answers import Answer, save_score
from assessments.services.projects import archive_project
from catalogue.models import Edition
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import copy_edition
from scaling.accounts.models import Municipality
from tests.assessments.workshop_room import people, vote_all
from tests.browser.test_every_page import assert_fine, become, inspector, send  # noqa: F401 – fixtures
from tests.cast import make_user
from tests.catalogue.documents import as_file, catalogue_document
from tests.factories import make_catalogue, make_project

pytestmark = pytest.mark.urls("tests.scaling.failing_urls")


@pytest.fixture
def otto(world):
    return make_user("Otto", is_staff=True, is_superuser=True)


@pytest.fixture
def following(municipality, alice, bob):
    """A second round of three criteria, all of them carried over."""
    make_catalogue(3)
    project = make_project(municipality, "Parkraum-Lotse", team=[alice])
    first = workflow.start_assessment(project=project, by=alice)
    for score in first.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, f"Grund {score.criterion.key}"))
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def state(inspector, live_server):  # noqa: F811
    """Opens a page, sends its form with these values (none: only opens it) and looks at what comes; ``words`` stand there."""

    def state(name: str, path: str, words: str, form: str = "", fill: dict[str, str] | None = None, change: Any = None) -> None:
        source = inspector.page.goto(f"{live_server.url}{path}").text()
        if change:
            change()
        if form:
            source = send(inspector.page, inspector.page.locator(form).last, fill or {})
        assert words in " ".join(source.split()), f"{name}: {words} is not there"
        inspector.inspect(name, source)

    return state


def test_operators_own_pages(inspector, state, become, world, otto):  # noqa: F811
    become("otto")
    create = reverse("municipality_create")
    there = Municipality.objects.get(pk=world.project.municipality_id)
    state("start of an operator", "/", "Kommune anlegen")
    state("municipality_create", create, "Anlegen und einladen")
    state("municipality_create, empty", create, "aria-invalid", "main form", {"name": ""})
    state(
        "municipality_create, there already",
        create,
        "aria-invalid",
        "main form",
        {"name": there.name, "ags": there.ags, "manager": "l@example.org"},
    )
    state("trail_of_all", reverse("trail_of_all"), "Protokoll")
    state("trail_of_all, narrowed to nothing", f"{reverse('trail_of_all')}?von=1999-01-01&bis=1999-01-02", "Protokoll")
    assert_fine(inspector)


def test_states_of_confirming_and_approving(inspector, state, become, following, alice, bob):  # noqa: F811
    become("alice")
    url = following.get_absolute_url()
    first = following.scores.get(criterion__key="kriterium-1")
    state("confirm_many", f"{url}stimmt-noch/", "Grund kriterium-1")
    state("confirm_many, nothing ticked", f"{url}stimmt-noch/", "Es ist nichts angekreuzt", "main form")

    def change() -> None:
        inspector.page.locator("[name=stimmt]").first.check(force=True)
        save_score(score=first, version=first.version, by=bob, answer=Answer("rated", 1, "Neuer Grund"))

    state(
        "confirm_many, changed meanwhile", f"{url}stimmt-noch/", "inzwischen jemand etwas geändert", "main form", change=change
    )
    workflow.submit(assessment=following, by=alice)
    become("bob")

    def return_and_submit() -> None:
        workflow.return_to_team(assessment=following, by=bob, comment="Bitte noch einmal")
        score = following.scores.get(criterion__key="kriterium-2")
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 4, "Ganz neu"))
        workflow.submit(assessment=following, by=alice)

    form = "form[action$='/freigeben/']"
    state("approve, changed since", url, "Noch nicht freigegeben", form, change=return_and_submit)
    become("alice")
    workflow.approve(assessment=following, by=bob, note="Danke, gut begründet.")
    state("approved with a note", url, "Danke, gut begründet.")
    archive_project(project=following.project, by=bob)
    become("bob")
    state("archived project", following.project.get_absolute_url(), "Archiviert am")
    state("municipality with an archive", following.project.municipality.get_absolute_url(), "Archiviert (1)")
    state("start, all in the archive", "/", "Alle Projekte sind im Archiv.")
    assert_fine(inspector)


def test_states_of_publishing(inspector, state, become, world, dora):  # noqa: F811
    become("dora")
    state(
        "publish, gaps",
        reverse("catalogue:edition_publish", args=[world.ids["drafted"]]),
        "Zum Veröffentlichen fehlt noch etwas",
    )
    file = load_file(as_file(catalogue_document("eins", "zwei", number="7.0")), "edition-7.yaml")
    copy = copy_edition(edition=import_files([file], publish=True)[0].edition, by=dora)
    Edition.objects.filter(pk=copy.pk).update(title_de="Ausgabe acht", title_en="Edition eight")
    publish = reverse("catalogue:edition_publish", args=[copy.number])
    state("publish", publish, "Das lässt sich nicht zurücknehmen")

    def change() -> None:
        copy.criteria.filter(key="eins").update(title_de="Vertrauen im Rat")

    state("publish, changed meanwhile", publish, "wurde der Entwurf geändert", "main form", change=change)
    assert Edition.objects.get(pk=copy.pk).is_draft
    assert_fine(inspector)


def test_states_of_opening_and_leading_a_workshop(inspector, state, become, following, alice, bob):  # noqa: F811
    become("alice")
    wall = reverse("assessments:wall", args=[following.public_id])
    state("open", wall, "Workshop öffnen")

    def rate_ahead() -> None:
        inspector.page.locator('[name=mode][value="ahead"]').check(force=True)

    state("open, without a day", wall, "Bitte nennen Sie den Tag", "main form", change=rate_ahead)
    workshop = workshops.open_workshop(assessment=following, by=alice, first=following.scores.get(criterion__key="kriterium-1"))
    ballot = vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    workshops.reveal(workshop=workshop, seen=ballot.pk)

    def move_on() -> None:
        inspector.page.locator('[name=choice][value="2"]').check(force=True)
        workshops.show(workshop=workshop, score=following.scores.get(criterion__key="kriterium-2"))

    state(
        "agreed too late", wall, "Das ist der Grund", "form[id^=einigung]", {"rationale": "Das ist der Grund"}, change=move_on
    )
    workflow.submit(assessment=following, by=alice)
    state("handed in", wall, "Ein Workshop ist nur möglich")
    assert_fine(inspector)
