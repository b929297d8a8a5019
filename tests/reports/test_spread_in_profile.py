"""How far a workshop was apart, in the profile and in every file of it: a reason to talk, and no grade."""

import csv
import io
import json

import jsonschema
import pytest
from django.urls import reverse
from django.utils import translation

from assessments.models import Assessment, ScoreSpread
from assessments.reports.export import render_csv, render_json, render_xlsx
from assessments.reports.pdf import render_pdf
from assessments.reports.profile.load import load_profile
from assessments.reports.records.keeping import record_profile
from assessments.services import workflow, workshops
from assessments.services.answers import Answer
from tests.assessments.workshop_room import people, vote_all
from tests.reports.conftest import answer
from tests.reports.pdf_facts import text_of
from tests.reports.test_export import SCHEMA, sheets

WIDE = "Verschieden gesehen: 6 Stimmen von Stufe 1 bis 4, in der Mitte 2."


@pytest.fixture
def assessment(project, alice):
    """Two criteria voted on: one far apart, by two roles, one in agreement."""
    started = workflow.start_assessment(project=project, by=alice)
    answer(started, alice, {"vertrauen": Answer("rated", 2, "So ist es."), "personal": Answer("rated", 3, "Ja.")})
    score = started.scores.get(criterion__key="vertrauen")
    workshop = workshops.open_workshop(assessment=started, by=alice, first=score)
    room = people(workshop, it=3, treasury=3)
    ballot = vote_all(workshop, room, [1, 1, 1, 3, 3, 4])
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    workshops.show(workshop=workshop, score=started.scores.get(criterion__key="personal"))
    ballot = vote_all(workshop, room, [3] * 6)
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    return Assessment.objects.with_context().with_papers().get(pk=started.pk)


@pytest.fixture
def profile(assessment):
    return load_profile(assessment)


def plain(text):
    return text.replace("\xa0", " ")


def test_profile_marks_what_was_seen_differently(profile):
    assert [result.key for result in profile.seen_differently] == ["vertrauen"]
    found = profile.seen_differently[0].spread
    assert (found.n, found.lowest, found.highest, found.median, found.mark) == (6, 1, 4, 2, "Gesprächsanlass")
    assert [(role.label, role.n, role.median) for role in found.roles] == [("IT", 3, 1), ("Kämmerei", 3, 3)]
    assert plain(found.text) == f"{WIDE} IT und Kämmerei liegen 2 Stufen auseinander."
    assert plain(profile.spread_summary) == (
        "Über 2 Kriterien wurde im Workshop abgestimmt. Zwei Stufen oder mehr lagen die Stimmen auseinander bei "
        "„Kriterium vertrauen“: ein Gesprächsanlass, keine Note."
    )


def test_no_figure_moves_by_a_spread(assessment, profile):
    ScoreSpread.objects.all().delete()
    without = load_profile(assessment)
    assert (without.overall, without.workstreams, without.gates) == (profile.overall, profile.workstreams, profile.gates)
    assert without.spread_summary == ""
    rows = list(csv.DictReader(io.StringIO(render_csv(without).decode("utf-8-sig")), delimiter=";"))
    assert {row["Einigkeit"] for row in rows} == {""}


def test_page_shows_the_mark_and_the_list(client, alice, assessment):
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page = plain(client.get(reverse("reports:profile", args=[assessment.public_id])).text)
    assert 'id="gespraech"' in page
    assert page.count(WIDE) == 2  # in the list, and with its criterion
    assert page.count("spread-mark") == 1
    assert "Einig: alle 6 Stimmen auf Stufe 3." in page


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_pdf_says_it(profile, variant):
    text = plain(text_of(render_pdf(profile, variant=variant))).replace("- ", "")
    assert "ein Gesprächsanlass, keine Note" in text
    assert (WIDE in text) == (variant == "lang")


def test_json_and_tables_say_it(profile):
    document = json.loads(render_json(profile))
    jsonschema.validate(document, SCHEMA)
    found = {one["key"]: one["spread"] for one in document["criteria"]}
    assert found["zielbild"] is None
    assert (found["vertrauen"]["votes"], found["vertrauen"]["is_wide"], found["personal"]["is_wide"]) == (6, True, False)
    assert [one["role"] for one in found["vertrauen"]["roles"]] == ["it", "treasury"]
    rows = list(csv.DictReader(io.StringIO(render_csv(profile).decode("utf-8-sig")), delimiter=";"))
    row = next(row for row in rows if row["Schlüssel"] == "vertrauen")
    assert (row["Stimmen im Workshop"], row["Niedrigste Stimme"], row["Höchste Stimme"]) == ("6", "1", "4")
    assert row["Gesprächsanlass"] == "Gesprächsanlass"
    head, *lines = sheets(render_xlsx(profile))["Einschätzungen"]
    line = next(line for line in lines if "vertrauen" in line)
    assert line[head.index("Median der Stimmen")] == 2


def test_file_from_before_workshops_is_valid(profile):
    document = json.loads(render_json(profile))
    for one in document["criteria"]:
        del one["spread"]
    jsonschema.validate(document, SCHEMA)


def test_approved_round_keeps_it_in_both_languages(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    record = assessment.records.get()
    ScoreSpread.objects.all().delete()  # what was approved does not ask them
    with translation.override("en"):
        found = record_profile(record).seen_differently[0].spread
        assert found is not None
        assert [role.label for role in found.roles] == ["IT", "treasurer’s office"]
        assert found.mark == "Reason to talk"
    assert WIDE in plain(repr(record_profile(record).seen_differently))


def test_spread_costs_no_query_of_its_own(assessment, django_assert_num_queries):
    load_profile(assessment)
    with django_assert_num_queries(4):
        load_profile(assessment)
