"""What a browser calls itself, in words a person knows it by."""

from django.utils.translation import gettext as _

#: In this order: nearly every browser names those it descends from, too.
_BROWSERS = (
    ("Edg", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_in_words(name: str) -> str:
    """„Firefox auf Windows“ for a header ``User-Agent``, with as much of it as is known."""
    browser = next((words for mark, words in _BROWSERS if mark in name), "")
    system = next((words for mark, words in _SYSTEMS if mark in name), "")
    if browser and system:
        return _("%(browser)s auf %(system)s") % {"browser": browser, "system": system}
    if system:
        return _("Browser auf %(system)s") % {"system": system}
    return browser or _("Unbekannter Browser")
