"""What is seen without scrolling on the pages that rate a criterion: measured for every text of the shipped editions.

One page is opened for each kind of answer, language and screen; then the texts of all criteria, in both wordings, take their
places in turn. So it is the layout that is measured, with every title and every set of levels it will have to hold.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils import translation

from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import Edition, EditionState, Milestone
from catalogue.wording import example
from tests.factories import make_criterion, make_edition, make_project

LAPTOP, LARGE, PROJECTOR, PHONE = (1366, 768), (1920, 1080), (1280, 720), (390, 844)
HIDDEN_ON_A_PHONE = ("cards 0", "title", "buttons")
REASON = "Der Parkraum-Lotse arbeitet seit Januar in der neuen Lenkungsrunde mit, die alle 14 Tage tagt. " * 3

#: Puts each text in its place and notes what cannot be seen whole: below the top, above the buttons, nothing cut.
#: ``higher``: so many pixels more for each card, to see that the measure finds it.
MEASURE = """([texts, higher]) => {
  const bar = document.querySelector('.save-bar');
  const [title, summary] = [document.querySelector('h1'), document.querySelector('[data-summary]')];
  const cards = [...document.querySelectorAll('.level-card')];
  const levels = cards.slice(0, 5).map(card => card.querySelector('.level-card__text'));
  const isWhole = (element, foot) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= foot + 1 && element.scrollHeight <= element.clientHeight + 1;
  };
  const problems = [];
  if (higher) for (const card of cards) card.querySelector('label').style.paddingBlockEnd = `${higher}px`;
  let highest = Infinity;
  for (const text of texts) {
    title.textContent = text.title;
    if (summary) summary.textContent = text.summary;
    levels.forEach((level, number) => { level.textContent = text.levels[number]; });
    const foot = bar.getBoundingClientRect().top;
    const hidden = cards.filter(card => !isWhole(card.querySelector('label'), foot)).map(card => cards.indexOf(card));
    if (hidden.length) problems.push(`${text.name}: cards ${hidden}`);
    if (!isWhole(title, foot)) problems.push(`${text.name}: title`);
    const line = summary?.getBoundingClientRect();
    if (!line || line.height < 12 || line.top < 0 || line.top + 12 > foot) problems.push(`${text.name}: summary`);
    if (bar.getBoundingClientRect().bottom > innerHeight + 1) problems.push(`${text.name}: buttons`);
    const reason = document.querySelector('[name="rationale"]').getBoundingClientRect();
    const isBeside = reason.right <= bar.getBoundingClientRect().left;
    if (reason.bottom > (isBeside ? innerHeight : foot) + 1 || reason.top < 0) problems.push(`${text.name}: reason`);
    highest = Math.min(highest, parseFloat(getComputedStyle(levels[0]).fontSize));
  }
  return {problems, size: highest};
}"""


@cache
def shipped_criteria() -> list[tuple[str, dict[str, Any]]]:
    """The criteria of the editions that come along, each with its file's name. Reading them takes seconds."""
    paths = sorted((Path(settings.BASE_DIR) / "fixtures" / "catalogue").glob("edition-*.yaml"))
    return [(path.stem, criterion) for path in paths for criterion in yaml.safe_load(path.read_text())["criteria"]]


@cache
def shipped_texts(language: str) -> list[dict[str, Any]]:
    """Title, summary and levels of every criterion of the editions that come along, in both wordings, each once."""
    found: dict[str, dict[str, Any]] = {}
    for name, criterion in shipped_criteria():
        for wording in filter(None, (criterion, criterion["municipality_wording"])):
            with translation.override(language):
                levels = [example(row["level"], row["description"][language]) for row in wording["levels"]]
            text = {"title": criterion["title"][language], "summary": wording["summary"][language], "levels": levels}
            found[str(text)] = {**text, "name": f"{name} {criterion['key']}"}
    return list(found.values())


@pytest.fixture
def addresses(municipality, alice, bob):
    """Of a fresh answer, and of one carried over from the round before; the criterion is a milestone with the longest words."""
    edition = make_edition(state=EditionState.DRAFT)
    for number in range(3):
        make_criterion(edition, f"kriterium-{number}", milestone=3)
    Milestone.objects.update(required_levels=[1, 2, 2, 3, 3])
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at="2026-01-01T00:00:00Z")
    edition.refresh_from_db()
    fresh = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    project = make_project(municipality, "Zweite Runde", team=[alice])
    first = workflow.start_assessment(project=project, by=alice)
    for score in first.scores.all():
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 2, REASON))
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    carried = workflow.start_assessment(project=project, by=alice)
    rounds = {"fresh": fresh, "carried": carried}
    return {name: f"/bewertungen/{round_.public_id}/kriterien/kriterium-1/" for name, round_ in rounds.items()}


@pytest.fixture
def measured(page, live_server, alice, sign_in, addresses):
    """Measures a page in both languages and both themes; gives what is hidden, and the smallest type of a level."""
    sign_in(page, alice)

    def measured(kind: str, screen: tuple[int, int], query: str = "", *, higher: int = 0) -> tuple[list[str], float]:
        problems: list[str] = []
        size = float("inf")
        page.set_viewport_size({"width": screen[0], "height": screen[1]})
        for language in ("de",) if higher else ("de", "en"):
            page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
            for theme in ("light",) if higher else ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.goto(f"{live_server.url}{addresses[kind]}{query}")
                assert page.locator("html").get_attribute("lang") == language
                page.evaluate("document.fonts.ready")
                found = page.evaluate(MEASURE, [shipped_texts(language), higher])
                problems += [f"{kind}, {language}, {theme}: {problem}" for problem in found["problems"]]
                size = min(size, found["size"])
        return problems, size

    return measured


@pytest.mark.parametrize("kind", ["fresh", "carried"])
def test_laptop_shows_title_seven_cards_and_buttons(measured, kind):
    problems, size = measured(kind, LAPTOP)
    assert [problem for problem in problems if not problem.endswith("reason")] == []
    assert size >= 16  # px


@pytest.mark.parametrize("kind", ["fresh", "carried"])
def test_large_screen_shows_the_reason_too(measured, kind):
    problems, size = measured(kind, LARGE)
    assert problems == []
    assert size >= 20  # px


@pytest.mark.parametrize("kind", ["fresh", "carried"])
@pytest.mark.parametrize(("screen", "least"), [(PROJECTOR, 23.9), (LARGE, 35.9)], ids=["1280", "1920"])
def test_wall_shows_everything_in_type_to_be_read_from_six_metres(measured, kind, screen, least):
    problems, size = measured(kind, screen, "?ansicht=gross")
    assert [problem for problem in problems if not problem.endswith("summary")] == []  # the guidance has it
    assert size >= least  # px; docs/decisions.md


@pytest.mark.parametrize("kind", ["fresh", "carried"])
def test_phone_shows_the_first_level_and_the_buttons(measured, kind):
    problems, size = measured(kind, PHONE)
    assert [problem for problem in problems if any(words in problem for words in HIDDEN_ON_A_PHONE)] == []
    assert size >= 16  # px


@pytest.mark.parametrize("kind", ["fresh", "carried"])
@pytest.mark.parametrize(
    ("screen", "query", "higher", "hidden"),
    [
        (LAPTOP, "", 40, ("cards",)),
        (LARGE, "", 60, ("cards",)),
        (PROJECTOR, "?ansicht=gross", 40, ("cards", "reason")),
        (LARGE, "?ansicht=gross", 40, ("cards", "reason")),
        (PHONE, "", 140, ("cards 0",)),
    ],
    ids=["laptop", "large", "wall", "large wall", "phone"],
)
def test_measure_finds_cards_that_are_too_high(measured, kind, screen, query, higher, hidden):
    """Each card so many pixels higher is too much: 40 on the laptop and both walls, 60 on the large screen, 140 on a phone.

    The last two take 40 without hiding anything, since there is so much room. For the longest texts there are left, in all:
    30 px on the laptop, 10 on the small wall, 60 on the large one, 225 on the large screen; below a phone's first card 75
    (carried over) to 135.
    """
    problems, _size = measured(kind, screen, query, higher=higher)
    assert any(words in problem for problem in problems for words in hidden)
