"""The whole road, as its people walk it: rate, submit, approve, look at the profile, download the PDF."""

import re
from pathlib import Path

import page as pdf_validator
import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from assessments.models import Assessment, ScoreState
from scaling.accounts.models import User
from tests.factories import make_project
from tests.reports.pdf_facts import text_of

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = {"wertschoepfung-aus-daten", "monitoring-foresight"}
NOT_APPLICABLE = {"zufriedenheit-der-investoren"}


def answer_for(number: int, key: str) -> tuple[str, str]:
    """What the team answers to criterion ``number``: the value of the radio button and the reason."""
    if key in UNKNOWN:
        return "unknown", ""
    if key in NOT_APPLICABLE:
        return "not_applicable", f"Grund {number}: Geld kommt allein aus dem eigenen Haushalt."
    return str(number % 5), f"Grund {number}: so steht es im Vermerk vom {number}. Mai."


@pytest.fixture
def catalogue(db):
    call_command("import_catalogue", str(ROOT / "fixtures" / "catalogue" / "edition-1.yaml"), publish=True)


def test_team_rates_and_manager_approves(
    page, live_server, catalogue, municipality, alice, bob, sign_in_by_page, sign_out, assert_accessible, tmp_path
):
    project = make_project(municipality, "Parkraum-App", team=[alice])
    User.objects.update(language="de")

    sign_in_by_page(page, alice)
    assert_accessible(page)
    page.get_by_role("link", name="Parkraum-App").first.click()
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("Bewertung beginnen")).first.click()
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("Bewertung beginnen")).click()
    assert_accessible(page)
    assessment = Assessment.objects.get(project=project)
    page.get_by_role("link", name=re.compile("Nächstes offenes Kriterium")).first.click()
    expect(page).to_have_url(re.compile(rf"{assessment.public_id}/kriterien/[a-z-]+/$"))

    reasons = []
    for number in range(1, 22):
        key = page.url.rstrip("/").rsplit("/", 1)[1]
        value, reason = answer_for(number, key)
        if number in (1, 21):
            assert_accessible(page)
        page.locator(f'input[name="choice"][value="{value}"]').check(force=True)
        page.get_by_role("textbox", name="Begründung").fill(reason)
        reasons += [reason] if reason else []
        page.get_by_role("button", name="Speichern und weiter").click()
        page.wait_for_url(lambda url, key=key: not url.endswith(f"/{key}/"))
    assert assessment.scores.filter(state=ScoreState.OPEN).count() == 0
    assert assessment.scores.filter(state=ScoreState.UNKNOWN).count() == len(UNKNOWN)

    expect(page).to_have_url(f"{live_server.url}{assessment.get_absolute_url()}")
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("einreichen", re.IGNORECASE)).first.click()
    assert_accessible(page)
    sign_out(page)

    sign_in_by_page(page, bob)
    page.get_by_role("link", name="Parkraum-App").first.click()
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("freigeben", re.IGNORECASE)).first.click()
    assert_accessible(page)
    page.goto(f"{live_server.url}{assessment.get_absolute_url()}profil/")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Langfassung")).first.click()
    file = tmp_path / "profil.pdf"
    download.value.save_as(file)

    assessment.refresh_from_db()
    assert assessment.steps[-1].by_id == bob.pk
    check_pdf(file.read_bytes(), reasons)


def check_pdf(content: bytes, reasons: list[str]) -> None:
    """Accessible, archivable, and holds every reason that was typed (lines may break and hyphenate anywhere)."""
    for profile in ("ua1", "3a"):
        assert pdf_validator.validate_pdf_bytes(content, profile=profile).failures == []
    text = squeezed(text_of(content))
    assert [reason for reason in reasons if squeezed(reason) not in text] == []
    assert squeezed("Skalierungscheck ergänzt; in der Roadmap stehen sie nicht") in text


def squeezed(text: str) -> str:
    return re.sub(r"[\s\-]", "", text)
