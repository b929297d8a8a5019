"""Markdown as people write it in reasons and catalogue texts, rendered to a small, safe set of HTML."""

from functools import lru_cache
from html import unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

ALLOWED_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "blockquote", "code", "h4", "h5", "h6"}
LINK_SCHEMES = {"http", "https", "mailto"}

# Raw HTML, images and tables stay text; nesting is bounded, since a parser's stack is not.
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).disable(
    ["image", "heading", "lheading", "code", "hr"]
)


@lru_cache(maxsize=512)  # the catalogue's texts are asked for at every request
def render_markdown(text: str) -> SafeString:
    """Return sanitised HTML: paragraphs, emphasis, lists, quotes and links to the web; everything else is shown as text."""
    html = nh3.clean(
        _parser.render(text),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes=LINK_SCHEMES,
        link_rel="noopener nofollow",
    )
    return mark_safe(html)  # noqa: S308 – cleaned one line above


def plain_text(text: str) -> str:
    """The words of such a text, without its marks."""
    return unescape(nh3.clean(render_markdown(text), tags=set()))
