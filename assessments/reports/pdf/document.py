"""Our reports as WeasyPrint takes them: a subclass of its public document class."""

import re
from functools import cache
from typing import Any
from xml.etree import ElementTree

_NEVER_CLOSED = re.compile(r"<(br|hr|img|meta)\b([^>]*?)/?>")


def as_xml(html: str) -> str:
    """The same document as XML, if it is as tidy as our templates: one root, quoted attributes, every element closed."""
    html = html.strip().removeprefix("<!doctype html>").replace("&nbsp;", "\u00a0")
    return _NEVER_CLOSED.sub(r"<\1\2/>", html)


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
