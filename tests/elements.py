"""Markup read as a browser would: parsed by html5lib, whose strict parser refuses broken markup."""

from xml.etree.ElementTree import Element

import html5lib


def parse(html: str) -> Element:
    """A piece of a page. Raises ParseError for unclosed tags, duplicate attributes, a div inside a p and the like."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html, container="div")


def text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def classes(element: Element) -> list[str]:
    return (element.get("class") or "").split()
