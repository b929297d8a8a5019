"""Curator pages as a browser meets them."""

from typing import Any

from django.urls import reverse


def address(name: str, *args: str) -> str:
    return reverse(f"catalogue:{name}", args=args)


def typed(page: Any, **changes: str) -> dict[str, Any]:
    """What a browser sends back from the page's form, with some fields changed."""
    form = page.context["form"]
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is None or value == []:
            continue
        data[bound.html_name] = bound.field.prepare_value(value)
    return data | changes
