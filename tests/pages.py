"""What two requests for the same page may differ in."""

import re

#: Secrets of the forms, and the seconds until the session ends.
CHANCE = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|data-seconds="\d+"')


def without_chance(page: str) -> str:
    """The page without what differs from one request to the next by itself."""
    return CHANCE.sub("", page)
