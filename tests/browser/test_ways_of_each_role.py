"""The short ways of each role, as a person walks them: on a laptop with a script, and on a phone without one."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Measure
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import Edition, EditionState
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import copy_edition
from scaling.accounts.models import Municipality
from tests.browser.test_first_run import PASSWORD
from tests.cast import make_user
from tests.catalogue.documents import as_file, catalogue_document
from tests.factories import make_criteria, make_edition, make_project

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
#: Where each tone of a bar begins and ends: what is confirmed, and what is only carried over.
TONES = (
    "bar => [...bar.querySelectorAll('line')].map(e => [e.getAttribute('class'), +e.getAttribute('x1'), +e.getAttribute('x2')])"
)
#: Type and colours of header, text and title.
LOOK = """() => [".site-header", "body", "h1"].map(part => {
  const style = getComputedStyle(document.querySelector(part));
  return [style.fontFamily, style.color, style.backgroundColor];
})"""


@pytest.fixture(params=["laptop, script", "phone, none"])
def variant(request):
    size, script = request.param.split(", ")
    return {"viewport": LAPTOP if size == "laptop" else PHONE, "java_script_enabled": script == "script"}


@pytest.fixture
def page(browser, browser_context_args, variant, live_server):
    context = browser.new_context(**{**browser_context_args, **variant, "base_url": live_server.url})
    yield context.new_page()
    context.close()


@pytest.fixture
def edition(db):
    """Two phases, two workstreams, one milestone."""
    edition = make_edition(state=EditionState.DRAFT)
    two = {"workstreams": ("finanziell",)}
    make_criteria(edition, {"eins": {"milestone": 2}, "zwei": two, "drei": {"phase": "p1"}, "vier": {"phase": "p1", **two}})
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=timezone.now())
    edition.refresh_from_db()
    return edition


@pytest.fixture
def following(edition, municipality, alice, bob):
    """A second round: all is carried over but „eins“, which fell for a new reason."""
    project = make_project(municipality, "Parkraum-Lotse", team=[alice])
    first = workflow.start_assessment(project=project, by=alice)
    for score in first.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer("rated", 3, f"Grund {score.criterion.key}"))
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    round_ = workflow.start_assessment(project=project, by=alice)
    score = round_.scores.get(criterion__key="eins")
    save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 1, "Der Vertrag ist ausgelaufen"))
    return round_


def test_overview_shows_what_is_left_and_the_workstream_is_confirmed_with_each_reason(page, variant, following, alice, sign_in):
    sign_in(page, alice)
    page.goto(following.get_absolute_url())
    expect(page.get_by_role("heading", name="Noch zu tun: 3")).to_be_visible()
    expect(page.get_by_text("1 Kriterium ist bearbeitet")).to_be_visible()
    expect(page.get_by_role("link", name="Kriterium eins")).to_be_hidden()
    assert page.locator(".progress__bar").first.evaluate(TONES) == [["progress__done", 0, 1], ["progress__carried", 1, 4]]
    page.get_by_role("link", name=re.compile("was noch stimmt.*Finanziell")).click()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Kriterium zwei", "Kriterium vier"])
    for key in ("zwei", "vier"):
        expect(page.get_by_text(f"Grund {key}", exact=True)).to_be_visible()
    if variant["java_script_enabled"]:
        page.get_by_role("button", name="Alle ankreuzen").click()
    else:
        expect(page.get_by_role("button", name="Alle ankreuzen")).to_have_count(0)
        for box in page.get_by_role("checkbox").all():
            box.check()
    page.get_by_role("button", name="Angekreuzte bestätigen").click()
    expect(page.get_by_role("status").filter(has_text="2 Antworten")).to_be_visible()
    assert set(following.scores.filter(confirmed=True).values_list("criterion__key", flat=True)) == {"eins", "zwei", "vier"}


def test_table_has_phases_milestones_and_what_the_levels_mean(page, following, alice, sign_in):
    sign_in(page, alice)
    page.goto(f"{following.get_absolute_url()}tabelle/")
    expect(page.get_by_role("heading", level=2)).to_have_text([re.compile("Durchgehend"), re.compile("P1 Ideenfindung")])
    row = page.get_by_role("row").filter(has_text="Kriterium eins")
    expect(row.get_by_text("Meilenstein", exact=False).locator("visible=true").first).to_be_visible()
    expect(page.get_by_text("Meilenstein", exact=False).locator("visible=true")).to_have_count(1)
    expect(page.get_by_text("eins auf 3", exact=True)).to_be_hidden()
    if page.viewport_size == PHONE:
        row.get_by_text("mehr").first.click()
    row.get_by_text("Stufen", exact=False).locator("visible=true").first.click()
    expect(page.get_by_text("eins auf 3", exact=True)).to_be_visible()


def test_manager_approves_what_changed_with_its_reasons_and_a_note_the_team_reads(page, following, alice, bob, sign_in):
    workflow.submit(assessment=following, by=alice)
    sign_in(page, bob)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Ansehen und freigeben")).click()
    changed = (
        page.locator("section, div").filter(has=page.get_by_role("heading", name="Was sich seit Runde 1 geändert hat")).last
    )
    for text in ("Gesunken (1)", "Grund eins", "Der Vertrag ist ausgelaufen"):
        expect(changed.get_by_text(text).first).to_be_visible()
    expect(page.get_by_text("Grund zwei")).to_have_count(0)
    page.get_by_label("Anmerkung").fill("Bitte den Vertrag erneuern.")
    page.get_by_role("button", name="Freigeben", exact=True).click()
    expect(page.get_by_text("Bitte den Vertrag erneuern.").first).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, alice)
    page.goto(following.get_absolute_url())
    expect(page.get_by_text("Bitte den Vertrag erneuern.").first).to_be_visible()


def test_manager_archives_a_project_and_takes_it_out_again(page, following, bob, sign_in):
    project = following.project
    sign_in(page, bob)
    page.goto(project.get_absolute_url())
    page.get_by_text("Projekt archivieren").click()
    page.get_by_role("button", name="Archivieren").click()
    expect(page.get_by_text("Archiviert am")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("link", name="Parkraum-Lotse")).to_have_count(0)
    page.goto(project.municipality.get_absolute_url())
    page.locator("summary").filter(has_text="Archiviert (1)").click()
    page.get_by_role("link", name="Parkraum-Lotse").click()
    page.get_by_role("button", name="Zurückholen").click()
    expect(page.get_by_text("Archiviert am")).to_have_count(0)


def test_manager_ticks_off_measures_of_all_projects_on_the_start_page(page, following, municipality, alice, bob, sign_in):
    other = make_project(municipality, "Mängelmelder", team=[alice])
    day = timezone.localdate() - timedelta(days=1)
    for number, project in enumerate((following.project, other)):
        Measure.objects.create(project=project, text=f"Maßnahme {number}", owner=alice, due_on=day + timedelta(days=number))
    sign_in(page, bob)
    page.goto("/")
    listed = page.locator("section[aria-labelledby=massnahmen] li")
    expect(listed).to_have_text([re.compile("Maßnahme 0"), re.compile("Maßnahme 1")])
    listed.first.get_by_role("button", name="Erledigt").click()
    expect(listed).to_have_text([re.compile("Maßnahme 1")])
    expect(page.get_by_role("heading", name="Weitere Maßnahmen unter Ihrer Leitung")).to_be_in_viewport()
    assert Measure.objects.get(text="Maßnahme 0").status == "done"


def test_invitation_names_a_project_and_the_new_member_lands_there(page, following, municipality, bob, sign_in, live_server):
    sign_in(page, bob)
    page.goto(f"{municipality.get_absolute_url()}personen/")
    page.get_by_label("E-Mail-Adresse").fill("neu@example.org")
    page.get_by_label("Parkraum-Lotse").check()
    page.get_by_role("button", name="Einladung schicken").click()
    expect(page.get_by_text("Die Einladung an neu@example.org ist unterwegs.")).to_be_visible()
    letter = str(mail.outbox[-1].body)
    assert "Parkraum-Lotse" in letter
    (path,) = re.findall(r"https?://[^/]+(/einladung/\S+)", letter)
    page.context.clear_cookies()
    page.goto(path)
    expect(page.get_by_text("Parkraum-Lotse")).to_be_visible()
    page.get_by_label("Ihr Name").fill("Nele Neu")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Passwort, noch einmal").fill(PASSWORD)
    page.get_by_role("button", name="Konto anlegen und beitreten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Parkraum-Lotse")
    expect(page.get_by_role("link", name="Bewertung fortsetzen")).to_be_in_viewport()


def test_curator_is_asked_with_number_title_and_differences_and_not_with_the_old_title(page, transactional_db, dora, sign_in):
    published = import_files([load_file(as_file(catalogue_document("eins", "zwei")), "edition-1.yaml")], publish=True)[
        0
    ].edition
    copy_edition(edition=published, by=dora)
    sign_in(page, dora)
    page.goto("/katalog/redaktion/2.0/")
    gaps = page.locator("main").get_by_text("Vor dem Veröffentlichen fehlen noch 2 Angaben")
    expect(gaps).to_be_visible()
    page.get_by_role("link", name="Veröffentlichen lässt sie sich").click()
    expect(gaps).to_be_in_viewport()
    page.goto("/katalog/redaktion/2.0/veroeffentlichen/")
    expect(page.get_by_text("Zum Veröffentlichen fehlt noch etwas")).to_be_visible()
    assert Edition.objects.get(major=2).state == EditionState.DRAFT
    page.get_by_role("link", name=re.compile(r"Titel \(Deutsch\)")).click()
    for language, title in (("Deutsch", "Ausgabe zwei"), ("Englisch", "Edition two")):
        page.get_by_label(f"Titel ({language})").fill(title)
    page.get_by_role("button", name="Speichern").click()
    page.goto("/katalog/redaktion/2.0/kriterien/eins/")
    page.get_by_label("Titel (Deutsch)").fill("Vertrauen im Rat")
    page.get_by_role("button", name="Speichern").click()
    page.goto("/katalog/redaktion/2.0/")
    expect(page.locator("main").get_by_text("fehlen noch")).to_have_count(0)
    row = page.locator("ol > .sortable").filter(has_text="zwei auf")
    row.get_by_role("button", name=re.compile("Nach oben")).click()
    expect(page.locator("ol > .sortable").first).to_contain_text("zwei auf")
    page.get_by_role("link", name="Ausgabe veröffentlichen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ausgabe 2.0 veröffentlichen?")
    for text in ("Ausgabe zwei", "Edition two", "Vertrauen im Rat"):
        expect(page.get_by_text(text).first).to_be_visible()
    page.get_by_role("button", name="Ja, Ausgabe 2.0 veröffentlichen").click()
    expect(page.get_by_text("Ausgabe 2.0 ist veröffentlicht")).to_be_visible()


def test_operator_makes_a_municipality_and_administers_in_our_look(page, transactional_db, sign_in):
    sign_in(page, make_user("Otto", is_staff=True, is_superuser=True))
    page.goto("/")
    page.get_by_role("link", name="Kommune anlegen").click()
    for label, text in (("Name", "Stadt Neuhafen"), ("Amtlicher Gemeindeschlüssel", "03999077"), ("E-Mail", "l@example.org")):
        page.get_by_label(label, exact=label == "Name").fill(text)
    page.get_by_role("button", name="Anlegen und einladen").click()
    expect(page.get_by_role("link", name="Stadt Neuhafen")).to_be_visible()
    assert Municipality.objects.get(name="Stadt Neuhafen").ags == "03999077"
    assert mail.outbox[0].to == ["l@example.org"]
    ours = page.evaluate(LOOK)
    page.goto("/verwaltung/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Verwaltung")
    assert page.evaluate(LOOK) == ours
    page.get_by_role("link", name="Kommunen", exact=True).first.click()
    expect(page.get_by_role("link", name="Stadt Neuhafen")).to_be_visible()


def test_newcomer_sees_one_criterion_with_an_example_and_begins_with_words_of_a_town_hall(page, municipality, bob, sign_in):
    """Title, plain words and the first level lie on the first screen of the first criterion of the newest edition."""
    newest = sorted((Path(settings.BASE_DIR) / "fixtures" / "catalogue").glob("edition-*.yaml"))[-1]
    call_command("import_catalogue", str(newest), publish=True, verbosity=0)
    sign_in(page, bob)
    page.goto("/")
    page.get_by_role("link", name="So bewerten Sie ein Kriterium").click()
    expect(page.get_by_role("heading", name="Welche Stufe trifft ganz zu?")).to_be_visible()
    expect(page.locator(".walk__level--chosen")).to_have_count(1)
    expect(page.get_by_text("Der Parkraum-Lotse arbeitet seit Januar")).to_be_visible()
    round_ = workflow.start_assessment(project=make_project(municipality, "Parkraum-Lotse", team=[bob]), by=bob)
    page.goto(round_.get_absolute_url())
    page.get_by_role("link", name="Nächstes offenes Kriterium").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vertrauensaufbau zur Datenweitergabe")
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    expect(page.locator(".level-card").first).to_be_in_viewport(ratio=1)
    if page.viewport_size == PHONE:
        page.locator(".lead-line > summary").click()
    expect(page.get_by_text("Partner sind auch andere Ämter").locator("visible=true").first).to_be_in_viewport(ratio=1)
    expect(page.locator(".level-card").first).to_be_in_viewport()
