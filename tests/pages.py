"""What two requests for the same page may differ in."""

import re

#: Secrets of the forms, and the seconds until the session ends.
CHANCE = re.compile(r'name="(csrfmiddlewaretoken|einmal)" value="[\w-]+"|data-seconds="\d+"')


def without_chance(page: str) -> str:
    """The page without what differs from one request to the next by itself."""
    return CHANCE.sub("", page)


def one_line(page: str) -> str:
    """The page with every run of blanks and line ends as one blank: how the templates are wrapped is nothing a reader sees.

    Non-breaking spaces stay as they are.
    """
    return re.sub(r"[ \t\r\n]+", " ", page)
