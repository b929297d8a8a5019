"""Page numbers that are set in the finished file: those that CSS would have laid out, and in their place."""

import logging

import pytest

from assessments.reports.pdf import STYLE, engine, render_pdf
from assessments.reports.pdf.content import report_html
from assessments.reports.pdf.page_numbers import BY_CSS
from tests.reports.pdf_facts import open_pdf, page_text, text_of
from tests.reports.sample import make_profile


def html_to_pdf(html: str, styles: tuple[str, ...]) -> bytes:
    content = engine.html_to_pdf(html, styles)
    assert content is not None
    return content


def pages_of(content: bytes) -> list[str]:
    with open_pdf(content) as pdf:
        return [page_text(page) for page in pdf.pages]


@pytest.mark.parametrize("profile", [make_profile(5, language="en"), make_profile(21), make_profile(60)], ids=["5", "21", "60"])
def test_they_are_those_of_css_and_need_no_second_layout(profile, caplog):
    html = report_html(profile, variant="lang")
    with caplog.at_level(logging.WARNING):
        ours = html_to_pdf(html, (STYLE,))
    assert caplog.text == ""
    assert pages_of(ours) == pages_of(html_to_pdf(html, (STYLE, BY_CSS)))


def document(contents: str, *, pages: int = 3) -> str:
    parts = "".join(f'<h2 class="first" id="t{number}">Teil {number}</h2>' for number in range(pages))
    return f'<html lang="de-DE"><title>Probe</title><ul class="contents">{contents}</ul>{parts}</html>'


def entries(numbers: range, more: str = "") -> str:
    return "".join(f'<li data-to="#t{number}"{more}>Eintrag {number}</li>' for number in numbers)


def test_a_number_of_two_figures_may_be_among_them(caplog):
    content = html_to_pdf(document(entries(range(12)), pages=12), (STYLE,))
    assert "10 Eintrag 8 11 Eintrag 9 12 Eintrag 10 13 Eintrag 11" in text_of(content)
    assert caplog.text == ""


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(entries(range(3)), id="too few to bring all figures into the font"),
        pytest.param(entries(range(9)) + entries(range(1), ' style="visibility: hidden"'), id="one is not drawn"),
        pytest.param(
            '<li style="letter-spacing: .11em; font-variant-numeric: tabular-nums">7899</li>' + entries(range(9)),
            id="somebody's text looks like one of them",
        ),
        pytest.param(
            '<li style="position: relative; z-index: 1" data-to="#t0">Eintrag 0</li>' + entries(range(1, 9)), id="other order"
        ),
    ],
)
def test_where_they_cannot_be_set_css_does_it(contents, caplog):
    content = html_to_pdf(document(contents, pages=9), (STYLE,))
    assert "2 Eintrag 0" in text_of(content)
    assert "3 Eintrag 1 4 Eintrag 2" in text_of(content)
    assert "could not be set" in caplog.text


def test_a_report_of_one_criterion_has_them_too(caplog):
    assert " 2 Zusammenfassung " in text_of(render_pdf(make_profile(1), variant="lang"))
    assert caplog.text == ""
