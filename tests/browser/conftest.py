"""Real-browser tests: Debian's chromium against a live server. Where it is missing they say so and are skipped."""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import expect

from assessments.services import workflow
from tests.cast import PASSWORD
from tests.chromium import CHROMIUM, WHERE_MISSING
from tests.conftest import _load_demo
from tests.factories import make_catalogue, make_project
from tests.kept_rows import KeptRows
from tests.world import World, put_world

# Playwright runs an event loop in the tests' thread, which Django would otherwise refuse to work beside.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

expect.set_options(timeout=20_000)  # ms; a busy machine needs more than the usual five seconds, and waiting costs only failures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=False))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=WHERE_MISSING))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    flags = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    flags.append("--disable-gpu")  # there is none to ask where tests run
    # What serves a long visit and costs a short one most: to compile scripts until they are quickest, and processes for each
    # tab and for what draws.
    flags += ["--js-flags=--no-opt --no-maglev", "--process-per-site", "--in-process-gpu"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")  # chromium refuses its sandbox to root
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "de-DE", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture
def assert_accessible() -> Callable[[Any], None]:
    """Fails with every violation of WCAG 2.2 AA and of best practice that axe finds on the page, once it is there whole."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # none of these rules asks for the style sheets, which axe would fetch once more each time
    options = {"runOnly": tags, "resultTypes": ["violations"], "preload": {"assets": ["media"]}}

    def check(page: Any) -> None:
        page.wait_for_load_state()  # a click returns with the first bytes of the next page
        result = axe.run(page, options=options)
        assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"

    return check


@pytest.fixture
def world(transactional_db: None, kept_rows: KeptRows) -> World:
    """One of each test's own, stored for the server of the tests to see."""
    return put_world(kept_rows)


@pytest.fixture
def stored_demo(transactional_db: None, kept_rows: KeptRows) -> None:
    """The catalogue as it is shipped and the demo's municipalities, stored for the server of the tests to see."""
    with transaction.atomic():
        kept_rows.get("demo", _load_demo)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[..., None]:
    """Signs a person in without the way through the page, which takes three pages; the next one to be opened knows them."""

    def sign_in(page: Any, user: Any) -> None:
        client = Client(headers={"host": urlsplit(live_server.url).netloc})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([{**session, "httpOnly": True, "sameSite": "Lax"}])

    return sign_in


@pytest.fixture
def sign_in_by_page(live_server: Any) -> Callable[..., None]:
    """Signs a person in through the page, as they would."""

    def sign_in(page: Any, user: Any) -> None:
        page.goto(f"{live_server.url}/konto/login/")
        page.get_by_label("E-Mail-Adresse").fill(user.email)
        page.get_by_label("Passwort", exact=False).first.fill(PASSWORD)
        page.get_by_role("button", name="Anmelden", exact=True).click()
        page.wait_for_url(f"{live_server.url}/")

    return sign_in


@pytest.fixture
def sign_out() -> Callable[[Any], None]:
    def sign_out(page: Any) -> None:
        page.locator("details.menu > summary").click()
        page.get_by_role("button", name="Abmelden").click()

    return sign_out


@pytest.fixture
def assessment(municipality, alice):
    """A round of three criteria in which nothing is answered yet; Alice is on its team."""
    make_catalogue(3)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What pages weigh and how far they jump while loading, the worst first (tests/browser/test_every_page.py)."""
    rows = [
        value
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for name, value in report.user_properties
        if name == "page"
    ]
    if not rows:
        return
    terminalreporter.section(f"{len(rows)} pages: weight of HTML, CSS and JavaScript (gzip), layout shift")
    for name, size, _shift in sorted(rows, key=lambda row: -row[1])[:3]:
        terminalreporter.line(f"{size / 1000:6.1f} kB  {name}")
    for name, _size, shift in sorted(rows, key=lambda row: -row[2])[:3]:
        terminalreporter.line(f"{shift:9.4f}  {name}")
