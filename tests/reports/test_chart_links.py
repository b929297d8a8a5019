"""Every mark of a chart on the page leads to what it stands for, and nowhere that is not there."""

import re
from html import unescape

import pytest

from assessments.reports.charts import Strip, level_strips
from assessments.reports.profile.by_level import by_level
from assessments.reports.profile.load import load_profile
from assessments.services import workflow
from assessments.services.answers import Answer
from tests.reports.conftest import answer

ANSWERS = {
    "vertrauen": Answer("rated", 2, "Grund"),
    "personal": Answer("rated", 2, "Grund"),
    "zielbild": Answer("rated", 0),
    "nutzertest": Answer("unknown"),
    "folgekosten": Answer("rated", 4, "Grund"),
}


@pytest.fixture
def round_(project, alice):
    started = workflow.start_assessment(project=project, by=alice)
    answer(started, alice, ANSWERS)
    return started


def links_in(page):
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    found = [re.findall(r'<a href="([^"]+)" class="chart__link"([^>]*)><title>([^<]*)</title>', one) for one in drawings]
    return [(unescape(href), rest, unescape(title)) for one in found for href, rest, title in one]


def test_every_mark_leads_to_something_on_the_page(client, round_, alice):
    client.force_login(alice)
    page = client.get(f"/bewertungen/{round_.public_id}/profil/").text
    found = links_in(page)
    assert len(found) > 20
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    assert {href for href, *_ in found if href[1:] not in ids} == set()
    assert all('aria-label="' in rest or "aria-hidden" in rest for _, rest, _ in found)
    assert ("#w-organisatorisch-2", "Organisatorisch, Stufe 2: 2 Kriterien") in [(href, title) for href, _, title in found]
    assert ("#k-folgekosten", "Finanziell, Stufe 4: Kriterium folgekosten") in [(href, title) for href, _, title in found]
    assert not re.search(r'<svg[^>]*role="img"[^>]*>(?:(?!</svg>).)*<a ', page, re.DOTALL)


def test_groups_hold_every_criterion_once_in_each_of_its_workstreams(round_):
    profile = load_profile(round_)
    *streams, whole = by_level(profile)
    assert sum(len(group.criteria) for group in whole.groups) == len(profile.criteria)
    for levels, figure in zip(streams, profile.workstreams, strict=True):
        assert tuple(len(group.criteria) for group in levels.groups[:5]) == figure.distribution.counts
        assert len(levels.groups[5].criteria) == figure.distribution.unrated


def test_drawing_without_links_is_an_image_and_one_with_them_a_group():
    strip = Strip("Finanziell", (0, 1, 2, 0, 0), 1, 1.6)
    assert 'role="img"' in level_strips([strip])
    assert "<a " not in level_strips([strip])
    words = 'Finanziell, Stufe 1: „A & B“ "C"'
    linked = level_strips([Strip("Finanziell", (0, 1, 2, 0, 0), 1, 1.6, links=(("", ""), ("#k-a", words), *[("", "")] * 4))])
    assert 'role="group"' in linked
    assert linked.count("<a ") == 1
    assert unescape(re.findall("<title>(.*?)</title>", linked)[1]) == words
    assert "{foot}" not in linked


def test_pdf_draws_without_links(round_):
    from assessments.reports.pdf.content import report_html

    assert "chart__link" not in report_html(load_profile(round_), variant="lang")
