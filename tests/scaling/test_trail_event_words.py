"""The log says in words what was fetched and what the program noted, whatever names the code has for it."""

import re

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver
from django.utils.translation import override

from scaling.privacy.retention import STEPS
from scaling.trail.event_words import FILES, NUMBERS, event_in_words

IS_FILE = re.compile(r"\.(pdf|csv|xlsx|json|ods|docx|ics|zip|yaml)$")
#: Shown in the browser, not handed out as a file.
PAGES = {"manifest"}


def addresses_of_files(resolver: URLResolver, space: str = "", before: str = ""):
    for one in resolver.url_patterns:
        route = before + str(one.pattern).rstrip("$").replace("\\", "")
        if isinstance(one, URLResolver):
            yield from addresses_of_files(one, f"{one.namespace}:" if one.namespace else space, route)
        elif isinstance(one, URLPattern) and one.name and (IS_FILE.search(route) or route.endswith("(?P<kind>csv|json)")):
            yield space + one.name


def test_every_file_has_a_name_in_words():
    known = set(FILES)
    ours = {name for name in addresses_of_files(get_resolver()) if not name.startswith(("admin:", "api-"))} - PAGES
    assert ours >= {"reports:pdf", "assessments:sheet", "trail_file", "catalogue:yaml"}
    assert ours - known == set()
    assert known - ours == {"assessments:evidence_file"}  # bears its file's own name


@pytest.mark.parametrize(
    ("detail", "german", "english"),
    [
        ({"address": "reports:csv", "public_id": "x", "kind": "csv"}, "Profil (CSV)", "Profile (CSV)"),
        ({"address": "trail_file", "kind": "json"}, "Protokoll der Kommune (JSON)", "Log of the municipality (JSON)"),
        ({"address": "gone:address", "pk": "3"}, "", ""),
        ({"export": 4, "person": None}, "Datenausgabe Nr.\u00a04", "Data export no.\u00a04"),
        ({"sign_ins": 1200, "drafts": 1}, "Anmeldungen: 1.200, Entwürfe: 1", "Sign-ins: 1,200, Drafts: 1"),
        ({}, "", ""),
    ],
)
def test_what_was_noted_is_told_in_words(detail, german, english):
    assert event_in_words(detail) == german
    with override("en"):
        assert event_in_words(detail) == english


def test_whatever_retention_counts_has_a_word():
    assert set(STEPS) <= set(NUMBERS)
