"""What a page keeps on the device until the server has confirmed it (static/js/answer.js, table.js)."""

from playwright.sync_api import BrowserContext, Page

COUNT = "number => Object.keys(localStorage).filter(key => key.startsWith('entwurf:')).length === number"


def expect_drafts(page: Page, number: int) -> None:
    """Waits until so many are kept."""
    page.wait_for_function(COUNT, arg=number)


def cut_line(context: BrowserContext) -> None:
    """Nothing reaches the server any more, until ``context.unroute_all()``.

    ``set_offline`` ends a moment before its page does: the page hears that it is online and saves with its last breath.
    """
    context.route("**/*", lambda route: route.abort("internetdisconnected"))
