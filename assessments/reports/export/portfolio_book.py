"""The portfolio as a spreadsheet: projects, their gates, what they wait for and what is overdue. In the active language."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.reports.export.book import Book, BookCell, BookSheet, Value
from assessments.reports.export.table import yes_or_no
from assessments.reports.portfolio import texts
from assessments.reports.portfolio.model import Portfolio, PortfolioRow, StreamFigure
from assessments.reports.profile.statements import active_language
from assessments.scoring import NOT_EXAMINED
from assessments.validity import Validity


def portfolio_book(portfolio: Portfolio) -> Book:
    """Seven sheets. The same portfolio gives the same book."""
    day = date_format(portfolio.as_of)
    title = _("Portfolio %(municipality)s") % {"municipality": portfolio.municipality}
    return Book(
        title=title,
        author=portfolio.municipality,
        language=active_language(),
        day=portfolio.as_of,
        heading=f"{title} · {day}",
        footing=_("Zahlen aus den freigegebenen Bewertungen, Maßnahmen und laufende Runden vom %(day)s") % {"day": day},
        of_pages=_("Seite %(page)s von %(pages)s"),
        sheets=(
            _projects(portfolio),
            _streams(portfolio),
            _gates(portfolio),
            _obstacles(portfolio),
            _overdue(portfolio),
            _ageing(portfolio),
            _changes(portfolio),
        ),
    )


def _all_rows(portfolio: Portfolio) -> list[PortfolioRow]:
    """The municipality itself first, as on the page: it is no project, so it is not there among some that were chosen."""
    return sorted(portfolio.listed, key=lambda row: not row.is_municipality_wide)


def _projects(portfolio: Portfolio) -> BookSheet:
    """No more columns than can be read on paper; the workstreams have a sheet of their own."""
    sheet = BookSheet(
        _("Portfolio"),
        (30, 16, 12, 13, 12, 14, 14, 11, 11, 13, 12, *((22,) if portfolio.sees_running else ())),
        frozen_columns=1,
    )
    sheet.note(_("Portfolio %(municipality)s") % {"municipality": portfolio.municipality}, look="title")
    sheet.note(texts.standing(portfolio))
    sheet.empty()
    head = [_("Projekt"), _("Phase"), _("Runde"), _("Freigegeben am"), _("Alle Kriterien"), _("eingeschätzt")]
    head += [_("Veränderung"), _("gesunken"), _("gestiegen"), _("Maßnahmen offen"), _("davon überfällig")]
    if portfolio.sees_running:
        head.append(_("Läuft"))
    sheet.table(head, [_project(portfolio, row) for row in _all_rows(portfolio)])
    return sheet


def _project(portfolio: Portfolio, row: PortfolioRow) -> list[Value | BookCell]:
    overall = row.overall
    change = overall.change if overall else None
    cells: list[Value | BookCell] = [
        row.name,
        "" if row.is_municipality_wide else row.phase_label,
        *_round(row),
        *_figure(overall),
        BookCell(change, "signed_mean"),
        row.fallen if change is not None else None,
        row.risen if change is not None else None,
        row.measures_open,
        row.measures_overdue,
    ]
    if portfolio.sees_running:
        running = f"{row.running.round_label}, {row.running.state_label}" if row.running else ""
        cells.append("; ".join(filter(None, (running, row.stale))))
    return cells


def _streams(portfolio: Portfolio) -> BookSheet:
    sheet = BookSheet(_("Workstreams"), (30, 12, 13, *([18, 14] * len(portfolio.streams))), frozen_columns=1)
    head = [_("Projekt"), _("Runde"), _("Freigegeben am")]
    for _key, name in portfolio.streams:
        head += [name, _("eingeschätzt")]
    keys = [key for key, _name in portfolio.streams]
    sheet.table(
        head,
        [
            [row.name, *_round(row), *(cell for key in keys for cell in _figure(row.figure(key)))]
            for row in _all_rows(portfolio)
        ],
    )
    return sheet


def _round(row: PortfolioRow) -> list[Value]:
    return [row.record.round_label, row.record.on] if row.record else [texts.without_record(row), None]


def _figure(figure: StreamFigure | None) -> list[Value | BookCell]:
    if figure is None:
        return [None, None]
    rated = _("%(n)d von %(m)d") % {"n": figure.n, "m": figure.m}
    return [figure.mean, _("%(rated)s, vorläufig") % {"rated": rated} if figure.is_provisional else rated]


def _gates(portfolio: Portfolio) -> BookSheet:
    sheet = BookSheet(_("Phasentore"), (30, 22, 18, 70), frozen_columns=1)
    sheet.table(
        [_("Projekt"), _("Phasentor"), _("Stand"), _("Erklärung")],
        [
            [row.name, gate.label, gate.state_label, " ".join((gate.summary, *texts.dropped(gate.dropped)))]
            for row in _all_rows(portfolio)
            for gate in row.gates
        ],
    )
    return sheet


def _obstacles(portfolio: Portfolio) -> BookSheet:
    """One row for each milestone that a project's own gate waits for, so that one can filter and count."""
    names = dict(portfolio.streams)
    sheet = BookSheet(_("Offene Meilensteine"), (30, 22, 50, 40), frozen_columns=1)
    rows: list[list[Value]] = [
        [row.name, row.gate.label, one.title, ", ".join(names.get(key, key) for key in one.workstreams)]
        for row in _all_rows(portfolio)
        if row.gate
        for one in row.gate.obstacles
    ]
    sheet.table([_("Projekt"), _("Phasentor"), _("Kriterium"), _("Workstreams")], rows)
    if not rows:
        sheet.note(_nothing_waits(portfolio))
    return sheet


def _nothing_waits(portfolio: Portfolio) -> str:
    """Less than it seems where gates were not examined; the municipality's own is among them, as in the rows."""
    gates = [row.gate for row in portfolio.listed if row.gate is not None]
    if not gates:
        return _("Dazu ist nichts freigegeben.")
    return texts.no_gate_waits(sum(gate.state == NOT_EXAMINED for gate in gates))


def _overdue(portfolio: Portfolio) -> BookSheet:
    sheet = BookSheet(_("Überfällige Maßnahmen"), (30, 70, 26, 13), frozen_columns=1)
    sheet.table(
        [_("Projekt"), _("Maßnahme"), _("Wer"), _("Bis wann")],
        [[one.project, one.text, one.who, one.due_on] for one in portfolio.overdue],
    )
    if not portfolio.overdue:
        sheet.note(_("Keine Maßnahme ist überfällig."))
    return sheet


def _ageing(portfolio: Portfolio) -> BookSheet:
    sheet = BookSheet(_("Nachweise, die ablaufen"), (30, 60, 40, 13, 18, 18), frozen_columns=1)
    sheet.table(
        [_("Projekt"), _("Nachweis"), _("Kriterium"), _("Gilt bis"), _("Abgelaufen"), _("Nur abgelaufene Nachweise")],
        [
            [
                one.project,
                one.text,
                one.title,
                one.valid_until,
                yes_or_no(one.validity == Validity.EXPIRED.value),
                yes_or_no(one.only_expired),
            ]
            for one in portfolio.ageing
        ],
    )
    if not portfolio.ageing:
        sheet.note(_("Kein Nachweis ist abgelaufen oder läuft in den nächsten 90 Tagen ab."))
    return sheet


def _changes(portfolio: Portfolio) -> BookSheet:
    """What each change stands on: how many criteria are rated in both rounds, and what nobody has looked at."""
    sheet = BookSheet(_("Veränderungen"), (30, 12, 14, 11, 11, 16, 14), frozen_columns=1)
    rows: list[list[Value | BookCell]] = [
        [
            row.name,
            row.record.round_label if row.record else "",
            BookCell(row.overall.change, "signed_mean"),
            row.fallen,
            row.risen,
            row.unconfirmed,
            _("%(n)d von %(m)d") % {"n": row.overall.change_n, "m": row.beside},
        ]
        for row in _all_rows(portfolio)
        if row.overall is not None and row.beside
    ]
    head = [_("Projekt"), _("Runde"), _("Veränderung"), _("gesunken"), _("gestiegen"), _("nur übernommen"), _("verglichen")]
    sheet.table(head, rows)
    if not rows:
        sheet.note(_("Noch gibt es keine zwei Runden, die sich vergleichen ließen."))
    return sheet
