"""Is a page valid HTML? The parse errors of the HTML standard, and what its content models forbid most often.

The parser is tinyhtml5, which WeasyPrint brings along: it names every parse error of the standard, but knows no content models.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser as Tokens

from tinyhtml5.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Elements that hold text and its like only …
PHRASING = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "strong", "em", "small", "label", "button", "legend", "pre", "dt"}
PHRASING -= {"dt", "legend"}  # these two may hold a heading, and a definition's term more
#: … and those that may not stand in them.
BLOCKS = {
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "table",
    "form",
    "section",
    "article",
    "h1",
    "h2",
    "h3",
    "h4",
    "fieldset",
    "nav",
    "details",
}
INTERACTIVE = {"a", "button", "select", "textarea", "input", "label", "details"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage", "list", "headers")
#: Parse errors of the standard that say nothing about a page: SVG written the XML way is right.
HARMLESS = {"non-void-element-with-trailing-solidus"}
#: Attributes whose values make another element of it, for a browser and for axe. Of others, it counts whether they are empty.
TELLING = {"class", "type", "role", "lang", "open", "hidden", "disabled", "tabindex"}


def problems(source: str) -> list[str]:
    return [*_parse_errors(source), *_Structure.of(source)]


def parts(source: str) -> tuple[str, ...]:
    """What a page is made of, without its words: each element with those around it, in order. Of rows alike, there is one."""
    return _Parts.of(source)


def _parse_errors(source: str) -> Iterator[str]:
    parser = HTMLParser(namespace_html_elements=False)
    parser.parse(source)
    for (line, _column), code, values in parser.errors:
        if code not in HARMLESS:
            yield f"line {line}: {code} {values or ''}".strip()


class _Structure(Tokens):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[tuple[str, str]] = []
        self.found: list[str] = []

    @classmethod
    def of(cls, source: str) -> list[str]:
        page = cls()
        page.feed(source)
        found = page.found + [f"id used twice: {name}" for name in sorted({n for n in page.ids if page.ids.count(n) > 1})]
        return found + [f'{attribute}="{name}" points nowhere' for attribute, name in page.references if name not in page.ids]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        given = {name: value or "" for name, value in attrs}
        if tag in BLOCKS and (outer := next((o for o in self.open if o in PHRASING), None)):
            self.found.append(f"line {line}: <{tag}> inside <{outer}>")
        if tag in INTERACTIVE and given.get("type") != "hidden":
            outer = next((o for o in self.open if o in ("a", "button")), None)
            if outer:
                self.found.append(f"line {line}: <{tag}> inside <{outer}>")
        if tag in ("ul", "ol") and self.open and self.open[-1] in ("ul", "ol"):
            self.found.append(f"line {line}: <{tag}> directly inside <{self.open[-1]}>")
        if tag == "img" and "alt" not in given:
            self.found.append(f"line {line}: <img> without alt")
        if "style" in given or any(name.startswith("on") for name in given):
            self.found.append(f"line {line}: inline style or script on <{tag}>")
        if "id" in given:
            if not given["id"] or re.search(r"\s", given["id"]):
                self.found.append(f"line {line}: bad id {given['id']!r}")
            self.ids.append(given["id"])
        for attribute in REFERENCES:
            self.references += [(attribute, name) for name in given.get(attribute, "").split()]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


class _Parts(Tokens):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: dict[str, None] = {}

    @classmethod
    def of(cls, source: str) -> tuple[str, ...]:
        page = cls()
        page.feed(source)
        return tuple(page.found)

    def path(self, *last: str) -> str:
        return "/".join([*(one for _tag, one in self.open), *last])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = [f"{n}={v}" if n in TELLING or _says_a_state(n) else f"{n}{not v}" for n, v in attrs]
        one = f"{tag}[{' '.join(sorted(told))}]"
        self.found[self.path(one)] = None
        if tag not in VOID:
            self.open.append((tag, one))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _one in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not data.isspace():
            self.found[self.path("words")] = None  # a link or a heading without any is another one


def _says_a_state(attribute: str) -> bool:
    return attribute.startswith("aria-") and attribute not in (*REFERENCES, "aria-label")
