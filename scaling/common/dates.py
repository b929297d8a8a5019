"""The one range of dates people enter: what lies outside is a slip of the keyboard („0202“), wherever it is typed."""

from datetime import date

from django.utils.translation import gettext as _

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def date_problem(day: date | None) -> str:
    """A sentence for a day that cannot be meant, empty for one that can and for none."""
    if day is None or EARLIEST <= day <= LATEST:
        return ""
    return _("Das Jahr %(year)s kann nicht stimmen.") % {"year": day.year}
