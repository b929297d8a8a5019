"""Template and view ask the same rule: nobody is offered a step or a page that is then refused.

Every page that a person may open is read in each state of a round; each link is followed, and each form sent as it stands,
button by button.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import product
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from assessments.services import workflow
from assessments.services.projects import archive_project
from scaling.accounts.models import Role
from tests.cast import make_member, make_user
from tests.hostile import Visitor, content_of
from tests.sent_forms import _fields, signed_in
from tests.test_hostile import addresses_of
from tests.world import World

pytestmark = pytest.mark.django_db

MEMBERS = ("rita", "pat", "alice", "bob")
#: They see no round of the municipality, whatever its state.
OTHERS = ("nobody", "charlie", "dora", "otto")
#: What the world's rounds become beside draft, submitted and approved: nothing, archived, returned and reopened.
STATES = ("as it is", "archived", "moved on")
#: Shows the parts of pages without meaning them.
STYLEGUIDE = "/bausteine/"
#: Leads out of here, or ends the session that goes on asking.
LEFT_OUT = re.compile(r"/konto/logout/|/konto/anmeldungen/|/sprache/|/static/|/verwaltung/|\.(?:pdf|xlsx|ods|docx|csv)$")
NO_FIELDS = "[]"
FORM = re.compile(r"<form\b.*?</form>", re.S)
BUTTON = re.compile(r"""<button\b[^>]*>|<input\b[^>]*type="submit"[^>]*>""")


def attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'([\w:-]+)="([^"]*)"', tag)}


def links_of(page: str) -> Iterator[str]:
    for tag in re.findall(r"<a\b[^>]*>", page):
        yield attributes(tag).get("href", "")


def forms_of(page: str) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """Method, address and fields of each way to send each form: one a button that can be pressed."""
    for form in FORM.findall(page):
        head = attributes(form[: form.index(">") + 1])
        buttons = [attributes(tag) for tag in BUTTON.findall(form) if not re.search(r"\sdisabled\b", tag)]
        for button in buttons:  # a form without one offers nothing: it shows what stands there
            if button.get("type", "submit") != "submit":
                continue
            fields = _fields(form)
            fields.pop("csrfmiddlewaretoken", None)
            if "name" in button:
                fields[button["name"]] = [button.get("value", "")]
            yield head.get("method", "get").upper(), button.get("formaction", head.get("action", "")), fields


def put_into(state: str, world: World) -> None:
    cast = world.cast
    if state == "archived":
        archive_project(project=world.project, by=cast.bob)
    if state == "moved on":
        workflow.submit(assessment=world.draft, by=cast.alice)
        workflow.return_to_team(assessment=world.submitted, by=cast.bob, comment="Bitte ergänzen")


def status_of(visitor: Visitor, method: str, address: SplitResult, fields: dict[str, list[str]]) -> int:
    """Whatever it changed is undone."""
    whole = f"{address.path}?{address.query}" if address.query else address.path
    with transaction.atomic():
        if method == "POST":
            answer = visitor.send("POST", whole, urlencode(fields, doseq=True).encode())
        else:
            answer = visitor.send("GET", f"{whole}{'&' if address.query else '?'}{urlencode(fields, doseq=True)}")
        content_of(answer)
        transaction.set_rollback(True)
    return int(answer.status_code)


@pytest.mark.usefixtures("documents")
class TestOffers:
    @pytest.mark.parametrize(("person", "state"), [*product(MEMBERS, STATES), *((other, STATES[0]) for other in OTHERS)])
    def test_what_is_offered_is_not_refused(self, world, person, state):
        made = {"pat": lambda: make_member("Pat", world.cast.municipality, Role.TEAM)}
        made["otto"] = lambda: make_user("Otto", is_staff=True, is_superuser=True)
        put_into(state, world)
        user = None if person == "nobody" else made.get(person, lambda: getattr(world.cast, person))()
        visitor = Visitor(signed_in(user) if user else Client())
        pages: list[tuple[str, str, str]] = []
        answered: dict[tuple[str, str, str], int] = {}
        for name, path in addresses_of(world.ids).items():
            if LEFT_OUT.search(path) or path == STYLEGUIDE:
                continue
            response = visitor.send("GET", path)
            content = content_of(response)
            answered["GET", path, NO_FIELDS] = response.status_code
            if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
                pages.append((name, path, content.decode()))
        refused, offers = [], 0
        for name, path, page in pages:
            offered: list[tuple[str, str, dict[str, list[str]]]] = [("GET", link, {}) for link in links_of(page)]
            offered += forms_of(page)
            for method, target, fields in offered:
                address = urlsplit(urljoin(f"http://testserver{path}", target))
                key = (method, address.path, str(sorted(fields)) + "".join(fields.get("schritt", [])))
                if address.netloc != "testserver" or LEFT_OUT.search(address.path):
                    continue
                offers += 1
                if key not in answered:
                    answered[key] = status_of(visitor, method, address, fields)
                if answered[key] in (401, 403, 404, 405) or answered[key] >= 500:
                    refused.append(f"{person}, {state}: {name} {path} offers {method} {target}: {answered[key]}")
        assert not refused, "\n".join(refused)
        assert offers > 20
