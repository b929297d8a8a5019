"""Addresses that the site decides and every layer may link to."""

from functools import lru_cache

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import get_script_prefix, get_urlconf, reverse


def start_page() -> str:
    """The path of the page that everyone begins at (``LOGIN_REDIRECT_URL``)."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def absolute_url(path: str) -> str:
    """``path`` with the site's address before it, for a link in a mail."""
    return f"{settings.SITE_URL}{path}"


def address(name: str, *args: str | int, current_app: str = "") -> str:
    """As ``reverse``, remembered: a page has dozens of addresses, and most stood on the one before. NoReverseMatch as there."""
    return _address(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), current_app, name, *args)


@lru_cache(maxsize=2048, typed=True)
def _address(urlconf: str, _prefix: str, current_app: str, name: str, *args: str | int) -> str:
    return reverse(name, urlconf=urlconf, args=args, current_app=current_app or None)
