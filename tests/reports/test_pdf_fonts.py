"""Every name is printed in its own letters, bold where it is bold, whatever fonts a machine has."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from assessments.reports.charts.text_width import text_width
from assessments.reports.pdf import engine, render_pdf
from tests.reports.pdf_facts import open_pdf, text_of
from tests.reports.sample import make_profile, with_rationale
from tests.reports.test_pdf import failures

FOLDER = Path(engine.__file__).parent / "fonts"
STYLES = ("css/print-report.css",)
#: One text of each script, and the file that draws it.
SCRIPTS = {
    "Łódź, Žagań, Chóśebuz, Kowańc, Šěrach, Příbram, Győr, Șișești, Reykjavík, Đà Nẵng": "Fira-Sans",
    "Жители города Київ": "Fira-Sans",
    "Δήμος Θεσσαλονίκης": "Fira-Sans",
    "市政府信息中心负责人王小明": "Noto-Sans-SC",
    "臺北市政府資訊局": "Noto-Sans-SC",
    "東京都デジタルサービス局のみなさん": "Noto-Sans-SC",
    "서울특별시 디지털도시국": "Noto-Sans-KR",
    "التحول الرقمي في المدينة": "Noto-Sans-Arabic",
    "עיר חכמה": "Noto-Sans-Hebrew",
    "กรุงเทพมหานคร": "Noto-Sans-Thai",
    "नई दिल्ली नगर पालिका": "Noto-Sans-Devanagari",
    "👍 🎉 🚲": "Noto-Emoji",
    "✓ ✗ ☎": "Noto-Sans-Symbols-2",
}


def fonts_of(content: bytes) -> set[str]:
    """The names of the fonts in a file, without the letters that mark a subset."""
    with open_pdf(content) as pdf:
        found = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"]
        return {str(one.FontName).partition("+")[2] or str(one.FontName).strip("/") for one in found}


def drawn(html: str) -> bytes:
    content = engine.html_to_pdf(f'<html lang="de"><title>Probe</title>{html}</html>', STYLES)
    assert content
    return content


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_name_is_printed_in_its_own_script(text):
    content = drawn(f"<p>{text}</p>")
    assert "[" not in text_of(content)
    assert any(name.startswith(SCRIPTS[text]) for name in fonts_of(content)), fonts_of(content)
    assert failures(content, "ua1") == failures(content, "3a") == []


def test_a_reason_in_many_scripts_is_printed_and_stays_archivable():
    content = render_pdf(with_rationale(" ".join(SCRIPTS)), variant="lang")
    text = text_of(content).replace("- ", "")
    for said in ("Chóśebuz", "市政府", "Δήμος", "Київ", "서울"):
        assert said in text, said
    assert "[" not in text
    assert failures(content, "ua1") == failures(content, "3a") == []


@pytest.mark.parametrize("name", ["Łódź", "Žagań", "Chóśebuz", "Šěrach", "Győr", "Київ", "Θεσσαλονίκη", "Ażurowy Źdźar"])
def test_a_name_in_a_heading_is_bold_in_all_its_letters(name):
    heading = f'<html lang="de"><title>T</title><h2 style="font: 600 16pt Fira Sans">{name}</h2></html>'
    content = engine.html_to_pdf(heading, ())
    assert content
    assert fonts_of(content) == {"Fira-Sans-Semi-Bold"}
    profile = make_profile(1)
    cover = render_pdf(replace(profile, meta=replace(profile.meta, project=name)), variant="lang")
    assert name in text_of(cover)


def test_fonts_of_the_machine_are_not_asked(tmp_path):
    """The same report on a machine without a single font, and without a folder to write to, byte for byte."""
    code = (
        "import django, hashlib; django.setup()\n"
        "from datetime import UTC, datetime\n"
        "from assessments.reports.pdf import render_pdf\n"
        "from tests.reports.sample import with_rationale\n"
        "content = render_pdf(with_rationale('Ł 市 ☎ ع 👍'), variant='kurz', made_at=datetime(2026, 1, 1, tzinfo=UTC))\n"
        "print(hashlib.sha256(content).hexdigest())\n"
    )
    empty = tmp_path / "fonts.conf"
    empty.write_text("<fontconfig></fontconfig>")
    bare = {"FONTCONFIG_FILE": str(empty), "HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere", "XDG_DATA_HOME": "/nowhere"}
    found = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **more})
        for more in ({}, bare)
    ]
    assert found[0].stdout == found[1].stdout
    assert len(found[0].stdout.strip()) == len(hashlib.sha256().hexdigest())
    assert [one.stderr for one in found] == ["", ""]


def test_charts_are_measured_with_the_widths_they_are_drawn_with():
    for name, bold in (("FiraSans-Regular", False), ("FiraSans-SemiBold", True)):
        with TTFont(FOLDER / f"{name}.ttf") as font:
            size, advances, glyphs = font["head"].unitsPerEm, font["hmtx"], font.getBestCmap()
            for letter in "AzÄß–„“€0123456789ŁźŠğő":
                assert text_width(letter, 1, bold=bold) == pytest.approx(advances[glyphs[ord(letter)]][0] / size)
