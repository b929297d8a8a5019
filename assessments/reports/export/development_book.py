"""How a municipality and its projects moved, as a spreadsheet: quarters, rounds, what moved and why. In the active language."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.reports.development import texts
from assessments.reports.development.model import Development, ProjectTrend, Quarter, Told
from assessments.reports.export.book import Book, BookCell, BookSheet, Value
from assessments.reports.export.table import yes_or_no
from assessments.reports.profile.statements import active_language
from catalogue.levels import LEVELS


def development_book(development: Development, told: Told) -> Book:
    """Three sheets. The same development gives the same book."""
    day = date_format(development.as_of)
    title = _("Entwicklung %(municipality)s") % {"municipality": development.municipality}
    return Book(
        title=title,
        author=development.municipality,
        language=active_language(),
        day=development.as_of,
        heading=f"{title} · {day}",
        footing=_("Zahlen aus den freigegebenen Bewertungen und den Maßnahmen vom %(day)s") % {"day": day},
        of_pages=_("Seite %(page)s von %(pages)s"),
        sheets=(_quarters(development, title), _rounds(development), _moved(development, told)),
    )


def _quarters(development: Development, title: str) -> BookSheet:
    sheet = BookSheet(_("Quartale"), (20, 11, 11, 14, 14, 14, 14, 14, 11, *([9] * len(LEVELS)), 14), frozen_columns=1)
    sheet.note(title, look="title")
    sheet.note(texts.standing(development))
    sheet.empty()
    head = [
        _("Quartal"),
        _("läuft noch"),
        _("Freigaben"),
        _("Meilensteine erreicht"),
        _("davon bei erster Freigabe"),
        _("Meilensteine verloren"),
        _("Phasentore erreicht"),
        _("Maßnahmen erledigt"),
        _("Projekte am Ende"),
        *(_("Stufe %(level)s") % {"level": level} for level in LEVELS),
        _("davon Phasentor erreicht"),
    ]
    sheet.table(head, [_quarter(one) for one in development.quarters])
    return sheet


def _quarter(one: Quarter) -> list[Value | BookCell]:
    happened = (one.approvals, one.reached + one.reached_at_first, one.reached_at_first, one.lost, one.gates, one.measures)
    running = yes_or_no(one.is_running)
    return [texts.quarter_name(one), running, *happened, one.speaking, *one.counts, one.gates_reached]


def _rounds(development: Development) -> BookSheet:
    """The municipality itself first, as it is no project."""
    sheet = BookSheet(_("Runden"), (30, 12, 13, 11, 14, 14, 12, 14, 14), frozen_columns=1)
    head = [
        *(_("Projekt"), _("Runde"), _("Freigegeben am"), _("Mittel"), _("eingeschätzt"), _("von Kriterien"), _("vorläufig")),
        *(_("Veränderung"), _("über Kriterien")),
    ]
    ordered = sorted(development.with_rounds, key=lambda one: not one.is_municipality_wide)
    sheet.table(head, [row for one in ordered for row in _points(one)])
    return sheet


def _points(trend: ProjectTrend) -> list[list[Value | BookCell]]:
    return [
        [
            *(trend.name, one.label, one.on, one.mean, one.n, one.m, yes_or_no(one.is_provisional)),
            BookCell(one.change, "signed_mean"),
            one.change_n if one.change is not None else None,
        ]
        for one in trend.rounds
    ]


def _moved(development: Development, told: Told) -> BookSheet:
    """One row for each criterion that fell or rose, falls of a round first, so that one can filter and count."""
    sheet = BookSheet(_("Was sich bewegt hat"), (30, 12, 13, 40, 12, 10, 10, 80), frozen_columns=1)
    rows: list[list[Value]] = [
        [
            *(one.project, one.label, one.on, move.title, _("gesunken") if move.is_fall else _("gestiegen")),
            *(move.before, move.now, move.reason),
        ]
        for one in development.moved
        for move in told.get(one.record_id, ())
    ]
    head = [_("Projekt"), _("Runde"), _("Freigegeben am"), _("Kriterium"), _("Veränderung"), _("von Stufe"), _("auf Stufe")]
    sheet.table([*head, _("Begründung")], rows)
    if not rows:
        sheet.note(_("Noch hat sich zwischen zwei Runden nichts bewegt."))
    if untold := texts.untold(development, told):
        sheet.note(untold)
    return sheet
