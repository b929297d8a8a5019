"""Addresses that stand on paper, made without the site's table of addresses.

Reading that table loads every page there is with all its libraries: 40 MB, in a worker that draws and serves no page.
"""

import re

from django.urls import get_script_prefix

#: Routes as in ``urls``: where a document is checked, and the page of a profile.
DOCUMENT = "dokument/<str:number>/"
PROFILE = "bewertungen/<slug:public_id>/profil/"
_PART = re.compile("<[^>]+>")


def printed_path(route: str, part: str) -> str:
    """The path of a route with ``part`` in its one place, as ``reverse`` gives it. Plain letters, digits and hyphens only."""
    return f"{get_script_prefix()}{_PART.sub(part, route)}"
