"""Every file has a holder and a licence (REUSE.toml), every licence its text, and vendored files keep their own."""

import fnmatch
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
MARKS: list[dict[str, Any]] = tomllib.loads((ROOT / "REUSE.toml").read_text())["annotations"]


def mark_of(path: str) -> dict[str, Any]:
    """The last annotation that fits: later ones override."""
    return [mark for mark in MARKS if fnmatch.fnmatch(path, mark["path"].replace("**", "*"))][-1]


def files() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


def test_every_file_has_a_holder_and_a_licence_whose_text_is_there():
    marks = [mark_of(path) for path in files()]
    assert all(mark["SPDX-FileCopyrightText"] for mark in marks)
    used = {mark["SPDX-License-Identifier"] for mark in marks}
    assert used == {path.stem for path in (ROOT / "LICENSES").iterdir()}


def test_vendored_files_keep_their_own_licence():
    """The folder's own licence text is the one that REUSE.toml names for it."""
    for folder in (path for path in (ROOT / "static/vendor").iterdir() if path.is_dir()):
        (own,) = folder.glob("LICENSE*")
        named = mark_of(f"static/vendor/{folder.name}/x")["SPDX-License-Identifier"]
        assert own.read_text().split() == (ROOT / "LICENSES" / f"{named}.txt").read_text().split(), folder.name


def test_licence_at_the_top_is_the_one_of_our_files():
    assert (ROOT / "LICENSE").read_text() == (ROOT / "LICENSES/EUPL-1.2.txt").read_text()
