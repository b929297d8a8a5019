"""``python -m tests.screenshots``: the pictures of README and guides (docs/images), of today's product with the demo's data.

Needs chromium, as the browser tests do. A picture that is of no use any more is removed by hand; tests/test_docs.py finds it.
"""

import argparse
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.chromium import CHROMIUM, WHERE_MISSING

PASSWORD = "skalierungscheck"  # of the demo, printed by ./run
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
LAPTOP, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
TEAM, MANAGER, CURATOR = "team@auenfurt.example", "leitung@auenfurt.example", "redaktion@skalierungscheck.example"
OPERATOR = "betrieb@skalierungscheck.example"
COLOURS, ALIKE = 96, 12  # enough for pages of text: a picture is a third as large
VOTES = [("it", "1", "Im übrigen Haus gehen Freigaben noch den alten Weg."), ("treasury", "3", ""), ("project_lead", "2", ""),
         ("legal", "2", ""), ("data_protection", "1", ""), ("specialist_department", "3", "")]  # fmt: skip


class Studio:
    """Pages of people who are signed in, and a folder for their pictures."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self.browser, self.address, self.folder = browser, address, folder

    @contextmanager
    def page(self, email: str = "", screen: ViewportSize = LAPTOP) -> Iterator[Page]:
        context = self.browser.new_context(
            locale="de-DE", viewport=screen, reduced_motion="reduce", color_scheme="light", base_url=self.address
        )
        page = context.new_page()
        if email:
            page.goto("/konto/login/")
            page.get_by_label("E-Mail-Adresse").fill(email)
            page.get_by_label("Passwort").first.fill(PASSWORD)
            page.get_by_role("button", name="Anmelden", exact=True).click()
            page.wait_for_url(f"{self.address}/")
        yield page
        context.close()

    def take(self, page: Page, name: str) -> None:
        """What the screen shows, without a caret and without what still moves."""
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        with_few_colours(picture).save(self.folder / f"{name}.png", optimize=True)
        print(f"{name}.png", flush=True)  # noqa: T201 – a command's output


def with_few_colours(picture: Image.Image) -> Image.Image:
    """The most frequent colours, none like another, and every pixel in the nearest: shades of letters go, marks keep theirs."""
    pixels = cast("list[tuple[int, int, int]]", list(picture.getdata()))
    chosen: list[tuple[int, int, int]] = []
    for colour, _number in Counter(pixels).most_common():
        if len(chosen) < COLOURS and all(distance(colour, other) > ALIKE for other in chosen):
            chosen.append(colour)
    place = {colour: min(range(len(chosen)), key=lambda n: distance(colour, chosen[n])) for colour in set(pixels)}
    result = Image.new("P", picture.size)
    result.putpalette([part for colour in chosen for part in colour])
    result.putdata([place[pixel] for pixel in pixels])
    return result


def distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum(abs(mine - its) for mine, its in zip(one, other, strict=True))


def rating(studio: Studio) -> None:
    with studio.page(TEAM) as page:
        page.goto("/")
        studio.take(page, "meine-projekte")
        page.get_by_role("link", name="Weiter bewerten").first.click()
        expect(page.locator(".level-choice")).to_be_visible()
        studio.take(page, "kriterium")
        page.locator(".breadcrumb a").last.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Runde")
        studio.take(page, "runde")


def workshop(studio: Studio) -> None:
    """Six people vote by phone; then the wall is uncovered."""
    with studio.page(TEAM) as page:
        page.goto("/")
        page.get_by_role("link", name="Weiter bewerten").first.click()
        page.wait_for_url("**/kriterien/*/")
        page.goto(re.sub(r"kriterien/.*", "wand/", page.url))
        page.get_by_role("button", name="Workshop öffnen").click()
        code = page.locator(".join-here__code")
        code.wait_for()
        join = f"/w/{(code.text_content() or '').split(':')[-1].replace('-', '').strip()}/"
        for number, (role, level, words) in enumerate(VOTES):
            with studio.page(screen=PHONE) as phone:
                phone.goto(join)
                phone.get_by_label("Als wer nehmen Sie teil?").select_option(role)
                phone.get_by_role("button", name="Mitmachen").click()
                phone.locator(f'input[name="choice"][value="{level}"]').check(force=True)
                if number == 0:
                    studio.take(phone, "stimme")
                phone.locator("form[data-ballot] textarea, form[data-ballot] input[type=text]").first.fill(words)
                phone.locator("form[data-ballot] button").click()
                expect(phone.locator("[data-own]")).to_contain_text("Gespeichert")
        expect(page.locator("[data-turnout]")).to_contain_text(f"{len(VOTES)} von {len(VOTES)}")
        studio.take(page, "wand-verdeckt")
        page.get_by_role("button", name="Aufdecken").click()
        expect(page.locator(".wall--revealed")).to_be_visible()
        studio.take(page, "wand")


def profile(studio: Studio) -> None:
    with studio.page(MANAGER) as page:
        page.goto("/")
        studio.take(page, "leitung")
        page.get_by_role("link", name="Ansehen und freigeben").first.click()
        expect(page.get_by_role("button", name="Freigeben")).to_be_visible()
        page.evaluate("scrollTo(0, 0)")
        studio.take(page, "freigabe")
        page.goto("/beispiel/")
        studio.take(page, "reifeprofil")


def municipality(studio: Studio) -> None:
    with studio.page(MANAGER) as page:
        page.get_by_role("navigation").get_by_role("link", name="Stadt Auenfurt").first.click()
        expect(page.locator(".four-answers")).to_be_visible()
        studio.take(page, "kommune")
        page.get_by_role("link", name="Im Vergleich").click()
        expect(page.locator("table.peers").first).to_be_visible()
        studio.take(page, "vergleich")


def curating(studio: Studio) -> None:
    with studio.page(CURATOR) as page:
        page.goto("/katalog/redaktion/3.0/")
        studio.take(page, "ausgabe")
        page.get_by_role("button", name="Neue Ausgabe entwerfen").click()
        page.wait_for_load_state()
        page.goto(f"{page.url.split('?')[0]}kriterien/datenschutz/")
        studio.take(page, "kriterium-bearbeiten")


def operating(studio: Studio) -> None:
    with studio.page(OPERATOR) as page:
        page.goto("/kommunen/neu/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Kommune anlegen")
        studio.take(page, "betrieb-kommune")
        page.goto("/protokoll/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        studio.take(page, "protokoll")


SCENES: list[Callable[[Studio], None]] = [rating, profile, municipality, workshop, curating, operating]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--address", help="of a running demo, instead of one started for this; it is changed by what is shown")
    options = parser.parse_args()
    if CHROMIUM is None:
        print(WHERE_MISSING, file=sys.stderr)  # noqa: T201
        return 1
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.address:
        take_all(options.address, options.folder)
    else:
        os.environ.setdefault("DEMO", "1")  # before the settings are read
        from tests.bench.server import demo_server

        with demo_server(workers=2, with_usual_round=False) as port:
            take_all(f"http://127.0.0.1:{port}", options.folder)
    return 0


def take_all(address: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--hide-scrollbars", "--lang=de"])
        for scene in SCENES:
            scene(Studio(browser, address, folder))
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
