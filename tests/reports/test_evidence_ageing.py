"""Evidence that ages in a profile: as of its own day in every rendering, as of today on the screen, and in no figure."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, Evidence
from assessments.reports.export.csv_file import render_csv
from assessments.reports.export.json_file import document
from assessments.reports.pdf.content import report_html
from assessments.reports.profile.ageing import ageing_on
from assessments.reports.profile.load import load_profile
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, save_score
from assessments.validity import ageing_sentence
from tests.reports.conftest import approved, noon


@pytest.fixture
def dated(second):
    """Both proofs of „vertrauen“ have an end: one soon after the round's day, one before it."""
    today = timezone.localdate()
    Evidence.objects.filter(text="Vertrag").update(dated_on=date(2025, 5, 1), valid_until=today - timedelta(days=1))
    Evidence.objects.filter(text="Protokoll").update(valid_until=today - timedelta(days=400))
    return second


def by_key(profile):
    return {result.key: result for result in profile.criteria}


def test_profile_marks_what_rests_on_expired_evidence_alone(dated):
    profile = load_profile(dated)
    found = by_key(profile)
    assert [key for key, one in found.items() if one.rests_on_expired] == ["vertrauen"]
    assert [item.validity for item in found["vertrauen"].evidence] == ["expired", "expired"]
    Evidence.objects.filter(text="Protokoll").update(valid_until=None)
    assert not by_key(load_profile(dated))["vertrauen"].rests_on_expired


def test_no_figure_and_no_gate_depends_on_age(dated):
    aged = load_profile(dated)
    Evidence.objects.update(dated_on=None, valid_until=None)
    fresh = load_profile(dated)
    for name in ("overall", "workstreams", "phases", "gates", "current_gate", "trend", "headline", "history"):
        assert getattr(aged, name) == getattr(fresh, name)
    assert aged.changes
    assert fresh.changes
    assert aged.changes.kinds == fresh.changes.kinds
    assert [item.rank for item in aged.priorities] == [item.rank for item in fresh.priorities]
    assert [(c.level, c.state, c.confirmed) for c in aged.criteria] == [(c.level, c.state, c.confirmed) for c in fresh.criteria]


def test_every_rendering_says_it_in_words(dated):
    profile = load_profile(dated)
    until = "abgelaufen, galt bis"
    said = next(one for one in document(profile)["criteria"] if one["key"] == "vertrauen")
    assert said["rests_on_expired_evidence"] is True
    assert [(one["dated_on"], one["validity"]) for one in said["evidence"]] == [("2025-05-01", "expired"), (None, "expired")]
    rows = [line for line in render_csv(profile).decode("utf-8-sig").splitlines() if "Nur abgelaufene Nachweise" in line]
    assert rows
    assert f"Vertrag (https://example.org/vertrag, vom 1.\N{NO-BREAK SPACE}Mai 2025, {until}" in render_csv(profile).decode()
    html = report_html(profile, variant="lang")
    assert "Alle Nachweise waren am Stichtag abgelaufen." in html
    assert until in html
    assert "davon nur mit abgelaufenen" in html


def test_record_speaks_of_its_own_day_and_the_screen_of_today(client, first, project, alice, bob):
    """Approved some months ago, when the contract still counted."""
    then = timezone.localdate() - timedelta(days=300)
    second = workflow.start_assessment(project=project, by=alice, at=noon(then))
    score = second.scores.get(criterion__key="vertrauen")
    contract = NewEvidence("Vertrag", valid_until=then + timedelta(days=30))
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2), evidence=[contract])
    approved(second, bob, then)
    record = AssessmentRecord.objects.get(assessment=second)
    before = bytes(record.document) if isinstance(record.document, memoryview) else record.document
    client.force_login(alice)
    data = json.loads(client.get(reverse("reports:json", args=[second.public_id])).content)
    said = next(one for one in data["criteria"] if one["key"] == "vertrauen")
    assert (said["rests_on_expired_evidence"], said["evidence"][0]["validity"]) == (False, "ending")
    page = " ".join(client.get(reverse("reports:profile", args=[second.public_id])).text.split())
    assert "1 Nachweis ist abgelaufen" in page
    assert "Stufen, Mittelwerte und Phasentore hängen nicht davon ab." in page
    record.refresh_from_db()
    assert record.document == before


def test_what_has_not_run_out_yet_is_told_ahead(second):
    profile = load_profile(second)
    today = timezone.localdate()
    vertrauen = by_key(profile)["vertrauen"]
    ends = (today + timedelta(days=90), today + timedelta(days=91))
    items = tuple(replace(one, valid_until=end) for one, end in zip(vertrauen.evidence, ends, strict=True))
    found = ageing_on(today, [replace(vertrauen, evidence=items)])
    assert [(one.text, one.validity, one.only_expired) for one in found] == [("Vertrag", "ending", False)]
    assert ageing_sentence(found) == "1 Nachweis läuft in den nächsten 90\N{NO-BREAK SPACE}Tagen ab"
    with translation.override("en"):
        assert ageing_sentence(found) == "1 piece of evidence expires within the next 90\N{NO-BREAK SPACE}days"
    assert ageing_on(today, profile.criteria) == ()
