"""The sentences that say what a chart shows, and the way figures are written."""

from collections.abc import Sequence

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.sentences import listing

#: Up to this many values are read out one by one; beyond, the sentence names the extremes and the table has the rest.
READ_OUT = 8


def figure(value: float | None) -> str:
    """A level or mean to one decimal in the active language („2,4“); whole levels stay whole. None is „–“, never 0."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else str(floatformat(round(value, 6), 1))


def values_sentence(name: str, labels: Sequence[str], values: Sequence[float | None]) -> str:
    """„Jetzt: Finanziell 2,4, Technisch 1,8.“ — or, for many values, the highest, the lowest and how many are missing."""
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    if not known:
        return _("%(name)s: noch keine Werte.") % {"name": name}
    if len(labels) <= READ_OUT:
        read = ", ".join(f"{label} {figure(value)}" for label, value in zip(labels, values, strict=True))
        return f"{name}: {read}."
    lowest, highest = min(v for _l, v in known), max(v for _l, v in known)
    missing = len(labels) - len(known)
    if lowest == highest:
        text = _("%(name)s: überall %(value)s.") % {"name": name, "value": figure(highest)}
    else:
        text = _("%(name)s: von %(lowest)s (%(low)s) bis %(highest)s (%(high)s).") % {
            "name": name,
            "lowest": figure(lowest),
            "low": _some([label for label, value in known if value == lowest]),
            "highest": figure(highest),
            "high": _some([label for label, value in known if value == highest]),
        }
    if missing:
        text += " " + ngettext("%(count)d ohne Wert.", "%(count)d ohne Wert.", missing) % {"count": missing}
    return text


def _some(labels: Sequence[str], most: int = 3) -> str:
    if len(labels) <= most:
        return listing(labels)
    rest = len(labels) - most + 1
    return listing([*labels[: most - 1], ngettext("%(count)d weiteres", "%(count)d weitere", rest) % {"count": rest}])


def see_table() -> str:
    return _("Alle Werte stehen in der Tabelle daneben.")
