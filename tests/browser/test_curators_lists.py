"""A curator's short ways: rows drawn by their handle or moved by buttons, and from the preview into the field."""

import pytest
from playwright.sync_api import expect

from catalogue.models import Edition
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import copy_edition
from tests.catalogue.documents import as_file, catalogue_document


@pytest.fixture
def url(transactional_db, live_server, dora):
    file = load_file(as_file(catalogue_document("eins", "zwei", "drei")), "edition-1.yaml")
    copy_edition(edition=import_files([file], publish=True)[0].edition, by=dora)
    return f"{live_server.url}/katalog/redaktion/2.0/"


def order():
    return list(Edition.objects.get(major=2).criteria.order_by("order").values_list("key", flat=True))


def drag(page, key, onto, at):
    """By the mouse, as a hand does it: press on the handle, on the way a few steps, let go on the other row."""
    rows = page.locator("ol > .sortable")
    rows.nth(1).evaluate("row => row.scrollIntoView({ block: 'center' })")
    handle = rows.filter(has_text=key).locator(".sortable__handle").bounding_box()
    row = rows.filter(has_text=onto).bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(row["x"] + 40, row["y"] + row["height"] / 2, steps=5)
    page.mouse.move(row["x"] + 40, row["y"] + row["height"] * at, steps=3)
    page.mouse.up()


def test_criterion_is_drawn_to_another_place(page, url, sign_in, dora):
    sign_in(page, dora)
    page.goto(url)
    assert order() == ["eins", "zwei", "drei"]
    for key, onto, at, wanted in (
        ("drei auf", "eins auf", 0.2, ["drei", "eins", "zwei"]),
        ("drei auf", "zwei auf", 0.8, ["eins", "zwei", "drei"]),
        ("eins auf", "zwei auf", 0.8, ["zwei", "eins", "drei"]),
    ):
        with page.expect_navigation():
            drag(page, key, onto, at)
        assert order() == wanted
        listed = page.locator("ol > .sortable").all_inner_texts()
        assert [next(k for k in wanted if f"{k} auf" in text) for text in listed] == wanted


def test_criterion_is_moved_by_keys_alone(page, url, sign_in, dora):
    sign_in(page, dora)
    page.goto(url)
    button = page.locator("ol > .sortable").filter(has_text="zwei auf").locator(".sortable__buttons button:visible").first
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert order() == ["zwei", "eins", "drei"]


def test_row_dropped_where_it_was_stays(page, url, sign_in, dora):
    sign_in(page, dora)
    page.goto(url)
    drag(page, "zwei auf", "zwei auf", 0.9)
    page.reload()
    assert order() == ["eins", "zwei", "drei"]


@pytest.mark.parametrize("width", [1366, 390])
def test_preview_leads_into_the_field_though_it_is_folded(page, url, sign_in, dora, width):
    sign_in(page, dora)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{url}kriterien/zwei/")
    link = page.locator('.editor__preview a[href="#id_level_3_next_step_de"]')
    expect(page.locator("#id_level_3_next_step_de")).to_be_hidden()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_level_3_next_step_de")).to_be_in_viewport()
    expect(page.locator("#id_level_3_next_step_de")).to_be_focused()
