"""What the comparison says in words, in the active language. Pure."""

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from assessments.models import PeerBasis
from assessments.reports.peers.page import GroupFigure, PeerPage, PeerRow, Position
from assessments.reports.peers.quartiles import half, size_range
from assessments.sentences import decimal, listing, round_label

#: Of the projects that own values come from, as many as stand in a sentence.
MAX_NAMED = 4


def standing(page: PeerPage) -> str:
    """The lead: where the own values lie, or why that cannot be said yet."""
    if not page.has_figures:
        return _(
            "Noch gibt es nichts zu vergleichen: Zahlen erscheinen, sobald mindestens sieben Kommunen Werte gegeben haben. "
            "Neue Werte kommen wieder am %(day)s dazu."
        ) % {"day": date_format(page.next_on)}
    placed = [row for row in page.streams if row.key and row.place] or [row for row in page.streams if row.place]
    if not placed:
        return _not_placed(page)
    said = [
        words % {"streams": listing([row.title for row in placed if row.place == place])}
        for place, words in (
            (Position.ABOVE, _("über dem mittleren Bereich: %(streams)s")),
            (Position.WITHIN, _("im mittleren Bereich: %(streams)s")),
            (Position.BELOW, _("unter dem mittleren Bereich: %(streams)s")),
        )
        if any(row.place == place for row in placed)
    ]
    whose = _("Ihre Kommune liegt %(places)s.") if page.basis == PeerBasis.WHOLE else _("Ihre Projekte liegen %(places)s.")
    return whose % {"places": "; ".join(said)}


def _not_placed(page: PeerPage) -> str:
    """What is missing: something approved, or levels enough in it, or figures of the group about the same."""
    if page.records:
        return _("Aus dem, was freigegeben ist, ergibt sich noch kein Wert, der sich mit der Gruppe vergleichen lässt.")
    if page.basis == PeerBasis.WHOLE:
        return _("Sobald eine Bewertung der Kommune insgesamt freigegeben ist, stehen Ihre Werte neben denen der Gruppe.")
    return _("Sobald eine Bewertung eines Projekts freigegeben ist, stehen Ihre Werte neben denen der Gruppe.")


def place_name(row: PeerRow) -> str:
    """In a table's cell; "" where nothing can be said."""
    if row.place is None:
        return ""
    return {
        Position.BELOW: _("unter dem mittleren Bereich"),
        Position.WITHIN: _("im mittleren Bereich"),
        Position.ABOVE: _("über dem mittleren Bereich"),
    }[row.place]


def size_name(figure: GroupFigure) -> str:
    """„20 bis 49 Kommunen“."""
    first, last = size_range(figure.size)
    if last is None:
        return _("%(first)s Kommunen und mehr") % {"first": _whole(first)}
    return _("%(first)s bis %(last)s Kommunen") % {"first": _whole(first), "last": _whole(last)}


def _whole(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def spread(figure: GroupFigure) -> str:
    """„Median 2,5; die mittlere Hälfte von 1,5 bis 3,0“."""
    if figure.lower == figure.upper:
        return _("Median und mittlere Hälfte bei %(median)s") % {"median": decimal(figure.median)}
    values = {"median": decimal(figure.median), "lower": decimal(figure.lower), "upper": decimal(figure.upper)}
    return _("Median %(median)s; die mittlere Hälfte von %(lower)s bis %(upper)s") % values


def drawn(row: PeerRow) -> str:
    """What the drawing of a row shows: the own value where its dot stands, on half levels."""
    own = _("eigener Wert %(value)s") % {"value": decimal(half(row.own.mean))} if row.own and row.own.mean is not None else ""
    group = spread(row.figure) if row.figure else ""
    return _("Stufen von 0 bis 4: %(parts)s.") % {"parts": "; ".join(part for part in (own, group) if part)}


def sources(page: PeerPage) -> str:
    """From what the own values come."""
    if not page.records:
        return _("Noch ist nichts freigegeben, woraus sich ein eigener Wert ergibt.")
    if not any(row.own and row.own.mean is not None for row in page.rows):
        return _("In dem, was freigegeben ist, hat noch kein Kriterium eine Stufe.")
    if page.basis == PeerBasis.WHOLE:
        [record] = page.records
        return _("Ihre Werte: %(round)s, freigegeben am %(day)s.") % {
            "round": round_label(record.round),
            "day": date_format(record.on),
        }
    if len(page.records) <= MAX_NAMED:
        said = [f"{record.project} ({round_label(record.round)})" for record in page.records]
        return _("Ihre Werte aus den letzten freigegebenen Bewertungen: %(projects)s.") % {"projects": listing(said)}
    days = [record.on for record in page.records]
    return _("Ihre Werte aus den letzten freigegebenen Bewertungen von %(n)s Projekten, %(first)s bis %(last)s.") % {
        "n": len(days),
        "first": date_format(min(days)),
        "last": date_format(max(days)),
    }
