"""The height of the page to decide by as it is reckoned, against the layout of that page."""

import pytest

from assessments.reports.pdf import BOTTOM, DECIDES_TO, LONG_SHEET, STYLE, engine, first_page_of, left_out
from assessments.reports.pdf.content import FIRST_PAGES, report_html
from assessments.reports.pdf.estimate import KERNED, places_of
from tests.reports.sample import make_empty, make_profile

PROFILES = {
    "usual": make_profile,
    "english": lambda: make_profile(language="en"),
    "draft": lambda: make_profile(approved=False),
    "first round": lambda: make_profile(rounds=0),
    "empty": make_empty,
    "sixty criteria": lambda: make_profile(60),
}


def laid_out(html):
    places = {}

    def look(pages):
        places.update({name: place[1] for name, place in pages[0].anchors.items()})
        return False

    engine.html_to_pdf(html, (STYLE, LONG_SHEET), accept=look)
    return places


def ends(places):
    return [places[DECIDES_TO] - left_out(one, places) for one in FIRST_PAGES]


@pytest.mark.parametrize("variant", ["kurz", "lang"])
@pytest.mark.parametrize("name", PROFILES)
def test_reckoned_heights_lie_around_those_of_the_layout(name, variant):
    html = report_html(PROFILES[name](), variant=variant, only_first=True)
    places = laid_out(html)
    without_kerning, with_much = places_of(html, variant), places_of(html, variant, kerned=KERNED)
    assert without_kerning
    assert with_much
    assert {*without_kerning, "zusammenfassung"} == {*with_much, "zusammenfassung"} == places.keys() - {"ende"}
    for high, true, low in zip(ends(without_kerning), ends(places), ends(with_much), strict=True):
        assert low - 0.1 <= true <= high + 0.1
    assert any(abs(ends(one)[0] - ends(places)[0]) < 0.1 for one in (without_kerning, with_much))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Was hält uns auf?", "Was hält 我们 auf?", id="letters of another alphabet"),
        pytest.param("Was hält uns auf?", "Was hält " + "lang" * 40 + " auf?", id="a word that is broken somewhere"),
        pytest.param('<p class="muted">', '<p class="paper__facts">', id="facts of a council paper"),
        pytest.param("<h1>", '<div class="arms"><img src="wappen:1"/></div><h1>', id="a coat of arms"),
        pytest.param("<h1>", "<h1><em>Kursives</em> ", id="another face of the font"),
    ],
)
def test_what_is_not_plain_text_is_not_reckoned(old, new):
    html = report_html(make_profile(3), variant="kurz", only_first=True)
    assert old in html
    assert places_of(html, "kurz")
    assert places_of(html.replace(old, new), "kurz") is None


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_a_page_that_is_not_reckoned_is_laid_out_and_holds_as_much(variant, monkeypatch):
    profile = make_profile(60)
    reckoned = first_page_of(profile, variant, (STYLE,))
    monkeypatch.setattr("assessments.reports.pdf.places_of", lambda *args, **options: None)
    assert first_page_of(profile, variant, (STYLE,)) == reckoned != FIRST_PAGES[0]


@pytest.mark.parametrize("variant", ["kurz", "lang"])
@pytest.mark.parametrize("name", PROFILES)
def test_no_more_is_left_out_than_has_to_be(name, variant):
    """The choice fits its page, and whatever shows more does not."""
    profile = PROFILES[name]()
    place = FIRST_PAGES.index(first_page_of(profile, variant, (STYLE,)))
    tried = [report_html(profile, variant=variant, only_first=True, first_page=one) for one in FIRST_PAGES[: place + 1]]
    *more, chosen = [laid_out(html)[DECIDES_TO] for html in tried]
    assert chosen <= BOTTOM
    assert all(end > BOTTOM for end in more)
