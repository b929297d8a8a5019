"""Every page of the permission table in the browser, for each of the cast who sees another page there than the ones before.

One load a page; width and colours change in place. What each page weighs and how far it jumps is said at the end of the run.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse

from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from tests.browser import markup
from tests.factories import make_catalogue, make_project
from tests.test_permissions import PERSONS, TABLE, all_names

pytestmark = pytest.mark.urls("tests.scaling.failing_urls")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What colours can change; everything else is the same document, and of the same size.
LOOK = ["color-contrast", "link-in-text-block"]
#: Parts of TABLE, by how their names begin, and how many pages each has at least. A part is a test of its own, so that two
#: processes can share the work.
PARTS = [("catalogue:", 12), ("assessments:", 20), ("reports:", 8), ("", 10)]
#: What is fetched and no page, whoever asks; PDFs would be drawn for nobody.
FILES = (".pdf", ".xlsx", ".ods", ".csv", ".docx", ".ics")
LIMIT_WEIGHT = 100_000  # bytes of HTML, CSS and JavaScript, compressed
LIMIT_SHIFT = 0.02  # of the page; 0.1 counts as good elsewhere
AXE = Axe().axe_script

SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 30);
})"""
LOADED = "() => performance.getEntriesByType('resource').map(e => e.name)"
#: On paper: black on white, whatever the theme, and nothing to press.
PRINTED = """() => {
  const onScreen = ".site-nav, .breadcrumb, .tabs, .kern-btn, .form-actions, .filter-bar, .theme-switch";
  const shown = [...document.querySelectorAll(onScreen)]
    .filter(e => e.getClientRects().length).map(e => `printed: ${e.outerHTML.slice(0, 90)}`);
  const title = document.querySelector("h1");
  return title && getComputedStyle(title).color !== "rgb(0, 0, 0)" ? [...shown, "printed in colour: h1"] : shown;
}"""
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *, header *, footer *")].filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 90));
}"""


@dataclass
class Inspector:
    page: Any
    record: Callable[[str, object], None]
    problems: list[str] = field(default_factory=list)
    rows: list[tuple[str, int, float]] = field(default_factory=list)
    seen: set[tuple[str, str | tuple[str, ...]]] = field(default_factory=set)

    def note(self, name: str, found: list[str]) -> None:
        self.problems += [f"{name}: {one}" for one in found]

    def axe(self, name: str, rules: list[str] | None = None) -> None:
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        # None of these rules asks for the style sheets, which axe would fetch once more each time.
        run = """async (only) =>
            (await axe.run({runOnly: only, resultTypes: ["violations"], preload: {assets: ["media"]}})).violations
            .map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(" | ")}`)"""
        self.note(name, self.page.evaluate(run, only))

    def inspect(self, name: str, source: str) -> None:
        """The page as it stands, in two widths and two colours."""
        page = self.page
        self.note(name, markup.problems(source))
        if source.count("<h1") != 1:
            self.note(name, [f"{source.count('<h1')} headings of the first rank"])
        if page.evaluate("!!document.querySelector('[hx-get], [hx-post]') && !window.htmx"):
            self.problems.append(f"{name}: asks by htmx, which is not there")
        self.rows.append((name, weight(source, page.evaluate(LOADED)), page.evaluate(SHIFT)))
        self.record("page", self.rows[-1])
        page.evaluate(AXE)
        self.axe(f"{name}, 1280, light")
        page.emulate_media(color_scheme="dark")
        self.axe(f"{name}, 1280, dark", LOOK)
        page.set_viewport_size({"width": 320, "height": 800})
        self.note(f"{name}, 320: wider than the screen", page.evaluate(WIDER))
        self.axe(f"{name}, 320, dark")
        page.emulate_media(media="print")
        self.note(name, page.evaluate(PRINTED))
        page.emulate_media(media="screen", color_scheme="light")
        self.axe(f"{name}, 320, light", LOOK)
        page.set_viewport_size({"width": 1280, "height": 900})

    def visit(self, name: str, url: str, *, status: int = 200) -> None:
        response = self.page.goto(url)
        if response.status != status:
            self.problems.append(f"{name}: {response.status} instead of {status}")
            return
        self.inspect(name, response.text())

    def is_new(self, name: str, source: str) -> bool:
        """Whether nobody saw a page of the same parts under this name before: its header tells who is signed in, the tokens
        differ. Other words in the same parts are looked at where they stand in the source alone.
        """
        match = re.search(r"<main.*</main>", source, re.DOTALL)
        main = match.group(0) if match else source
        words = (name, re.sub(r'(value|href|action)="[^"]*"|[bcdfghjkmnpqrstvwxz2-9]{10}', "", main))
        if words in self.seen:
            return False
        parts = (name, markup.parts(main))
        known = parts in self.seen
        self.seen |= {words, parts}
        if known:
            self.note(name, markup.problems(source))
        return not known


_sizes: dict[str, int] = {}


def weight(source: str, urls: list[str]) -> int:
    """Bytes of a page's HTML, CSS and JavaScript as they travel: gzip, as the server sends its files."""
    total = len(gzip.compress(source.encode()))
    for url in urls:
        path = urlsplit(url).path
        if path.endswith((".css", ".js")) and path not in _sizes:
            file = finders.find(path.removeprefix(f"/{django_settings.STATIC_URL.strip('/')}/"))
            _sizes[path] = len(gzip.compress(Path(str(file)).read_bytes())) if file else 0
        total += _sizes.get(path, 0)
    return total


@pytest.fixture
def inspector(page: Any, record_property: Callable[[str, object], None]) -> Inspector:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 900})
    return Inspector(page, record_property)


def assert_fine(inspector: Inspector) -> None:
    heavy = [f"{name}: {size} bytes" for name, size, _ in inspector.rows if size > LIMIT_WEIGHT]
    jumpy = [f"{name}: shifts by {shift:.3f}" for name, _, shift in inspector.rows if shift > LIMIT_SHIFT]
    problems = inspector.problems + heavy + jumpy
    assert not problems, "\n".join(problems)


@pytest.fixture
def become(page: Any, live_server: Any, request: pytest.FixtureRequest) -> Callable[[str], Client]:
    """Signs a person of the cast in, in the browser and in a client, without the way through the page."""

    def become(person: str) -> Client:
        client = Client(headers={"host": urlsplit(live_server.url).netloc})
        page.context.clear_cookies()
        if person != "nobody":
            client.force_login(request.getfixturevalue(person), backend="django.contrib.auth.backends.ModelBackend")
            page.context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        return client

    return become


def in_part(name: str, part: str) -> bool:
    """Whether an address belongs to a part of TABLE; "" is for those of no other."""
    return next(begin for begin, _least in PARTS if name.startswith(begin)) == part


@pytest.mark.parametrize(("part", "least"), PARTS)
def test_every_page(inspector, live_server, become, world, part, least):
    names = {name for name in all_names() if in_part(name, part)}
    for number, person in enumerate(PERSONS):
        client = become(person)
        for name, ids, method, expected in TABLE:
            if name not in names or method != "get" or expected.split()[number] not in ("200", "+"):
                continue
            path = reverse(name, args=[world.ids[word] for word in ids.split()])
            if path.endswith(FILES):
                continue
            answer = client.get(path)
            is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
            if not is_page or "<html" not in answer.content.decode():  # a part of a page is seen with its page
                b"".join(answer if answer.streaming else ())  # reading a file to its end closes it
                continue
            if inspector.is_new(f"{name} {ids}", answer.content.decode()):
                inspector.visit(f"{name} {ids} ({person})", f"{live_server.url}{path}")
    assert len(inspector.rows) >= least
    assert_fine(inspector)


def test_sign_in_pages(inspector, live_server, become, alice):
    become("nobody")
    for name in ("account_login", "account_reset_password", "account_reset_password_done", "account_signup"):
        inspector.visit(name, f"{live_server.url}{reverse(name)}")
    become("alice")
    for name in ("account_change_password", "account_logout"):
        inspector.visit(name, f"{live_server.url}{reverse(name)}")
    assert_fine(inspector)


def test_empty_pages(inspector, live_server, become, municipality, bob, dora):
    """Nothing there yet: no catalogue, no project."""
    for person, path in [
        ("nobody", "/"),
        ("nobody", reverse("catalogue:index")),
        ("nobody", reverse("catalogue:practices")),
        ("bob", "/"),
        ("bob", municipality.get_absolute_url()),
        ("bob", reverse("people", args=[municipality.public_id])),
        ("dora", "/"),
        ("dora", reverse("catalogue:editions")),
    ]:
        become(person)
        inspector.visit(f"empty {path} ({person})", f"{live_server.url}{path}")
    assert_fine(inspector)


def test_pages_with_errors(inspector, live_server, become, world):
    """Forms sent empty or wrong: the summary, its links and the marks at the fields."""
    ids = world.ids
    for person, name, words, fill in [
        ("nobody", "account_login", "", {"password": ""}),  # the last form there is that of passkeys
        ("nobody", "account_reset_password", "", {}),
        ("nobody", "invitation", "invitation_token", {}),
        ("alice", "account_change_password", "", {}),
        ("alice", "account", "", {"name": ""}),
        ("bob", "people", "municipality", {"email": "keine-adresse"}),
        ("bob", "assessments:municipality_settings", "municipality", {}),
        ("bob", "assessments:project_create", "municipality", {}),
        ("bob", "assessments:project_edit", "project", {"name": ""}),
        ("bob", "assessments:assessment", "submitted", {"comment": ""}),
        ("bob", "reports:share_links", "approved", {"purpose": ""}),
        ("alice", "assessments:measure_add", "project", {}),
        ("alice", "assessments:evidence_file_add", "draft key", {}),
        ("alice", "assessments:table", "draft", {"-choice": "not_applicable", "-rationale": ""}),
        ("alice", "assessments:score", "draft key", {"evidence_url": "kein link"}),
        ("alice", "assessments:sheet_import", "draft", {}),
        ("dora", "catalogue:upload", "", {}),
        ("dora", "catalogue:criterion_add", "drafted", {}),
        ("dora", "catalogue:criterion_edit", "drafted key", {"title_de": ""}),
        ("dora", "catalogue:edition_texts", "drafted", {"title_de": ""}),
        ("dora", "catalogue:practice_add", "drafted", {}),
        ("dora", "catalogue:practice_edit", "drafted practice", {"title_de": ""}),
    ]:
        become(person)
        page = inspector.page
        page.goto(f"{live_server.url}{reverse(name, args=[ids[word] for word in words.split()])}")
        form = page.locator(f"main form[method=post]:has({named(next(iter(fill)))})" if fill else "main form[method=post]").last
        source = send(page, form, fill)
        if "aria-invalid" not in source:
            inspector.problems.append(f"{name}: shows no error")
        inspector.inspect(f"error {name}", source)
    assert_fine(inspector)


def named(name: str) -> str:
    """The fields of this name; "-choice" is that of any row."""
    return f'[name$="{name}"]' if name.startswith("-") else f'[name="{name}"]'


def send(page: Any, form: Any, fill: dict[str, str]) -> str:
    """Sends a form with these values, hidden ones included, past the browser's own checks; the source of what comes back."""
    for name, value in fill.items():
        form.locator(named(name)).first.evaluate("(field, value) => { field.value = value; }", value)
    with page.expect_navigation() as navigation:
        form.evaluate(
            "form => { form.noValidate = true; form.requestSubmit([...form.elements].find(e => e.type === 'submit')); }"
        )
    return str(navigation.value.text())


def test_pages_with_two_versions(inspector, live_server, become, world, alice, bob, dora):
    """What others saved or submitted meanwhile: both texts, and the way on."""
    page, ids = inspector.page, world.ids
    score = world.draft.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=score.version, by=bob, answer=Answer("rated", 2, "Bobs Begründung"))
    become("alice")
    page.goto(f"{live_server.url}{reverse('assessments:score', args=[ids['draft'], ids['key']])}")
    typed = {"version": "1", "rationale": "Alices Begründung"}
    inspector.inspect("conflict score", send(page, page.locator("#einschaetzung"), typed))
    page.goto(f"{live_server.url}{reverse('assessments:score', args=[ids['draft'], 'kriterium-2'])}")
    workflow.submit(assessment=world.draft, by=alice)
    inspector.inspect("too late score", send(page, page.locator("#einschaetzung"), {"rationale": "Alices Begründung"}))
    become("dora")
    for name, words in (("catalogue:criterion_edit", "drafted key"), ("catalogue:edition_texts", "drafted")):
        page.goto(f"{live_server.url}{reverse(name, args=[ids[word] for word in words.split()])}")
        form = page.locator("main form:has([name=version])")
        source = send(page, form, {"version": "0", "title_de": "Ein anderer Titel"})
        assert "Inzwischen hat jemand anderes gespeichert" in source
        inspector.inspect(f"conflict {name}", source)
    assert_fine(inspector)


def test_pages_with_little_on_them(inspector, live_server, become, municipality, alice, bob, dora):
    """A project without a round, a round without an answer, a list narrowed to nothing."""
    make_catalogue(2)
    project = make_project(municipality, team=[alice])
    args = [project.public_id]
    for person, path in [
        ("bob", "/"),
        ("bob", project.get_absolute_url()),
        ("alice", reverse("assessments:measures", args=args)),
        ("nobody", f"{reverse('catalogue:index')}?q=xyzzy"),
        ("dora", reverse("catalogue:comparison", args=["1.0"])),
    ]:
        become(person)
        inspector.visit(f"little {path} ({person})", f"{live_server.url}{path}")
    started = workflow.start_assessment(project=project, by=alice)
    become("alice")
    for path in [
        f"{started.get_absolute_url()}?zeige=meine",
        reverse("reports:profile", args=[started.public_id]),
    ]:
        inspector.visit(f"little {path}", f"{live_server.url}{path}")
    assert_fine(inspector)


def test_error_pages(inspector, live_server, become, world):
    host = live_server.url
    become("alice")
    inspector.visit("404", f"{host}/gibt/es/nicht/", status=404)
    inspector.visit("403", f"{host}{reverse('people', args=[world.ids['municipality']])}", status=403)
    inspector.visit("409", f"{host}/scheitert/zustand/", status=409)
    inspector.visit("500", f"{host}/scheitert/kaputt/", status=500)
    inspector.visit("503", f"{host}/scheitert/datenbank/", status=503)
    inspector.visit("invitation gone", f"{host}/einladung/geraten/", status=404)
    changes: list[tuple[int, dict[str, Any]]] = [
        (413, {"DATA_UPLOAD_MAX_MEMORY_SIZE": 10}),
        (429, {"SIGN_IN_LIMITS": django_settings.SIGN_IN_LIMITS | {"address": (0, 60)}}),
    ]
    for status, change in changes:
        become("nobody")
        inspector.page.goto(f"{host}{reverse('account_login')}")
        inspector.page.locator("[name=login]").fill("niemand@auenfurt.example")
        inspector.page.locator("[name=password]").fill("geraten-und-falsch")
        with override_settings(**change), inspector.page.expect_navigation() as navigation:
            inspector.page.keyboard.press("Enter")
        if navigation.value.status != status:
            inspector.problems.append(f"{navigation.value.status} instead of {status}")
        inspector.inspect(str(status), navigation.value.text())
    assert_fine(inspector)


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        ('<h1>Name</h1><ul class="a"><li><a href="/z">Zwei</a></li></ul>', True),
        ('<h1>Titel</h1><ul class="a"><li><a href="/x">Eins</a></li><li><a href="/y">Mehr</a></li></ul>', True),
        ('<h1>Titel</h1><ul class="b"><li><a href="/x">Eins</a></li></ul>', False),
        ('<h1>Titel</h1><ul class="a"><li><a href="/x"></a></li></ul>', False),
        ('<h1>Titel</h1><ul class="a"><li>Eins</li></ul>', False),
        ('<h1>Titel</h1><ul class="a"><li><a href="/x">Eins</a><a aria-current="page" href="/x">Eins</a></li></ul>', False),
        ('<ul class="a"><li><a href="/x">Eins</a></li></ul><h1>Titel</h1>', False),
    ],
    ids=["words", "rows", "class", "no words", "no link", "state", "order"],
)
def test_page_is_looked_at_once_more_unless_it_is_of_the_same_parts(other, is_alike):
    page = '<h1>Titel</h1><ul class="a"><li><a href="/x">Eins</a></li></ul>'
    assert (markup.parts(page) == markup.parts(other)) is is_alike
