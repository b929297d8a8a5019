"""What a draft's profile says of people who left and of what is carried over, and what a list says over two editions."""

import json
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Measure
from assessments.reports.four_answers import texts
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer
from catalogue.models import EditionState
from scaling.accounts import invitations
from scaling.privacy.anonymising import anonymise
from tests.factories import make_criteria, make_edition
from tests.reports.conftest import CRITERIA, FIRST, answer, approved, publish
from tests.reports.test_said_of_today import answers_of, cells, fetch, of, page, pdf

WHO = "Alice (nicht mehr dabei)"


def address(assessment, name):
    return reverse(f"reports:{name}", args=[assessment.public_id])


PROFILE = {
    "page": lambda client, bob, one: page(client, bob, address(one, "profile")),
    "short PDF": lambda client, bob, one: pdf(client, bob, address(one, "pdf"), umfang="kurz"),
    "long PDF": lambda client, bob, one: pdf(client, bob, address(one, "pdf"), umfang="lang"),
    "spreadsheet": lambda client, bob, one: cells(client, bob, address(one, "xlsx")),
    "CSV": lambda client, bob, one: fetch(client, bob, address(one, "csv")).content.decode(),
    "JSON": lambda client, bob, one: fetch(client, bob, address(one, "json")).text,
}
#: A bracket that is still open.
NESTED = re.compile(r"\([^()]{0,200}\(nicht mehr dabei\)")


@pytest.fixture
def late(second, alice):
    due = timezone.localdate() - timedelta(days=3)
    return Measure.objects.create(project=second.project, criterion_key="vertrauen", text="Amt", owner=alice, due_on=due)


@pytest.mark.parametrize("surface", PROFILE)
def test_draft_names_who_left_as_gone(client, alice, bob, second, late, surface):
    assert WHO not in PROFILE[surface](client, bob, second)
    second.project.team.remove(alice)
    text = PROFILE[surface](client, bob, second)
    assert WHO in text
    assert not NESTED.search(text)


@pytest.mark.parametrize("surface", PROFILE)
def test_record_names_who_was_there_when_it_was_approved(client, alice, bob, second, late, surface):
    Measure.objects.exclude(pk=late.pk).delete()
    approved(second, bob, timezone.localdate())
    before = PROFILE[surface](client, bob, second)
    assert "Alice" in before
    invitations.remove(membership=alice.memberships.get(), by=bob)
    assert WHO not in PROFILE[surface](client, bob, second)


@pytest.mark.parametrize("surface", PROFILE)
def test_record_of_who_left_before_keeps_saying_so_until_the_name_goes(client, alice, bob, second, late, surface):
    second.project.team.remove(alice)
    approved(second, bob, timezone.localdate())
    assert WHO in PROFILE[surface](client, bob, second)
    anonymise(user=alice, by=bob)
    text = PROFILE[surface](client, bob, second)
    assert "Alice" not in text
    assert "Name gelöscht (nicht mehr dabei)" in text


def test_trend_in_files_says_what_is_only_carried_over(client, bob, first):
    later = workflow.start_assessment(project=first.project, by=bob)
    rounds = json.loads(fetch(client, bob, address(later, "json")).content)["trend"]["rounds"]
    assert [(one["average"]["rated"], one["unconfirmed"]) for one in rounds] == [(4, 0), (4, 4)]
    answer(later, bob, {"personal": Answer("rated", 3, "Drei Stellen")})
    rounds = json.loads(fetch(client, bob, address(later, "json")).content)["trend"]["rounds"]
    assert [one["unconfirmed"] for one in rounds] == [0, 3]
    sheet = "Runde 1 2025-05-20 00:00:00 2 4 6 0 "
    text = cells(client, bob, address(later, "xlsx"), "Verlauf")
    assert "davon nur übernommen" in text
    assert sheet in text
    assert " 4 6 3 " in text


def next_edition(**changed):
    """Of the seven criteria „zielbild“ went, one is new; what is told in ``changed`` differs."""
    edition = make_edition(2, state=EditionState.DRAFT, attribution_de="Quelle: Roadmap", level_scale_notice_de="Eigene Skala")
    wanted = {key: {**fields, **changed.get(key, {})} for key, fields in CRITERIA.items() if key != "zielbild"}
    make_criteria(edition, {**wanted, "neues": {"workstreams": ["technisch"]}})
    return publish(edition)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({}, "Verglichen: 3 von 7 Kriterien."),  # six of the round, one of them new, and the one that went
        ({"neues": Answer("rated", 4, "Neu")}, "Verglichen: 3 von 7 Kriterien."),
        ({"personal": Answer("unknown")}, "Verglichen: 2 von 7 Kriterien."),
        ({"personal": Answer("rated", 3, "Mehr")}, "Verglichen: 3 von 7 Kriterien."),
    ],
)
def test_change_over_two_editions_says_how_many_criteria_it_stands_on(client, bob, municipality, first, new, said):
    later = workflow.start_assessment(project=first.project, by=bob)
    edition_switch.move(assessment=later, edition=next_edition(), by=bob)
    later.refresh_from_db()
    answer(later, bob, {**FIRST, **new})
    approved(later, bob, date(2026, 5, 1))
    assert said in " ".join(texts.standing(answers_of(bob, municipality)))
    row = said.removeprefix("Verglichen: ").removesuffix(" Kriterien.") + " verglichen"
    assert row in page(client, bob, of(municipality, "portfolio"))
    assert row in pdf(client, bob, of(municipality, "portfolio_pdf"))
