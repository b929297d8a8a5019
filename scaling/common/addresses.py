"""Addresses that the site decides and every layer may link to."""

from django.conf import settings
from django.shortcuts import resolve_url


def start_page() -> str:
    """The path of the page that everyone begins at (``LOGIN_REDIRECT_URL``)."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def absolute_url(path: str) -> str:
    """``path`` with the site's address before it, for a link in a mail."""
    return f"{settings.SITE_URL}{path}"
