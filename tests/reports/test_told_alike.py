"""The text to copy and the Word file say what the Kurzfassung says."""

import io
import re

import docx
import pytest

from assessments.reports.export.docx_file import render_docx
from assessments.reports.pdf.content import report_html
from tests.reports.sample import make_empty, make_profile


def told_by_word(profile) -> str:
    document = docx.Document(io.BytesIO(render_docx(profile)))
    rows = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return plain(" ".join([*(paragraph.text for paragraph in document.paragraphs), *rows]))


def told_by_pdf(profile) -> str:
    from lxml import html

    return plain(html.fromstring(report_html(profile, variant="kurz")).text_content())


def plain(text: str) -> str:
    return re.sub(r"[\s\u00ad]+", " ", text)


@pytest.mark.parametrize("profile", [make_profile(21), make_profile(49), make_empty(), make_profile(21, language="en")])
def test_word_says_what_the_kurzfassung_says(profile):
    said = [profile.headline, profile.overall.parts]
    said += [one.name for one in profile.workstreams]
    if profile.current_gate:
        said += [profile.current_gate.sentence, *(one.reason for one in profile.current_gate.blockers[:1])]
        said += [one.title for one in profile.current_gate.blockers[:1]]
    said += [profile.changes.sentence, profile.changes.mean_sentence] if profile.changes else []
    said += [one.criterion.title for one in profile.priorities[:1]] or [profile.no_priorities]
    word, pdf = told_by_word(profile), told_by_pdf(profile)
    for one in map(plain, said):
        assert one in word, one
        assert one in pdf, one
