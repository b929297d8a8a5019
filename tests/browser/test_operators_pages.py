"""The operators' pages at /verwaltung/: every address that Django's admin has, in two widths and two colours.

They are found by the addresses and by the models that are registered: what joins them joins here, too.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app

from assessments.reports.rendering import orders
from catalogue.models import EditionState, Reference
from scaling.common.jobs import MAIL, PDF
from tests.browser.test_every_page import Inspector, become, inspector, send  # noqa: F401 – fixtures
from tests.browser.test_every_page_by_keyboard import Keyboard
from tests.cast import make_user
from tests.test_permissions import all_names

#: No pages: a script's texts, what a script asks for, other addresses of an object, and the end of being signed in.
LEFT_OUT = {"admin:None", "admin:jsi18n", "admin:autocomplete", "admin:view_on_site", "admin:logout"}
#: Of one object each, where the other pages are of all.
OF_ONE = re.compile(r"_(change|history|delete)$")
#: What is said to an operator who may not: nobody comes here by a link.
REFUSED = 403


@pytest.fixture
def otto(world: Any) -> Any:
    return make_user("Otto", is_staff=True, is_superuser=True)


@pytest.fixture
def rows(world: Any) -> dict[str, list[Any]]:
    """Of each model that has pages, the first and the last row; of the catalogue, they are published and a draft."""
    edition = type(world.approved.edition).objects.get(state=EditionState.DRAFT)
    Reference.objects.create(edition=edition, order=1, title="Leitfaden", url="https://example.org/")
    for kind in orders._LOADERS:
        app.configure_task("render_pdf", queue=PDF).defer(kind=kind, args={"assessment": "abc"}, key=kind, asked_at="")
    app.configure_task("send_mail", queue=MAIL).defer(message={"to": ["anna@example.org"], "body": "Text"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'key' = 'running'")
    found = {}
    for model in admin.site._registry:
        ordered = model._default_manager.order_by("pk")
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        found[name] = list({row.pk: row for row in (ordered.first(), ordered.last()) if row}.values())
        assert found[name], f"{name}: no row here, so nobody looks at its pages"
    return found


def addresses(rows: dict[str, list[Any]]) -> list[tuple[str, str]]:
    """Every address of the admin, with a name to tell it by; of an object's pages, those of each of ``rows``."""
    found = []
    for name in sorted({name for name in all_names() if name.startswith("admin:")} - LEFT_OUT):
        model = OF_ONE.sub("", name.removeprefix("admin:"))
        if OF_ONE.search(name) and model in rows:
            found += [(f"{name} {number}", reverse(name, args=[row.pk])) for number, row in enumerate(rows[model])]
        elif name == "admin:app_list":
            labels = sorted({model._meta.app_label for model in admin.site._registry})
            found += [(f"{name} {label}", reverse(name, args=[label])) for label in labels]
        else:
            found.append((name, reverse(name)))
    return found


@pytest.fixture
def visit(inspector: Inspector, live_server: Any, become: Callable[[str], Any], otto: Any) -> Callable[[str, str], bool]:  # noqa: F811
    """Looks at a page, unless it is refused; says whether it did."""
    client = become("otto")

    def visit(name: str, path: str) -> bool:
        answer = client.get(path)
        if answer.status_code == REFUSED or (answer.status_code == 302 and name == "admin:login"):
            return False
        if inspector.is_new(re.sub(r" \d+$", "", name), answer.text):  # of two objects' pages alike, one
            inspector.visit(name, f"{live_server.url}{path}")
        return True

    return visit


def assert_no_problems(inspector: Inspector) -> None:  # noqa: F811
    """All but the weight: Django's own scripts weigh half as much again as a page of ours."""
    assert not inspector.problems, "\n".join(inspector.problems)


def test_every_page_of_an_operator(inspector, visit, rows):  # noqa: F811
    seen = {name for name, path in addresses(rows) if visit(name, path)}
    assert {f"admin:{model}_{page}" for model in rows for page in ("changelist", "change 0", "history 0")} <= seen
    assert_no_problems(inspector)


def test_states_of_an_operators_pages(inspector, visit, rows):  # noqa: F811
    """Forms sent empty, and lists narrowed to nothing."""
    errors = 0
    for model in rows:
        visit(f"narrowed {model}", f"{reverse(f'admin:{model}_changelist')}?q=xyzzy")
        if visit(f"add {model}", reverse(f"admin:{model}_add")):
            source = send(inspector.page, inspector.page.locator("#content-main form"), {})
            assert "errornote" in source, f"{model}: shows no error"
            inspector.inspect(f"error {model}", source)
            errors += 1
    assert errors > 0
    assert_no_problems(inspector)


def test_operator_needs_no_mouse(page, live_server, sign_in, otto, alice):
    """From the list of people to a right of one of them, by Tab alone: every stop is to be seen."""
    keyboard = Keyboard(page)
    sign_in(page, otto)
    page.goto(f"{live_server.url}{reverse('admin:index')}")
    keyboard.press("^Personen$")
    keyboard.press(f"^{alice.name}$")
    keyboard.to(name="is_curator")
    page.keyboard.press("Space")
    keyboard.press("^Sichern$")
    alice.refresh_from_db()
    assert alice.is_curator
    assert not keyboard.problems, "\n".join(keyboard.problems)


def test_what_is_wrong_stands_above_its_field(page, live_server, sign_in, otto):
    sign_in(page, otto)
    page.goto(f"{live_server.url}{reverse('admin:accounts_user_add')}")
    send(page, page.locator("#content-main form"), {})
    error, label = (page.locator(f".field-name {part}").bounding_box() for part in (".errorlist", "label"))
    assert error["y"] + error["height"] <= label["y"]


@pytest.mark.parametrize(("theme", "drawn"), [("", "light dark"), ("light", "light"), ("dark", "dark")])
def test_browser_draws_its_own_parts_in_the_theme(page, live_server, sign_in, otto, theme, drawn):
    sign_in(page, otto)
    page.goto(f"{live_server.url}{reverse('admin:accounts_user_add')}")
    page.evaluate("theme => theme && document.documentElement.setAttribute('data-kern-theme', theme)", theme)
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == drawn
