"""How high the pages of the demo are on a phone: whoever scrolls further than ten screens has lost the way.

Every page is found by following the links of the ones before, one of each kind, for each of four people. A link
that leads nowhere is a problem too.
"""

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from catalogue.models import Edition
from catalogue.services.publishing import copy_edition
from scaling.accounts.models import User

WIDTH, HEIGHT, SCREENS = 390, 844, 10
#: Paper, and what is no page of ours.
LEFT_OUT = re.compile(r"/katalog/druck/|/jsi18n/|\.(pdf|xlsx|ods|csv|json|docx|ics|yaml|png)$|/datei/$|/logout/")
#: Parts of an address that say which one, not what kind.
NAMES = re.compile(r"(?<=/)([bcdfghjkmnpqrstvwxz2-9]{10}|\d[\d.]*)(?=/)|(?<=/kriterien/)[a-z0-9-]+|(?<=/praxis/)[a-z0-9-]+")
LINKS = """() => [...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href"))"""
SIZE = "() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth]"


def kind_of(path: str) -> str:
    path = NAMES.sub("*", path)
    if path.startswith("/katalog/redaktion/"):
        return re.sub(r"(/(?:betreibermodelle|praxisbeispiele|phasen|workstreams)/)[^/]+/", r"\1*/", path)
    return re.sub(r"^/katalog/(?!praxisbeispiele|betreibermodelle|redaktion)[^/]+/$", "/katalog/*/", path)


@pytest.mark.parametrize(
    "email",
    [
        "team@auenfurt.example",
        "leitung@auenfurt.example",
        "redaktion@skalierungscheck.example",
        "betrieb@skalierungscheck.example",
    ],
    ids=lambda email: email[:4],
)
def test_no_page_is_higher_than_ten_screens_of_a_phone(page, live_server, stored_demo, email):
    client, person = Client(), User.objects.get(email=email)
    if person.is_curator:  # who has a draft to edit
        copy_edition(edition=Edition.objects.order_by("-major", "-minor")[0], by=person)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    waiting, seen = deque(["/"]), {"/"}
    linked_from = {"/": "nowhere"}
    problems, heights = [], {}
    while waiting:
        path = waiting.popleft()
        response = page.goto(f"{live_server.url}{path}", wait_until="load")
        if response is None or not response.ok:
            problems.append(f"{path}: {response and response.status}, linked from {linked_from[path]}")
            continue
        if "text/html" not in response.headers.get("content-type", ""):
            continue
        height, width = page.evaluate(SIZE)
        heights[path] = height
        if height > SCREENS * HEIGHT:
            problems.append(f"{path}: {height / HEIGHT:.1f} screens")
        if width > WIDTH:
            problems.append(f"{path}: {width} wide")
        # The short check of a running round is reached by a button alone.
        short_checks = [f"/kurzcheck/{found}/" for found in re.findall(r"^/bewertungen/(\w+)/$", path)]
        for link in [*page.evaluate(LINKS), *short_checks]:
            target = urlsplit(urljoin(f"{live_server.url}{path}", link))
            kind = kind_of(target.path)
            if (
                f"{target.scheme}://{target.netloc}" == live_server.url
                and kind not in seen
                and not LEFT_OUT.search(target.path)
            ):
                seen.add(kind)
                waiting.append(target.path)
                linked_from[target.path] = path
    assert len(heights) > 15
    assert problems == []
    if person.is_superuser:
        assert {"/verwaltung/", "/verwaltung/procrastinate/procrastinatejob/"} <= set(heights)


def test_no_criterion_of_the_catalogue_is_higher_either(page, live_server, stored_demo):
    """The longest ones are measured: the walk above sees one of them, whichever comes first."""
    newest = Edition.objects.order_by("-major", "-minor")[0]
    client = Client()
    paths = [criterion.get_absolute_url() for criterion in newest.criteria.all()]
    longest = sorted(paths, key=lambda path: len(client.get(path).content), reverse=True)[:8]
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    heights = {}
    for path in longest:
        page.goto(f"{live_server.url}{path}", wait_until="load")
        heights[path] = page.evaluate(SIZE)[0] / HEIGHT
    assert heights
    assert max(heights.values()) <= SCREENS, heights
