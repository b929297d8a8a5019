"""How much of a round is done is one number, wherever somebody reads it."""

import csv
import io
import json
import re
from datetime import date

import pytest
from django.urls import reverse

from assessments.mail.digest import compose_digest, digest_for
from assessments.reports.export import render_csv, render_json, render_xlsx
from assessments.reports.pdf import pdf_of
from assessments.reports.profile.load import load_profile
from assessments.scoring import Counts
from assessments.services import workflow
from assessments.services.answers import Answer
from tests.reports.conftest import answer
from tests.reports.pdf_facts import text_of
from tests.reports.test_export import sheets

TOTAL = 7
COUNTS = Counts(total=TOTAL, rated=3, unknown=1, not_applicable=1, open=2, unconfirmed=1)
PARTS = "3 eingeschätzt · 1 „weiß nicht“ · 1 „trifft nicht zu“ · 2 offen"
CARRIED = "4 in dieser Runde bestätigt, 1 nur übernommen"


@pytest.fixture
def assessment(project, edition, alice, bob):
    """Seven criteria: three rated (one of them carried over), one unknown, one not applicable, two open."""
    project.phase = edition.criteria.get(key="ratsbeschluss").phase
    project.save()
    first = workflow.start_assessment(project=project, by=alice)
    answer(first, alice, {"personal": Answer("rated", 2, "Zwei Stellen")})
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    second = workflow.start_assessment(project=project, by=alice)
    answers = {
        "vertrauen": Answer("rated", 2),
        "zielbild": Answer("rated", 0),
        "nutzertest": Answer("unknown"),
        "folgekosten": Answer("not_applicable", rationale="Trägt der Landkreis"),
    }
    answer(second, alice, answers)
    return second


PAGES = {
    "start": lambda a: "/",
    "municipality": lambda a: a.project.municipality.get_absolute_url(),
    "project": lambda a: a.project.get_absolute_url(),
    "overview": lambda a: a.get_absolute_url(),
    "profile": lambda a: reverse("reports:profile", args=[a.public_id]),
}
PERCENT = re.compile(r"\d+ %")


def words(client, url):
    text = re.sub(r"<[^>]+>", " ", client.get(url).content.decode()).replace("&nbsp;", " ").replace("\u00a0", " ")
    return " ".join(text.split())


@pytest.mark.parametrize("surface", PAGES)
def test_page_says_the_one_progress_in_its_four_parts(client, assessment, alice, surface):
    client.force_login(alice)
    text = words(client, PAGES[surface](assessment))
    assert f"{PARTS} · {CARRIED}" in text
    assert f"{COUNTS.confirmed} von {TOTAL} bestätigt" in text
    assert not PERCENT.search(text), "never a bare percentage"


@pytest.fixture
def just_begun(project, edition, alice, bob):
    """The second round, a minute after the first was approved with four answers of six."""
    first = workflow.start_assessment(project=project, by=alice)
    given = {key: Answer("rated", 3) for key in ("vertrauen", "personal", "zielbild")}
    answer(first, alice, given | {"nutzertest": Answer("unknown")})
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    return workflow.start_assessment(project=project, by=alice)


@pytest.mark.parametrize("surface", PAGES)
def test_round_just_begun_does_not_look_finished(client, just_begun, alice, surface):
    client.force_login(alice)
    text = words(client, PAGES[surface](just_begun))
    assert "0 von 6 bestätigt" in text
    assert "3 eingeschätzt · 1 „weiß nicht“ · 0 „trifft nicht zu“ · 2 offen" in text
    assert "0 in dieser Runde bestätigt, 4 nur übernommen" in text
    assert "4 von 6" not in text.replace("4 von 6 eingeschätzt", "")


def test_bar_has_a_second_tone_for_what_was_carried_over(client, assessment, alice):
    client.force_login(alice)
    page = client.get(assessment.get_absolute_url()).content.decode()
    bar = page[page.index('<svg class="progress__bar"') :]
    assert 'viewBox="0 0 7 1"' in bar
    assert '<line class="progress__done" x1="0" y1=".5" x2="4" y2=".5"/>' in bar
    assert '<line class="progress__carried" x1="4" y1=".5" x2="5" y2=".5"/>' in bar


def test_files_say_the_one_progress(assessment):
    profile = load_profile(assessment)
    counts = json.loads(render_json(profile))["overall"]["counts"]
    assert counts == {
        "total": 7,
        "rated": 3,
        "unknown": 1,
        "not_applicable": 1,
        "open": 2,
        "answered": 5,
        "confirmed": 4,
        "unconfirmed": 1,
    }

    rows = sheets(render_xlsx(profile))["Zahlen"]
    head = next(row for row in rows if "davon nur übernommen" in row)
    row = dict(zip(head, rows[rows.index(head) + 1], strict=True))
    names = ["Kriterien", "eingeschätzt", "weiß nicht", "trifft nicht zu", "offen", "davon bestätigt", "davon nur übernommen"]
    assert [row[name] for name in names] == [7, 3, 1, 1, 2, 4, 1]

    table = list(csv.DictReader(io.StringIO(render_csv(profile).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [len(table), sum(row["Stand"] != "offen" for row in table)] == [TOTAL, COUNTS.answered]


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_pdf_says_the_one_progress(assessment, variant):
    text = text_of(pdf_of(load_profile(assessment), variant=variant))
    assert f"{TOTAL} Kriterien: {PARTS} · {CARRIED}" in text


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_pdf_counts_no_milestones_where_none_is_left(project, alice, variant):
    """T3: all of them do not apply; „0 von 0“ would be a figure about nothing."""
    round_ = workflow.start_assessment(project=project, by=alice)
    keys = round_.scores.values_list("criterion__key", flat=True)
    answer(round_, alice, {key: Answer("not_applicable", rationale="Trägt der Landkreis.") for key in keys})
    text = text_of(pdf_of(load_profile(round_), variant=variant))
    assert "Der Meilenstein von P3 selbst trifft nicht zu." in text
    assert "0 von 0" not in text


def test_mails_say_the_one_progress(assessment, alice, bob, mailoutbox, django_capture_on_commit_callbacks):
    found = digest_for(alice, date(2026, 6, 1))
    assert found.to_edit[0].counts == COUNTS
    assert f"{PARTS}; {CARRIED}" in compose_digest(found).body
    with django_capture_on_commit_callbacks(execute=True):
        workflow.submit(assessment=assessment, by=alice)
    assert f"{TOTAL} Kriterien: {PARTS}." in mailoutbox[-1].body
    assert f"Von diesen Antworten sind {CARRIED}." in mailoutbox[-1].body
