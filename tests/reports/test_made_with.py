"""A changed line that a rendering runs or reads gives files another version, wherever it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from assessments.reports import made_with
from tests.races import at_once

#: Renders every kind of file in a process of its own, where nothing was loaded before, and prints each file of ours that was
#: opened or one of whose functions ran meanwhile.
WATCH = """
import cProfile, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "scaling.settings"
import django
django.setup()
from django.conf import settings
from django.utils.translation import override
base, seen = str(settings.BASE_DIR) + os.sep, set()
def opened(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        seen.add(arguments[0])
from assessments.reports.export import render_csv, render_json, render_xlsx
from assessments.reports.pdf import VARIANTS, render_pdf
from assessments.reports.profile.build import build_profile
from assessments.reports.profile.example import file_of, read_facts
sys.addaudithook(opened)
watch = cProfile.Profile(builtins=False)  # the standard library's own, which costs a fraction of sys.setprofile
watch.enable()
for language, variant in zip(("de", "en"), VARIANTS, strict=True):
    with override(language):
        profile = build_profile(read_facts(file_of(language)))
        render_pdf(profile, variant=variant)
        for render in (render_csv, render_json, render_xlsx):
            render(profile)
watch.disable()
seen |= {entry.code.co_filename for entry in watch.getstats() if not isinstance(entry.code, str)}
paths = sorted(map(os.path.abspath, seen))
print("\\n".join(path[len(base):] for path in paths if path.startswith(base) and "site-packages" not in path))
"""
#: What runs or is opened and is not of the program: compiled from it, the example's facts, where an operator may put templates.
NO_SOURCE = re.compile(r"<|var/|fixtures/example/|assessments/reports/profile/example\.py|.*\.(pyc|mo)$")


def test_all_that_a_rendering_runs_or_reads_is_in_the_version():
    done = subprocess.run([sys.executable, "-c", WATCH], capture_output=True, text=True, cwd=settings.BASE_DIR, check=False)
    assert done.returncode == 0, done.stderr
    ran = {name for name in done.stdout.splitlines() if not NO_SOURCE.match(name)}
    known = {path.relative_to(settings.BASE_DIR).as_posix() for path in made_with.sources()}
    assert {"assessments/sentences.py", "assessments/scoring/gates.py", "templates/report/pdf/lang.html"} <= ran, "it looked"
    assert ran - known == set()


@pytest.mark.parametrize(
    "name",
    [
        "assessments/sentences.py",
        "assessments/scoring/changes.py",
        "assessments/scoring/priorities.py",
        "assessments/reports/profile/texts.py",
        "assessments/reports/templatetags/profile_values.py",
        "catalogue/wording.py",
        "scaling/formats/de/formats.py",
        "scaling/common/markdown.py",
        "templates/report/pdf/sections/summary.html",
        "templates/assessments/_place.html",
        "static/css/print-report.css",
        "locale/en/LC_MESSAGES/django.po",
        "fixtures/glossary.yaml",
        "requirements/run.txt",
    ],
)
def test_changed_file_gives_another_version(name, monkeypatch):
    path = Path(settings.BASE_DIR) / name
    before = made_with.render_version.__wrapped__()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda one: read(one) + b"\n" * (one == path))
    assert made_with.render_version.__wrapped__() != before


def test_operator_s_own_template_gives_another_version(settings, tmp_path):
    before = made_with.render_version.__wrapped__()
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    assert made_with.render_version.__wrapped__() == before
    (tmp_path / "report" / "pdf").mkdir(parents=True)
    (tmp_path / "report" / "pdf" / "kurz.html").write_text("<p>Eigenes")
    assert made_with.render_version.__wrapped__() != before


def test_what_no_rendering_reads_gives_none():
    """Else every update would offer to design files anew that would look the same."""
    known = {path.relative_to(settings.BASE_DIR).as_posix() for path in made_with.sources()}
    assert not [name for name in known if "/views/" in name or "/forms/" in name or "/services/" in name or "/tests/" in name]


def test_it_is_read_by_many_threads_at_once():
    """As at a start, by the warm-up and the first requests. Python 3.11 cannot read code in two threads (SystemError)."""
    assert len(set(at_once(*[made_with.render_version.__wrapped__] * 6))) == 1
