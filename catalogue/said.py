"""A text of the catalogue in the active language, for pages that show a hundred of them."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language


def said(row: Any, field: str) -> Any:
    """``getattr(row, field)``: in the active language, in German where there is no such text.

    Looked up in the row itself. modeltranslation works out anew for each text which languages to try, and what is no text.
    """
    texts = vars(row)
    name = f"{field}_{get_language()}"
    if name in texts and (text := texts[name] or texts.get(f"{field}_{settings.MODELTRANSLATION_DEFAULT_LANGUAGE}")):
        return text
    return getattr(row, field)
