"""Texts with their changed words marked."""

from django import template
from django.utils.safestring import SafeString

from scaling.worddiff import diff_html

register = template.Library()


@register.simple_tag
def worddiff(before: str, after: str) -> SafeString:
    """``after`` with the words marked that came and went since ``before``; both are escaped."""
    return diff_html(before, after)
