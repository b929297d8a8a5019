"""Our subclass of WeasyPrint's document and our finisher mean what WeasyPrint's own ways mean."""

from typing import Any
from xml.etree import ElementTree

import page as pdf_validator
import pikepdf
import pydyf
import pytest
import tinyhtml5

from assessments.reports.pdf import VARIANTS, engine, finisher, limits, render_pdf
from assessments.reports.pdf.content import report_html
from assessments.reports.pdf.document import as_xml, document_class
from assessments.reports.pdf.finisher import ends_in_doubt
from tests.reports.pdf_facts import open_pdf, page_text
from tests.reports.sample import make_empty, make_profile, with_rationale
from tests.reports.test_pdf import MADE_AT
from tests.reports.test_pdf_limits import TEXTS

try:
    import weasyprint
    from weasyprint.formatting_structure.boxes import LineBox, TextBox
except OSError as error:  # as assessments/reports/pdf/engine.py has it
    pytest.skip(f"WeasyPrint's system libraries are missing: {error}", allow_module_level=True)

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
    return nodes(ElementTree.fromstring(as_xml(html)))  # noqa: S314 – our own text


def rendered(html: str) -> Any:
    return document_class()(
        string=html, first_sheet=engine._stylesheet(engine.FIRST_SHEET), url_fetcher=engine._fetcher(), base_url=engine.SCHEME
    ).render(stylesheets=[engine._stylesheet(STYLES[0])], font_config=engine._font_configuration())


def failures(content: bytes, profile: str) -> list[Any]:
    return list(pdf_validator.validate_pdf_bytes(content, profile=profile).failures)


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
    ours = render_pdf(profile, variant=variant, made_at=MADE_AT)
    monkeypatch.setattr(document_class(), "_ua_stylesheets", weasyprint.HTML._ua_stylesheets)
    assert render_pdf(profile, variant=variant, made_at=MADE_AT) == ours


def test_a_stream_that_ends_in_a_carriage_return_gets_an_end_without_doubt():
    assert finisher.with_clear_end(pydyf.Stream([b"a\r"]).data).endswith(b"\na\r\r\nendstream")
    assert finisher.with_clear_end(pydyf.Stream([b"a"]).data).endswith(b"\na\nendstream")


def test_a_file_whose_last_streams_end_in_doubt_is_written_with_one_more_object(monkeypatch):
    """They are made while the file is written, of all there is in it: some title in a few hundred makes such an end."""
    document = rendered('<html lang="de"><title>Probe</title><p>Probe</p></html>')
    monkeypatch.setattr(finisher, "ends_in_doubt", lambda content: False)
    for number in range(3000):
        document.metadata.title = f"Probe {number} {'x' * (number % 97)}"
        plain = finisher.write(document)
        if ends_in_doubt(plain):
            break
    assert failures(plain, "3a") != []
    monkeypatch.undo()
    written = finisher.write(document)
    assert not ends_in_doubt(written)
    assert failures(written, "3a") == failures(written, "ua1") == []
    with open_pdf(plain) as before, open_pdf(written) as after:
        assert page_text(after.pages[0]) == page_text(before.pages[0])
        assert len(after.objects) == len(before.objects) + 1
        assert after.docinfo.Title == before.docinfo.Title


def test_a_finished_file_holds_what_pydyf_would_have_written(monkeypatch):
    profile = make_profile(2)
    once = render_pdf(profile, variant="kurz", made_at=MADE_AT)
    monkeypatch.setattr(finisher, "write_once", lambda pdf: None)
    with open_pdf(once) as ours, open_pdf(render_pdf(profile, variant="kurz", made_at=MADE_AT)) as plain:
        assert [unparsed(one) for one in ours.objects] == [unparsed(one) for one in plain.objects]


def unparsed(one: pikepdf.Object) -> bytes:
    """An object's own bytes; of a stream, what is packed in it. How the file itself is laid out is left out."""
    if not isinstance(one, pikepdf.Stream):
        return one.unparse()
    return b"" if one.get("/Type") in ("/XRef", "/ObjStm") else one.read_bytes()


@pytest.mark.parametrize("width", range(1650, 1670))
def test_no_line_ends_after_its_first_word_while_the_next_one_has_room(width):
    """Whatever the width of the page: somewhere on the way each text fits, but for the blank before the next style."""
    words = "oft, mit welchem Bericht an wen –, die erste durchführen und eine Beitrittsklausel für neue Partner ergänzen."
    html = f'<html lang="de"><title>T</title><p style="width: {width / 10}mm">{words} <i>Svenja Lüttmann</i></p></html>'
    boxes = rendered(limits.drawable(html)).pages[0]._page_box.descendants()
    lines = [box for box in boxes if isinstance(box, LineBox) and (box.element_tag or "").startswith("p")]
    texts = ["".join(part.text for part in line.descendants() if isinstance(part, TextBox)) for line in lines]
    assert texts[0].startswith("oft, mit welchem Bericht an wen")
    assert not any(text.startswith(" ") for text in texts)


def test_no_line_ends_after_its_first_word_for_the_blank_at_its_end():
    """A template's line break before the closing tag is a blank: „ist“ stood in a line of its own, and „7“ above its title."""
    words = "ist dieselbe · Durchgehend · Organisatorisch, Technisch · Beantwortet am 9. Nov."
    widths = range(90, 140)
    texts = "".join(f'<p style="width: {width}mm; margin: 0">{words}\n</p>' for width in widths)
    texts += "".join(f'<p style="width: {width}.4mm; margin: 0">{words}\n</p>' for width in widths)
    pages = rendered(limits.drawable(f'<html lang="de"><title>T</title>{texts}</html>')).pages
    boxes = [box for page in pages for box in page._page_box.descendants() if isinstance(box, LineBox)]
    lines = ["".join(part.text for part in line.descendants() if isinstance(part, TextBox)) for line in boxes]
    begins = [line for line in lines if line.startswith("ist")]
    assert len(begins) == 2 * len(widths) < len(lines)
    assert all(line.replace("\u00a0", " ").startswith("ist dieselbe · Durchgehend") for line in begins)


def test_each_level_is_drawn_beside_its_own_criterion():
    """Also where the criterion went to the next page once its text did not fit, and that page was laid out before."""
    drawn = 0
    for page in rendered(report_html(make_profile(21, rounds=2), variant="lang")).pages:
        boxes = [(box, (box.element.get("class") or "").split()) for box in drawn_boxes(page) if box.element is not None]
        heads = [box for box, classes in boxes if "entry__head" in classes]
        bars = [box for box, classes in boxes if "chart--level" in classes]
        for bar in bars:
            assert sum(0 <= bar.position_y - head.position_y < head.height for head in heads) == 1
        assert len({bar.position_y for bar in bars}) == len(bars)
        drawn += len(bars)
    assert drawn == 16


def drawn_boxes(page: Any) -> list[Any]:
    """All boxes of a page, with those that are placed by themselves."""
    return list(page._page_box.descendants(placeholders=True))
