"""The documents say what is there: links lead somewhere, and the users' guide names things as the screen does."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
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


def test_readme_names_every_document_once():
    named = [target for target in LINK.findall((ROOT / "README.md").read_text()) if target.startswith("docs/")]
    assert sorted(named) == sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))


def test_users_guide_names_things_as_the_screen_does():
    """What stands in italics is a button, a page or a word of the app."""
    plain = lambda text: re.sub(r"\s+", " ", text.replace("\u00a0", " "))  # noqa: E731
    known = [plain(entry.msgid) for entry in polib.pofile(str(ROOT / "locale/en/LC_MESSAGES/django.po"))]
    text = (ROOT / "docs/users.md").read_text()
    names = {plain(name) for name in re.findall(r"(?<!\*)\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*)", text)}
    assert len(names) > 20
    assert sorted(name for name in names if not any(name in msgid for msgid in known)) == []
    quoted = {plain(name) for name in re.findall(r"^\| „([^“]+)“", text, re.M)}
    assert sorted(name for name in quoted if not any(name in msgid for msgid in known)) == []
