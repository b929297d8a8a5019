"""Shorter ways through WeasyPrint 70 and pydyf for documents that are wholly our own: a quarter of a render's time.

They reach into the libraries where these offer no door, each at one named place. ``tests/reports/test_pdf_shortcuts.py`` holds
them to what the libraries do by themselves, so that a new version cannot quietly mean something else.
"""

import re
import zlib
from functools import cache, cached_property, wraps
from typing import Any
from xml.etree import ElementTree

_NEVER_CLOSED = re.compile(r"<(br|hr|img|meta)\b([^>]*?)/?>")
#: The highest level takes twice as long and makes a file a thirtieth smaller.
COMPRESSION = 6


def as_xml(html: str) -> str:
    """The same document as XML, if it is as tidy as our templates: one root, quoted attributes, every element closed."""
    html = html.strip().removeprefix("<!doctype html>").replace("&nbsp;", "\u00a0")
    return _NEVER_CLOSED.sub(r"<\1\2/>", html)


@cache
def document_class() -> Any:
    """``weasyprint.HTML``, but it reads tidy documents as XML, and starts from a style sheet of ours.

    * The XML parser is written in C. What it refuses goes to the HTML parser, which takes anything and ten times as long.
    * WeasyPrint's own first style sheet gives each element six styles for markers, footnotes and notes that no report has.
    """
    import weasyprint
    from cssselect2 import ElementWrapper

    class OwnDocument(weasyprint.HTML):
        def __init__(self, *, string: str, first_sheet: Any, url_fetcher: Any, base_url: str) -> None:
            self.first_sheet = first_sheet
            try:
                root = ElementTree.fromstring(as_xml(string))  # noqa: S314 – our own text; what people typed is escaped in it
            except ElementTree.ParseError:
                super().__init__(string=string, url_fetcher=url_fetcher, base_url=base_url)
                return
            self.base_url = base_url
            self.url_fetcher = url_fetcher
            self.media_type = "print"
            self.wrapper_element = ElementWrapper.from_html_root(root)
            self.etree_element = root

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [self.first_sheet]

    return OwnDocument


def install() -> None:
    """Once per process, before the first document. ``document_class`` and ``freeze`` are used document by document."""
    set_labels_whole()
    write_streams_once()
    pack_pages_once_painted()
    drop_boxes_once_tagged()
    share_syllables()
    fill_lines()


def set_labels_whole() -> None:
    """Let WeasyPrint set a text in a drawing at once, not letter by letter: quicker, with kerning, and one piece to copy.

    For drawings whose texts have one position each, as all of ours.
    """
    from weasyprint import svg

    letter_by_letter = svg.text

    class Whole(str):
        __slots__ = ()

        def __iter__(self) -> Any:
            return iter((str(self),))

    def text(drawing: Any, node: Any, font_size: float) -> None:
        if node.text:
            node._etree_node.text = Whole(node.text)
        letter_by_letter(drawing, node, font_size)

    svg.text = text
    for tag, draw in svg.TAGS.items():
        if draw is letter_by_letter:
            svg.TAGS[tag] = text


def write_streams_once() -> None:
    """Let pydyf compress each stream once and less hard, drop what it was made from, and end it without doubt.

    A stream whose last byte is a carriage return would, followed by the line feed before ``endstream``, read as one line end
    and seem shorter than it says: one document in a few dozen would fail PDF/A. The two-byte line end leaves no doubt.
    """
    import pydyf

    plain_data = pydyf.Stream.data.fget

    def data(self: Any) -> bytes:
        if self.compress:
            pack(self)
        written: bytes = plain_data(self)
        return written.removesuffix(b"\nendstream") + b"\r\nendstream" if written.endswith(b"\r\nendstream") else written

    pydyf.Stream.data = property(data)

    # Few objects of a file are numbered; the others need no dictionary of their own to say so.
    pydyf.Object.number, pydyf.Object.offset, pydyf.Object.generation, pydyf.Object.free = None, 0, 0, "n"
    pydyf.Object.__init__ = lambda self: None


def pack_pages_once_painted() -> None:
    """Compress a page's drawing before the next one is painted."""
    from weasyprint.document import Page

    paint = Page.paint

    def paint_and_pack(self: Any, stream: Any, *rest: Any) -> None:
        paint(self, stream, *rest)
        if stream.compress:
            pack(stream)

    Page.paint = paint_and_pack


def pack(stream: Any) -> None:
    """Compress what a stream of pydyf holds. Nothing can be added to it from then on."""
    import pydyf

    raw = b"\n".join(pydyf._to_bytes(item) for item in stream.stream)
    stream.stream = [zlib.compress(raw, COMPRESSION)]
    stream.extra["Filter"] = "/FlateDecode"
    stream.compress = False


def drop_boxes_once_tagged() -> None:
    """Let each page's boxes go as soon as its tags are made: with 60 criteria that is a tenth of the memory."""
    from weasyprint import pdf

    add_tags = pdf.add_tags

    class Passing(list[Any]):
        """Pages to be looked at once."""

        def __iter__(self) -> Any:
            for page in list.__iter__(self):
                yield page
                page._page_box = None

    class Remaining:
        def __init__(self, pages: list[Any]) -> None:
            self.pages = Passing(pages)

    def tagged(file: Any, document: Any, *rest: Any) -> None:
        add_tags(file, Remaining(document.pages), *rest)

    pdf.add_tags = tagged


def share_syllables() -> None:
    """Let the patterns of a language's hyphenation share their few different values: five megabytes instead of fourteen."""
    import pyphen

    read = pyphen.HyphDict.__init__

    @wraps(read)
    def read_and_share(self: Any, path: Any) -> None:
        read(self, path)
        seen: dict[Any, Any] = {}
        for pattern, value in self.patterns.items():
            if all(type(one) is int for one in value[1]):  # others carry a spelling, which comparing would not see
                self.patterns[pattern] = seen.setdefault(value, value)

    pyphen.HyphDict.__init__ = read_and_share


def fill_lines() -> None:
    """Let WeasyPrint see that a text fits whose last blank does not: it broke the line after the first word instead.

    Half a millimetre wide, so it hits one line in a few hundred of those that go on in another style.
    """
    from weasyprint.layout import inline
    from weasyprint.text import line_break

    split = line_break.split_first_line

    def split_first_line(text: str, *rest: Any, **options: Any) -> Any:
        line = split(text, *rest, **options)
        if line[2] is not None and text.endswith(" ") and b" " not in text.encode()[: line[1]]:
            whole = split(text.rstrip(" "), *rest, **options)
            if whole[2] is None:
                return whole
        return line

    inline.split_first_line = split_first_line


def freeze(pdf: Any) -> None:
    """Turn each dictionary of a finished file into bytes once: it is asked for them twice, also for the file's checksum."""
    import pydyf

    class Dictionary(pydyf.Dictionary):
        @cached_property
        def data(self) -> bytes:
            written: bytes = super().data
            return written

    for one in pdf.objects:
        if type(one) is pydyf.Dictionary:
            one.__class__ = Dictionary
