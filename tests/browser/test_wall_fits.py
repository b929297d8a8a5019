"""What is seen of a workshop on its wall without scrolling, and in which type: measured for every text of the shipped editions.

As in test_rating_fits.py the texts of all criteria take their places in turn, before the reveal and after it.
"""

from typing import Any

import pytest
from django.conf import settings

from assessments.models import Assessment
from assessments.services import workshops
from tests.assessments.workshop_room import people, say
from tests.browser.test_rating_fits import LARGE, PROJECTOR, addresses, shipped_texts  # noqa: F401 – a fixture

#: Puts each text in its place, and notes what is not whole above the bar: title, levels, the count and the code, or the result.
#: ``higher``: so many pixels more for each level, to see that the measure finds it.
MEASURE = """([texts, parts, higher]) => {
  const [title, bar] = [document.querySelector('h1'), document.querySelector('.wall__bar')];
  const levels = [...document.querySelectorAll('.scale__level')];
  const words = levels.map(level => level.querySelector('.scale__text'));
  const isWhole = (element, foot) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= foot + 1 &&
      (getComputedStyle(element).overflowY === 'visible' || element.scrollHeight <= element.clientHeight + 1);
  };
  const problems = [];
  levels.forEach(level => { level.style.paddingBlockEnd = `${parseFloat(getComputedStyle(level).paddingBottom) + higher}px`; });
  for (const text of texts) {
    title.textContent = text.title;
    words.forEach((word, number) => { word.textContent = text.levels[number]; });
    const foot = bar.getBoundingClientRect().top;
    const hidden = levels.filter(level => !isWhole(level, foot)).map(level => levels.indexOf(level));
    if (hidden.length) problems.push(`${text.name}: levels ${hidden}`);
    if (bar.getBoundingClientRect().bottom > innerHeight + 1) problems.push(`${text.name}: bar`);
    if (document.documentElement.scrollHeight > innerHeight) problems.push(`${text.name}: scrolls`);
    for (const part of ['h1', ...parts]) for (const element of document.querySelectorAll(part))
      if (!isWhole(element, foot)) problems.push(`${text.name}: ${part}`);
  }
  const size = part => Math.min(...[...document.querySelectorAll(part)].map(e => parseFloat(getComputedStyle(e).fontSize)));
  return {problems, sizes: Object.fromEntries(['h1', '.scale__text', ...parts].map(part => [part, size(part)]))};
}"""
#: So many pixels of 1280 × 720 more for each level are too many, for the longest texts. The rows before the reveal stand below
#: each other; the columns after it do not, and take from the half sentences first, which scroll.
HIGHER = {"[data-turnout]": 40, ".wall__sentence": 160}
BEFORE = ["[data-turnout]", ".turnout__bar", ".join-here__way", ".join-here__code", ".join-here .qr"]
AFTER = [".wall__sentence", ".wall__ask", "#einigung_rationale", ".scale__dots", ".legend"]


@pytest.fixture
def wall(page: Any, live_server: Any, alice: Any, sign_in: Any, addresses: Any) -> Any:  # noqa: F811
    """Measures the wall of a workshop of twelve people whose votes lie far apart, in both languages."""
    assessment = Assessment.objects.get(public_id=addresses["fresh"].split("/")[2])
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=assessment.scores.first())
    ballot = workshop.current
    assert ballot is not None
    room = people(workshop, it=4, treasury=4, specialist_department=3, data_protection=1)
    for participant, level in zip(room, [1, 1, 0, 1, 3, 3, 4, 3, 2, 2, 2, None], strict=True):
        say(participant, ballot, level, "Das Budget ist beschlossen")
    sign_in(page, alice)

    def measured(
        screen: tuple[int, int], parts: list[str], *, higher: int = 0, languages: tuple[str, ...] = ("de", "en")
    ) -> Any:
        problems: list[str] = []
        sizes: dict[str, float] = {}
        if parts is AFTER:
            workshops.reveal(workshop=workshop, seen=ballot.pk)
        page.set_viewport_size({"width": screen[0], "height": screen[1]})
        for language in languages:
            page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
            page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/wand/")
            page.evaluate("document.fonts.ready")
            found = page.evaluate(MEASURE, [shipped_texts(language), parts, higher])
            problems += [f"{language}: {problem}" for problem in found["problems"]]
            sizes = found["sizes"]
        return problems, sizes

    return measured


@pytest.mark.parametrize(("screen", "least"), [(PROJECTOR, 23.9), (LARGE, 35.9)], ids=["1280", "1920"])
def test_wall_shows_levels_count_and_code_in_type_to_be_read_from_six_metres(wall, screen, least):
    problems, sizes = wall(screen, BEFORE)
    assert problems == []
    read = ("h1", ".scale__text", "[data-turnout]", ".join-here__code")
    assert min(sizes[part] for part in read) >= least  # px; docs/decisions.md


@pytest.mark.parametrize(("screen", "least"), [(PROJECTOR, 23.9), (LARGE, 35.9)], ids=["1280", "1920"])
def test_wall_shows_the_result_in_type_to_be_read_from_six_metres(wall, screen, least):
    """The level texts were read before the reveal; what is new is the result. They stay as large as a page's own text."""
    problems, sizes = wall(screen, AFTER)
    assert problems == []
    assert min(sizes["h1"], sizes[".wall__sentence"]) >= least
    assert min(sizes[".scale__text"], sizes["#einigung_rationale"]) >= least * 2 / 3


@pytest.mark.parametrize("screen", [PROJECTOR, LARGE], ids=["1280", "1920"])
@pytest.mark.parametrize("parts", [BEFORE, AFTER], ids=["before", "after"])
def test_measure_finds_levels_that_are_too_high(wall, screen, parts):
    problems, _sizes = wall(screen, parts, higher=HIGHER[parts[0]] * screen[0] // PROJECTOR[0], languages=("de",))
    assert any("scrolls" in problem for problem in problems)
