"""The shorter ways through WeasyPrint and pydyf mean what the long ones mean."""

import re
import zlib
from xml.etree import ElementTree

import pydyf
import pyphen
import pytest
import tinyhtml5
import weasyprint
from weasyprint.formatting_structure.boxes import LineBox

from assessments.reports.pdf import VARIANTS, engine, render_pdf, shortcuts
from assessments.reports.pdf.content import report_html
from tests.reports.pdf_facts import open_pdf, page_text
from tests.reports.sample import make_empty, make_profile, with_rationale
from tests.reports.test_pdf_limits import TEXTS

STYLES = ("css/print-report.css",)


Node = tuple[str, dict[str, str], str, str]


def nodes(tree: ElementTree.Element) -> list[Node]:
    """All there is in a document in its order; blanks around the head and the body are no part of it."""
    found = []
    for node in tree.iter():
        is_frame = node.tag in ("html", "head", "body", "meta", "title") or node.get("class") == "heads"
        text, tail = node.text or "", node.tail or ""
        attributes = {name: value for name, value in node.attrib.items() if not name.endswith("xmlns")}
        found.append((node.tag, attributes, text.strip() if is_frame else text, tail.strip() if is_frame else tail))
    return found


def read_as_html(html: str) -> list[Node]:
    return nodes(tinyhtml5.parse(html, namespace_html_elements=False))


def read_as_xml(html: str) -> list[Node]:
    return nodes(ElementTree.fromstring(shortcuts.as_xml(html)))  # noqa: S314 – our own text


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("profile", [make_profile(), make_profile(3, language="en", approved=False), make_empty()])
def test_a_report_read_as_xml_is_the_document_a_browser_reads(profile, variant):
    html = report_html(profile, variant=variant, with_comments=variant == "lang")
    assert read_as_xml(html) == read_as_html(html)


@pytest.mark.parametrize("name", TEXTS)
def test_whatever_people_type_a_report_stays_tidy_enough_for_xml(name):
    html = report_html(with_rationale(TEXTS[name][:20_000], criteria=1), variant="lang")
    assert read_as_xml(html) == read_as_html(html)


def test_blanks_that_keep_words_together_are_read_as_xml_too():
    html = report_html(with_rationale("genau 10\u00a0%", criteria=1), variant="lang")
    assert "10&nbsp;%" in html
    assert "10\u00a0%" in " ".join(text for _tag, _attributes, text, _tail in read_as_xml(html))


def test_an_untidy_document_is_drawn_all_the_same():
    content = engine.html_to_pdf('<html lang="de"><title>Probe</title><p>Erst<p>Dann &eacute;</html>', STYLES)
    assert content
    with open_pdf(content) as pdf:
        assert "Erst Dann é" in " ".join(page_text(pdf.pages[0]).split())


@pytest.mark.parametrize("variant", VARIANTS)
def test_our_first_style_sheet_means_what_weasyprints_own_means(variant, monkeypatch):
    profile = make_profile(4, approved=False)
    ours = render_pdf(profile, variant=variant)
    monkeypatch.setattr(shortcuts.document_class(), "_ua_stylesheets", weasyprint.HTML._ua_stylesheets)
    assert render_pdf(profile, variant=variant) == ours


def test_a_chart_s_label_is_one_piece_of_text():
    """Letter by letter, each would have a text matrix of its own."""
    with open_pdf(render_pdf(make_profile(), variant="kurz")) as pdf:
        source = b"\n".join(page.Contents.read_bytes() for page in pdf.pages[:1])
    texts = re.findall(rb"BT\n(.*?)\nET", source, re.DOTALL)
    assert len(texts) > 40
    assert [text for text in texts if text.count(b" Tm") != 1] == []


def test_compressed_streams_are_read_back_as_they_were_written():
    stream = pydyf.Stream([b"q", 1.5, "text"], compress=True)
    assert stream.data == stream.data
    packed = re.search(rb"stream\n(.*?)\r?\nendstream", stream.data, re.DOTALL)
    assert packed
    assert zlib.decompress(packed[1]) == b"q\n1.5\ntext"


def test_a_stream_that_ends_in_a_carriage_return_gets_an_end_without_doubt():
    assert pydyf.Stream([b"a\r"]).data.endswith(b"\na\r\r\nendstream")
    assert pydyf.Stream([b"a"]).data.endswith(b"\na\nendstream")


def test_a_frozen_file_has_the_same_bytes(monkeypatch):
    profile = make_profile(2)
    frozen = render_pdf(profile, variant="kurz")
    monkeypatch.setattr(shortcuts, "freeze", lambda pdf: None)
    assert render_pdf(profile, variant="kurz") == frozen


@pytest.mark.parametrize("language", ["de_DE", "en_GB"])
def test_shared_syllables_split_words_at_the_same_places(language):
    """Against the patterns as they stand in the file: read once more, without sharing."""
    path = pyphen.LANGUAGES[language]
    shared = pyphen.HyphDict(path)
    plain = pyphen.HyphDict.__new__(pyphen.HyphDict)
    pyphen.HyphDict.__init__.__wrapped__(plain, path)
    assert shared.patterns == plain.patterns
    assert {type(one) for _start, values in plain.patterns.values() for one in values} == {int}
    assert len({id(value) for value in shared.patterns.values()}) < len(shared.patterns) / 5


def test_each_page_s_boxes_go_once_it_is_tagged():
    engine.html_to_pdf("<p>x</p>", ())  # installs the shortcuts
    document = weasyprint.HTML(string='<html lang="de"><title>Probe</title><p>Probe</p></html>').render()
    document.write_pdf(pdf_variant="pdf/ua-1")
    assert [page._page_box for page in document.pages] == [None]


@pytest.mark.parametrize("width", range(1650, 1670))
def test_no_line_ends_after_its_first_word_while_the_next_one_has_room(width):
    """Whatever the width of the page: somewhere on the way each text fits, but for the blank before the next style."""
    words = "oft, mit welchem Bericht an wen –, die erste durchführen und eine Beitrittsklausel für neue Partner ergänzen."
    html = f'<html lang="de"><title>T</title><p style="width: {width / 10}mm">{words} <i>Svenja Lüttmann</i></p></html>'
    document = shortcuts.document_class()(
        string=html, first_sheet=engine._stylesheet(engine.FIRST_SHEET), url_fetcher=engine._fetcher(), base_url=engine.SCHEME
    ).render(stylesheets=[engine._stylesheet(STYLES[0])], font_config=engine._font_configuration())
    boxes = document.pages[0]._page_box.descendants()
    first_line = next(box.children[0].text for box in boxes if isinstance(box, LineBox) and box.element_tag.startswith("p"))
    assert first_line.startswith("oft, mit welchem Bericht an wen –")
