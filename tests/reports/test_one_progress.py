"""How much of a round is done is one number, wherever somebody reads it."""

import csv
import io
import json
import re
from datetime import date

import pytest
from django.urls import reverse

from assessments.mail.digest import digest_for
from assessments.reports.export import render_csv, render_json, render_xlsx
from assessments.reports.pdf import pdf_of
from assessments.reports.profile.load import load_profile
from assessments.services import workflow
from assessments.services.answers import Answer
from tests.reports.conftest import answer
from tests.reports.pdf_facts import text_of
from tests.reports.test_export import sheets

DONE, TOTAL, PERCENT = 5, 7, 71


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
SAID = re.compile(r"[Bb]earbeitet(?:, insgesamt)?\W+(\d+) von (\d+)(?: Kriterien)? \((\d+) %\)")


@pytest.mark.parametrize("surface", PAGES)
def test_page_says_the_one_progress(client, assessment, alice, surface):
    client.force_login(alice)
    text = re.sub(r"<[^>]+>", " ", client.get(PAGES[surface](assessment)).content.decode()).replace("&nbsp;", " ")
    said = SAID.findall(" ".join(text.split()))
    assert said
    assert set(said) == {(str(DONE), str(TOTAL), str(PERCENT))}


def test_files_say_the_one_progress(assessment):
    profile = load_profile(assessment)
    overall = json.loads(render_json(profile))["overall"]
    assert overall["answered_percent"] == PERCENT
    assert (overall["counts"]["total"], overall["counts"]["open"]) == (TOTAL, TOTAL - DONE)

    rows = next(rows for rows in sheets(render_xlsx(profile)).values() if any("bearbeitet (Prozent)" in row for row in rows))
    head = next(row for row in rows if "bearbeitet (Prozent)" in row)
    assert rows[rows.index(head) + 1][head.index("bearbeitet (Prozent)")] == PERCENT

    table = list(csv.DictReader(io.StringIO(render_csv(profile).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [len(table), sum(row["Stand"] != "offen" for row in table)] == [TOTAL, DONE]


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_pdf_says_the_one_progress(assessment, variant):
    text = text_of(pdf_of(load_profile(assessment), variant=variant))
    assert f"Bearbeitet {PERCENT} % {DONE} von {TOTAL} Kriterien" in text


def test_mails_say_the_one_progress(assessment, alice, bob, mailoutbox, django_capture_on_commit_callbacks):
    (found,) = digest_for(alice, date(2026, 6, 1)).to_edit
    assert (found.progress.answered, found.progress.total, found.progress.percent) == (DONE, TOTAL, PERCENT)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.submit(assessment=assessment, by=alice)
    assert f"Bearbeitet: {DONE} von {TOTAL} Kriterien." in mailoutbox[-1].body
