"""Words of charts that are set in the finished file: those that WeasyPrint would have drawn, and where it would have."""

import logging
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pikepdf
import pypdfium2
import pytest

from assessments.reports.charts.svg import Drawing
from assessments.reports.pdf import STYLE, engine
from assessments.reports.pdf.chart_labels import ChartLabels
from assessments.reports.pdf.content import Variant, report_html
from tests.reports.pdf_facts import open_pdf, page_text, text_of
from tests.reports.sample import make_profile

#: In points: the file's widths of signs are whole thousandths of the text's size.
NEAR = 0.25


class Whole(ChartLabels):
    """All words stay in their drawings."""

    def __init__(self, html: str, *, whole: bool = False) -> None:
        super().__init__(html, whole=True)


def html_to_pdf(html: str) -> bytes:
    content = engine.html_to_pdf(html, (STYLE,))
    assert content is not None
    return content


def signs_of(content: bytes) -> list[dict[str, list[tuple[float, float]]]]:
    """For each page where each sign stands."""
    found = []
    for page in pypdfium2.PdfDocument(content):
        places: dict[str, list[tuple[float, float]]] = defaultdict(list)
        text = page.get_textpage()
        for number in range(text.count_chars()):
            if sign := text.get_text_range(number, 1).strip():
                left, bottom, _right, _top = text.get_charbox(number)
                places[sign].append((left, bottom))
        found.append(places)
    return found


def drawing(*names: str) -> str:
    pen = Drawing(400, "bars")
    pen.lines(20, 0, names)
    return pen.finish(40, "Was zu sehen ist.")


def document(*parts: str) -> str:
    return f'<html lang="de-DE"><title>Probe</title><p>Davor</p>{"".join(parts)}<p>Danach</p></html>'


@pytest.mark.parametrize(
    ("profile", "variant"),
    [
        pytest.param(make_profile(21), "kurz", id="short"),
        pytest.param(make_profile(21, rounds=1, language="en"), "lang", id="long"),
    ],
)
def test_they_are_the_same_signs_at_the_same_places(profile, variant: Variant, monkeypatch, caplog):
    html = report_html(profile, variant=variant)
    ours = html_to_pdf(html)
    monkeypatch.setattr(engine, "ChartLabels", Whole)
    theirs = html_to_pdf(html)
    for our_signs, their_signs in zip(signs_of(ours), signs_of(theirs), strict=True):
        assert {sign: len(places) for sign, places in our_signs.items()} == {
            sign: len(places) for sign, places in their_signs.items()
        }
        for sign, places in our_signs.items():
            for left, bottom in places:
                assert any(abs(left - x) < NEAR and abs(bottom - y) < NEAR for x, y in their_signs[sign]), (sign, left, bottom)
    assert shown_at_once(ours) < shown_at_once(theirs) - 100
    assert caplog.text == ""


def test_all_words_of_a_drawing_are_taken_out_and_one_letter_is_left():
    labels = ChartLabels(report_html(make_profile(), variant="kurz"))
    assert [len(chart) > 8 for chart in labels.charts] == [True] * 3
    assert len(labels.html.split("<text ")) - 1 == len(labels.charts) + 2


def test_words_with_signs_of_another_font_stay(caplog):
    content = html_to_pdf(document(drawing("中文 und Fira", "Klima & Energie")))
    assert "Klima&Energie" in text_of(content)
    assert "中文undFira" in text_of(content)
    assert caplog.text == ""


@pytest.mark.parametrize(
    "part",
    [
        pytest.param('<div style="display: none">{}</div>', id="a drawing is not shown"),
        pytest.param('<div style="visibility: hidden">{}</div>', id="a drawing is hidden"),
    ],
)
def test_where_not_all_are_found_the_library_draws_them(part: str, caplog):
    with caplog.at_level(logging.WARNING):
        content = html_to_pdf(document(drawing("Breitband"), part.format(drawing("Radwege"))))
    assert "Breitband" in text_of(content)
    assert "could not be set" in caplog.text


def test_two_drawings_on_several_pages_and_their_fonts(caplog):
    away = '<div style="break-before: page">{}</div>'
    with open_pdf(html_to_pdf(document(drawing("Wärme"), away.format(drawing("Gemeinde Süd")), away.format("Ende")))) as pdf:
        assert ["Wärme" in page_text(page) for page in pdf.pages] == [True, False, False]
        assert ["GemeindeSüd" in page_text(page) for page in pdf.pages] == [False, True, False]
        for page in pdf.pages:
            used = {str(operands[0]) for operands, operator in instructions_of(page) if str(operator) == "Tf"}
            assert used <= set(page.resources["/Font"].keys())
    assert caplog.text == ""


def shown_at_once(content: bytes) -> int:
    """How many pieces the text of a file is shown in."""
    with open_pdf(content) as pdf:
        return sum(str(operator) == "TJ" for page in pdf.pages for _operands, operator in instructions_of(page))


def instructions_of(page: pikepdf.Page) -> Any:
    return pikepdf.parse_content_stream(page)


def test_the_same_document_gives_the_same_bytes():
    html = report_html(replace(make_profile()), variant="kurz")
    assert html_to_pdf(html) == html_to_pdf(html)
