"""Our reports as WeasyPrint takes them: a subclass of its public document class."""

import re
from functools import cache
from html import unescape
from typing import Any
from xml.etree import ElementTree

from assessments.reports.charts.text_width import is_known, text_width

#: As ``charts.svg.Drawing.text`` writes it.
_ALIGNED = re.compile(
    r'<text x="(?P<x>[-.\d]+)" y="(?P<y>[-.\d]+)" font-size="(?P<size>[.\d]+)" text-anchor="(?P<anchor>middle|end)"'
    r'(?P<bold> font-weight="600")?(?P<rest>[^>]*)>(?P<text>[^<]*)<'
)
_NEVER_CLOSED = re.compile(r"<(br|hr|img|meta)\b([^>]*?)/?>")


def as_xml(html: str) -> str:
    """The same document as XML, if it is as tidy as our templates: one root, quoted attributes, every element closed."""
    html = html.strip().removeprefix("<!doctype html>").replace("&nbsp;", "\u00a0")
    return _NEVER_CLOSED.sub(r"<\1\2/>", html)


def aligned_left(html: str) -> str:
    """The same with each text of a chart set from its left: WeasyPrint puts what is centred or ends somewhere into a drawing of
    its own, packed and named, and there are seventy of them in the shortest report. It leaves out kerning, as our widths do.
    """
    return _ALIGNED.sub(_from_left, html)


def _from_left(found: re.Match[str]) -> str:
    text, bold = unescape(found["text"]), bool(found["bold"])
    if not is_known(text, bold=bold):
        return found[0]
    width = text_width(text, float(found["size"]), bold=bold)
    x = float(found["x"]) - (width / 2 if found["anchor"] == "middle" else width)
    weight = found["bold"] or ""
    return f'<text x="{x:.2f}" y="{found["y"]}" font-size="{found["size"]}"{weight}{found["rest"]}>{found["text"]}<'


@cache
def document_class() -> Any:
    """``weasyprint.HTML``, but it reads tidy documents as XML, and starts from a style sheet of ours.

    * The XML parser is written in C. What it refuses goes to the HTML parser, which takes anything and ten times as long.
    * WeasyPrint's own first style sheet gives each element six styles for markers, footnotes and notes that no report has.

    Made when it is asked for: where WeasyPrint's system libraries are missing, importing it fails.
    """
    import weasyprint
    from cssselect2 import ElementWrapper

    class ReportDocument(weasyprint.HTML):
        def __init__(self, *, string: str, first_sheet: Any, **options: Any) -> None:
            self.first_sheet = first_sheet
            string = aligned_left(string)
            try:
                root = ElementTree.fromstring(as_xml(string))  # noqa: S314 – our own text; what people typed is escaped in it
            except ElementTree.ParseError:
                super().__init__(string=string, **options)
                return
            super().__init__(string="<html></html>", **options)
            self.etree_element = root
            self.wrapper_element = ElementWrapper.from_html_root(root)

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [self.first_sheet]

    return ReportDocument
