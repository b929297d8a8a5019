"""German words are parted by German rules, with one word list for text and charts."""

import subprocess
import sys
from dataclasses import replace

import pyphen
import pytest

from assessments.reports.charts import label_fit
from assessments.reports.pdf import render_pdf
from assessments.reports.pdf.content import HYPHENATED
from tests.reports.pdf_facts import text_of
from tests.reports.sample import make_profile


@pytest.mark.parametrize("language", ["de", "en"])
def test_text_and_charts_share_one_word_list(language):
    label_fit.load_syllables()
    of_text = pyphen.Pyphen(lang=pyphen.language_fallback(HYPHENATED[language]))
    assert of_text.hd is label_fit._hyphenator(language).hd


def test_worker_reads_the_word_list_that_reports_need_and_no_other():
    """Each takes 15 MB for as long as the worker lives."""
    asked = (
        "import django; django.setup(); import pyphen; from assessments.reports.pdf import warm; warm();"
        "print(*(path.name for path in pyphen.hdcache))"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert told.split() == ["hyph_de_DE.dic"]


@pytest.mark.parametrize(
    ("name", "whole"), [("Mobilitätsdatenplattformverbundprojekt", True), ("Donaudampfschifffahrts" * 3, False)]
)
def test_longest_words_of_a_name_are_set_whole_on_the_cover_or_parted_with_a_hyphen(name, whole):
    profile = make_profile(1)
    profile = replace(profile, meta=replace(profile.meta, project=name))
    cover = text_of(render_pdf(profile, variant="lang")).split("Kriterienkatalog")[0]
    assert (name in cover) is whole
    assert name in cover.replace("- ", "")
