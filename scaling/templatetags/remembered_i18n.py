"""Django's own tags for translated templates, found as ``i18n`` by ``TEMPLATES``, of which ``{% trans %}`` remembers.

To look up each time the texts that stand in the templates themselves was a tenth of what a form cost.
"""

from typing import Any

from django import template
from django.template.base import Node, Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class RememberedText(Node):
    """A text that depends on nothing but the language: it is looked up once in each. What a template says is never escaped."""

    def __init__(self, node: Any) -> None:
        self.node, self.asvar = node, node.asvar
        node.asvar = None
        self._kept: dict[str | None, str] = {}

    def render(self, context: Any) -> str:
        language = get_language()
        text = self._kept.get(language)
        if text is None:
            text = self._kept[language] = self.node.render(context)
        if self.asvar:
            context[self.asvar] = text
            return ""
        return text


@register.tag("translate")
@register.tag("trans")
def trans(parser: Parser, token: Token) -> Node:
    """Django's own; what has a variable, a filter or a context goes its way."""
    node = i18n.do_translate(parser, token)
    said: Any = node.filter_expression
    is_text = said.var.literal is not None and not said.filters
    return RememberedText(node) if is_text and not node.noop and not node.message_context else node
