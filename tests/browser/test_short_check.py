"""The short check from the start page to its PDF, and a round of the municipality as a whole."""

import re
from pathlib import Path

import page as pdf_validator
import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from assessments.models import Assessment, ScoreState
from assessments.services import workflow
from assessments.short_check import short_check
from catalogue.models import Criterion
from scaling.accounts.models import User
from tests.browser.drafts import expect_drafts
from tests.factories import make_project
from tests.reports.pdf_facts import text_of

ROOT = Path(__file__).resolve().parents[2]


def letters(text: str) -> str:
    """Lines may break and hyphenate anywhere."""
    return re.sub(r"\W", "", text)


@pytest.fixture
def catalogue(db):
    call_command("import_catalogue", str(ROOT / "fixtures" / "catalogue" / "edition-3.yaml"), publish=True)


def test_short_check_from_the_start_page_to_its_pdf(
    page, live_server, catalogue, municipality, alice, sign_in_by_page, assert_accessible, tmp_path
):
    project = make_project(municipality, "Parkraum-App", phase="p4", team=[alice])
    User.objects.update(language="de")
    sign_in_by_page(page, alice)
    page.get_by_role("link", name="Kurzcheck").first.click()
    assert_accessible(page)
    page.get_by_role("button", name="Kurzcheck beginnen: Parkraum-App").click()
    expect(page).to_have_url(re.compile(r"/kurzcheck/[a-z0-9]+/$"))
    assert_accessible(page)

    assessment = Assessment.objects.get(project=project)
    sections = page.locator("section[id^=frage-]")
    expect(sections).to_have_count(12)
    for number in range(12):
        section = sections.nth(number)
        if number:
            sections.nth(number - 1).get_by_role("link", name="Nächste Frage").click()
        expect(page.locator("section[id^=frage-] details[open]")).to_have_count(1)
        section.locator(f'input[type="radio"][value="{number % 4}"]').check(force=True)
        expect(section.locator("summary")).to_contain_text(f"{number % 4} ", use_inner_text=True)
        section.get_by_role("textbox").fill(f"Halber Satz {number}.")
    page.get_by_role("button", name="Speichern und Ergebnis ansehen").click()
    expect(page.get_by_role("heading", name="Ergebnis des Kurzchecks")).to_be_visible()
    expect(page.get_by_role("heading", name="Was der Kurzcheck nicht sagen kann")).to_be_visible()
    assert_accessible(page)

    answered = assessment.scores.filter(state=ScoreState.RATED)
    assert set(answered.values_list("criterion__key", flat=True)) == set(short_check().reasons)
    assert assessment.scores.count() > 40
    with page.expect_download() as download:
        page.get_by_role("link", name="Als PDF").click()
    file = tmp_path / "kurzcheck.pdf"
    download.value.save_as(file)
    content = file.read_bytes()
    assert pdf_validator.validate_pdf_bytes(content, profile="ua1").failures == []
    text = letters(text_of(content))
    assert "HalberSatz11" in text
    assert letters(short_check().cannot_say) in text

    page.get_by_role("link", name="Weiter zur vollen Bewertung").click()
    expect(page).to_have_url(f"{live_server.url}{assessment.get_absolute_url()}")


def test_round_of_the_municipality_in_its_own_wording(
    page, live_server, catalogue, municipality, bob, sign_in_by_page, assert_accessible
):
    """No criterion has to be answered „trifft nicht zu“ because it is about one solution: none of those is asked."""
    User.objects.update(language="de")
    sign_in_by_page(page, bob)
    page.goto(f"{live_server.url}/kommunen/{municipality.public_id}/")
    page.get_by_role("button", name="Kommune insgesamt bewerten").click()
    page.get_by_role("link", name=re.compile("Bewertung beginnen")).first.click()
    expect(page.get_by_role("heading", name="Wie lange dauert das?")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("Bewertung beginnen")).click()
    assessment = Assessment.objects.get(project__is_municipality_wide=True)
    asked = set(assessment.scores.values_list("criterion__key", flat=True))
    assert asked == set(Criterion.objects.exclude(subject="solution").values_list("key", flat=True))

    for criterion in Criterion.objects.filter(key__in=["flexible-agile-verwaltungsstrukturen", "kontinuitaet"]):
        page.goto(f"{live_server.url}{assessment.get_absolute_url()}{criterion.key}/")
        expect(page.locator("[data-summary]")).to_have_text(criterion.municipality_summary)
        level = criterion.levels.get(level=3)
        expect(page.locator(".level-cards")).to_contain_text(level.municipality_description)
        expect(page.locator(".level-cards")).not_to_contain_text(level.description)
    assert_accessible(page)


def test_levels_that_were_only_chosen_are_offered_again(page, live_server, catalogue, municipality, alice, sign_in):
    """Most people press levels and write little: that is as much theirs as words are."""
    project = make_project(municipality, "Parkraum-App", phase="p4", team=[alice])
    assessment = workflow.start_assessment(project=project, by=alice)
    User.objects.update(language="de")
    sign_in(page, alice)
    url = f"{live_server.url}/kurzcheck/{assessment.public_id}/"
    page.goto(url)
    sections = page.locator("section[id^=frage-]")
    for number in range(3):
        if number:
            sections.nth(number).locator("summary").click()
        sections.nth(number).locator(f'input[type="radio"][value="{number + 1}"]').check(force=True)
    page.get_by_role("link", name="Katalog", exact=True).first.click()
    page.wait_for_url("**/katalog/**")
    page.goto(url)
    expect(page.locator("[data-draft-text]").first).to_contain_text("2 in Umsetzung")
    page.get_by_role("button", name="Ins Formular übernehmen").click()
    for number in range(3):
        expect(sections.nth(number).locator(f'input[type="radio"][value="{number + 1}"]')).to_be_checked()
        expect(sections.nth(number).locator("summary")).to_contain_text(f"{number + 1} ", use_inner_text=True)
    page.get_by_role("button", name="Speichern und Ergebnis ansehen").click()
    expect(page.get_by_role("heading", name="Ergebnis des Kurzchecks")).to_be_visible()
    assert set(assessment.scores.filter(state=ScoreState.RATED).values_list("level", flat=True)) == {1, 2, 3}
    expect_drafts(page, 0)


def test_printed_is_every_question(page, live_server, catalogue, municipality, alice, sign_in):
    project = make_project(municipality, "Parkraum-App", phase="p4", team=[alice])
    assessment = workflow.start_assessment(project=project, by=alice)
    sign_in(page, alice)
    page.goto(f"{live_server.url}/kurzcheck/{assessment.public_id}/")
    folds = page.locator("section[id^=frage-] > details")
    opened = page.locator("section[id^=frage-] > details[open]")
    expect(opened).to_have_count(1)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(opened).to_have_count(12)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(opened).to_have_count(1)
    folds.last.locator("summary").click()
    expect(folds.last).to_have_attribute("open", "")
    expect(opened).to_have_count(1)
