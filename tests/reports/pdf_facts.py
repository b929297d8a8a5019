"""What a PDF is made of, read with pikepdf: its text, its structure, its metadata."""

import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import pikepdf

#: What of a page's instructions is about text: what draws lines and shapes need not become an object each.
OF_TEXT = "BDC BMC EMC Tf TJ ET"


def open_pdf(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


@lru_cache(maxsize=50)  # several tests, or several people of one test, read the same file
def text_of(content: bytes) -> str:
    """All text in drawing order, one page per line; runs of white space are one blank, hyphens at line ends stay."""
    with open_pdf(content) as pdf:
        return re.sub(r"\s+", " ", "\n".join(page_text(page) for page in pdf.pages))


def page_text(page: pikepdf.Page) -> str:
    """Glyphs back to characters by each font's ToUnicode table; every text object ends with a blank."""
    return "".join(text for _mark, text in _marked_texts(page))


def _marked_texts(page: pikepdf.Page) -> Iterator[tuple[int | None, str]]:
    """Pieces of text in drawing order, each with the number of the marked content it stands in."""
    tables = {name: _unicode_table(font) for name, font in page.resources.get("/Font", {}).items()}
    table: dict[bytes, str] = {}
    marks: list[int | None] = [None]
    instructions: Any = pikepdf.parse_content_stream(page, OF_TEXT)
    for operands, operator in instructions:
        if str(operator) in ("BDC", "BMC"):
            about: Any = operands[1] if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else {}
            marks.append(int(about["/MCID"]) if "/MCID" in about else marks[-1])
        elif str(operator) == "EMC":
            marks.pop()
        elif str(operator) == "Tf":
            table = tables.get(str(operands[0]), {})
        elif str(operator) == "TJ":
            for part in operands[0]:
                if isinstance(part, pikepdf.String):
                    codes = bytes(part)
                    yield marks[-1], "".join(table.get(codes[i : i + 2], "") for i in range(0, len(codes), 2))
        elif str(operator) == "ET":
            yield marks[-1], " "


def text_as_read(pdf: pikepdf.Pdf) -> str:
    """The text in the order of the structure tree, which is what is read aloud; figures are left out."""
    return said_in(pdf, pdf.Root.StructTreeRoot)


def said_in(pdf: pikepdf.Pdf, element: Any) -> str:
    """The text of one element of the structure tree, in its order; figures are left out."""
    return next(said_in_each(pdf, [element]))


def said_in_each(pdf: pikepdf.Pdf, elements: Iterable[Any]) -> Iterator[str]:
    """The text of each of the elements; all pages are read once."""
    said: dict[tuple[Any, int], str] = {}
    for page in pdf.pages:
        for mark, text in _marked_texts(page):
            if mark is not None:
                key = (page.objgen, mark)
                said[key] = said.get(key, "") + text

    def read(element: Any, page: Any) -> Iterator[str]:
        page = element.get("/Pg", page)
        children: Any = element.get("/K", pikepdf.Array())
        for kid in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(kid, pikepdf.Dictionary):
                if "/MCID" in kid:
                    yield said.get((kid.get("/Pg", page).objgen, int(kid["/MCID"])), "")
                elif kid.get("/S") != "/Figure":
                    yield from read(kid, page)
            else:
                yield said.get((page.objgen, int(kid)), "")

    for element in elements:
        yield "".join(read(element, None))


def _unicode_table(font: Any) -> dict[bytes, str]:
    source = font["/ToUnicode"].read_bytes().decode("latin-1")
    return {
        bytes.fromhex(glyph): bytes.fromhex(text).decode("utf-16-be")
        for glyph, text in re.findall(r"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", source)
    }


def elements(pdf: pikepdf.Pdf, start: Any = None) -> Iterator[Any]:
    """The structure tree, or the part of it below ``start``, in reading order."""
    stack: list[Any] = [start or pdf.Root.StructTreeRoot]
    while stack:
        element = stack.pop()
        if "/S" in element:
            yield element
        children: Any = element.get("/K", [])
        kids = list(children) if isinstance(children, pikepdf.Array) else [children]
        stack += [kid for kid in reversed(kids) if isinstance(kid, pikepdf.Dictionary) and "/K" in kid]


def tag_names(pdf: pikepdf.Pdf) -> list[str]:
    return [str(element.S)[1:] for element in elements(pdf)]
