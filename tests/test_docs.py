"""The documents say what is there: links lead somewhere, and the users' guide names things as the screen does."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import jsonschema
import polib
import pytest
import yaml
from django.apps import apps
from django.urls import resolve

from scaling import __version__

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """The addresses of a document's headings, as code forges make them."""
    return {
        re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        for line in re.findall(r"^#+ .+$", text, re.M)
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    missing = []
    for target in LINK.findall(document.read_text()):
        path, _hash, anchor = target.partition("#")
        if ":" in path:
            continue
        file = (document.parent / path) if path else document
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            missing.append(target)
    assert missing == []


def test_every_picture_is_shown_somewhere():
    """They are taken by ``python -m tests.screenshots``."""
    shown = {Path(target).name for document in DOCUMENTS for target in LINK.findall(document.read_text())}
    pictures = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert pictures
    assert pictures - shown == set()


def test_readme_names_every_document_once():
    targets = LINK.findall((ROOT / "README.md").read_text())
    named = [target for target in targets if target.startswith("docs/") and target.endswith(".md")]
    assert sorted(named) == sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def on_screen() -> list[str]:
    return [plain(entry.msgid) for entry in polib.pofile(str(ROOT / "locale/en/LC_MESSAGES/django.po"))]


@pytest.mark.parametrize("document", ["users.md", "curators.md"])
def test_guide_names_things_as_the_screen_does(document):
    """What stands in italics is a button, a page or a word of the app."""
    known = on_screen()
    text = (ROOT / "docs" / document).read_text()
    names = {plain(name) for name in re.findall(r"(?<!\*)\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*)", text)}
    names = {part for name in names for part in name.split(" › ")}
    assert len(names) > 20
    assert sorted(name for name in names if not any(name in msgid for msgid in known)) == []


def test_users_guide_quotes_what_the_screen_says():
    known = on_screen()
    quoted = {plain(name) for name in re.findall(r"^\| „([^“]+)“", (ROOT / "docs/users.md").read_text(), re.M)}
    assert quoted
    assert sorted(name for name in quoted if not any(name in msgid for msgid in known)) == []


def test_stranger_finds_where_twelve_things_are_decided():
    text = (ROOT / "docs/architecture.md").read_text()
    section = text.split("## Where is it decided?")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "question" not in line]
    assert len(rows) >= 12
    paths = [[path for path in re.findall(r"`([^`]+)`", row) if "/" in path] for row in rows]
    assert all(paths)
    assert [path for row in paths for path in row if not (ROOT / path).exists()] == []
    functions = re.findall(r"`([^`]+\.py)` \(`(\w+)`\)", section)
    assert [name for path, name in functions if name not in (ROOT / path).read_text()] == []


def test_version_stands_everywhere_as_in_the_code():
    publiccode = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    assert publiccode["softwareVersion"] == __version__
    shown = subprocess.run([sys.executable, "manage.py", "version"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == __version__


PUBLICCODE = {
    "type": "object",
    "required": [
        "publiccodeYmlVersion", "name", "platforms", "categories", "developmentStatus", "softwareType", "description", "legal",
        "maintenance", "localisation",
    ],
    "properties": {
        "publiccodeYmlVersion": {"const": "0.4"},
        "url": {"type": "string", "pattern": r"^https://\S+$"},
        "softwareType": {"enum": ["standalone/web"]},
        "platforms": {"type": "array", "items": {"enum": ["web", "windows", "mac", "linux", "ios", "android"]}},
        "developmentStatus": {"enum": ["concept", "development", "beta", "stable", "obsolete"]},
        "description": {
            "required": ["de"],
            "additionalProperties": {
                "required": ["shortDescription", "longDescription"],
                "properties": {
                    "shortDescription": {"type": "string", "maxLength": 150, "pattern": r"^[^\n]+$"},
                    "longDescription": {"type": "string", "minLength": 500, "maxLength": 10_000},
                    "features": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "legal": {"required": ["license"], "properties": {"license": {"const": "EUPL-1.2"}}},
        "maintenance": {
            "required": ["type"],
            "properties": {
                "type": {"enum": ["internal", "contract", "community", "none"]},
                "contacts": {"type": "array", "minItems": 1, "items": {"required": ["name"]}},
            },
        },
        "localisation": {
            "required": ["localisationReady", "availableLanguages"],
            "properties": {"localisationReady": {"const": True}, "availableLanguages": {"const": ["de", "en"]}},
        },
    },
}  # fmt: skip


def test_publiccode_keeps_to_its_standard_and_invents_no_address():
    """All but the repository's address and whom to ask, which nobody knows before the first publication (docs/releasing.md)."""
    text = (ROOT / "publiccode.yml").read_text()
    jsonschema.validate(yaml.safe_load(text), PUBLICCODE)
    assert re.findall(r"https?://\S+|\S+@\S+", text) == []


def test_address_in_the_contributors_example_leads_to_the_form():
    (path,) = re.findall(r'client\.get\(f"([^"]+)"\)', (ROOT / "CONTRIBUTING.md").read_text())
    assert resolve(re.sub(r"\{.*?\}", "bcdfghjkmn", path)).view_name == "assessments:score"


def test_footer_shows_the_version(client, db):
    assert f"Version {__version__}." in client.get("/impressum/").text


def test_data_map_names_every_table():
    """Whoever adds a table says what of people it holds and for how long."""
    text = (ROOT / "docs" / "data-protection.md").read_text()
    without_people = {
        "django_content_type",
        "auth_permission",
        "auth_group",
    }  # nobody is in a group: rights stand with the person
    tables = {m._meta.db_table for m in apps.get_models() if m._meta.managed} - without_people
    patterns = re.findall(r"`([a-z_]+\*?)`", text)
    assert sorted(table for table in tables if not any(fnmatch(table, pattern) for pattern in patterns)) == []
