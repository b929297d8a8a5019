"""The profile as a spreadsheet: summary, scores, measures, comparison. Real numbers and dates; texts are never formulas."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.reports.export.table import Value, criterion_columns
from assessments.reports.profile.model import Changes, Figure, MaturityProfile, RecordMark
from assessments.scoring import DROPPED

#: What a cell can hold, by the file format.
MAX_CELL_LENGTH = 32_767


def render_xlsx(profile: MaturityProfile) -> bytes:
    """Four sheets. The file names the profile's own day as its making, so that the same profile gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    meta = profile.meta
    title = _("Reifeprofil %(project)s, %(round)s") % {"project": meta.project, "round": meta.round_label}
    book.set_properties({"title": title, "author": meta.municipality, "created": datetime.combine(meta.as_of, time())})
    formats = Formats(book)
    _summary(SheetWriter(book, formats, _("Zusammenfassung")), profile, title)
    _scores(SheetWriter(book, formats, _("Einschätzungen")), profile)
    _measures(SheetWriter(book, formats, _("Maßnahmen")), profile)
    _comparison(SheetWriter(book, formats, _("Vergleich")), profile)
    book.close()
    return out.getvalue()


class Formats:
    """The few looks of a cell."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        top: dict[str, Any] = {"valign": "top"}
        self.text = book.add_format({**top, "text_wrap": True})
        self.whole = book.add_format({**top, "num_format": "0"})
        self.mean = book.add_format({**top, "num_format": "0.0"})
        self.day = book.add_format({**top, "num_format": "dd.mm.yyyy", "align": "left"})
        self.head = book.add_format({**top, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E8ECF4"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({**top, "bold": True})


class SheetWriter:
    """A sheet that is written row by row."""

    def __init__(self, book: xlsxwriter.Workbook, formats: Formats, name: str) -> None:
        self.sheet = book.add_worksheet(name)
        self.formats = formats
        self.row = 0
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)

    def widths(self, widths: Iterable[int]) -> None:
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def line(self, values: Sequence[Value], look: Any = None) -> None:
        for column, value in enumerate(values):
            self._cell(column, value, look)
        self.row += 1

    def table(self, head: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Head and rows from here on, one after the other."""
        self.line(head, self.formats.head)
        for row in rows:
            self.line(row)

    def only_table(self, head: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """The sheet's one table: the head stays in sight, repeats on paper and can be filtered by."""
        self.table(head, rows)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.autofilter(0, 0, max(self.row - 1, 1), len(head) - 1)

    def _cell(self, column: int, value: Value, look: Any) -> None:
        formats = self.formats
        if value is None or value == "":
            self.sheet.write_blank(self.row, column, None, look or formats.text)
        elif isinstance(value, str):
            text = value if len(value) <= MAX_CELL_LENGTH else value[: MAX_CELL_LENGTH - 1] + "…"
            self.sheet.write_string(self.row, column, text, look or formats.text)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, column, datetime.combine(value, time()), look or formats.day)
        else:
            self.sheet.write_number(
                self.row, column, value, look or (formats.mean if isinstance(value, float) else formats.whole)
            )


def _document(mark: RecordMark | None) -> list[tuple[str, Value]]:
    if mark is None:
        return []
    facts: list[tuple[str, Value]] = [(_("Dokumentnummer"), mark.number), (_("Prüfsumme (SHA-256)"), mark.checksum)]
    return [*facts, (_("Fassung"), mark.rendition)]


def _summary(sheet: SheetWriter, profile: MaturityProfile, title: str) -> None:
    meta, formats = profile.meta, sheet.formats
    sheet.widths([34, *[14] * 22])
    sheet.line([title], formats.title)
    sheet.sheet.freeze_panes(1, 0)
    example = _("erfundenes Beispiel")
    facts: list[tuple[str, Value]] = [
        (_("Kommune"), f"{meta.municipality} ({example})" if meta.is_fictional else meta.municipality),
        (_("Projekt"), meta.project),
        *([(_("Vertraulichkeit"), meta.confidentiality_label)] if meta.confidentiality else []),
        (_("Phase"), meta.phase_label),
        (_("Stand"), meta.state_label),
        (_("Stichtag"), meta.as_of),
        (_("Freigegeben am"), meta.approved_on),
        (_("Freigegeben von"), meta.approved_by),
        *_document(meta.record),
        (_("Katalogausgabe"), f"{meta.edition_title} ({meta.edition})"),
        (_("Verglichen mit"), meta.compared.label if meta.compared else ""),
    ]
    for name, value in facts:
        sheet.line([name, value])
    sheet.line([])
    head = [
        _("Gruppe"),
        _("Mittlere Stufe"),
        _("vorläufig"),
        _("Median"),
        *(_("auf Stufe %(level)s") % {"level": level.level} for level in profile.scale),
        _("Ziel"),
        _("Kriterien"),
        _("eingeschätzt"),
        _("weiß nicht"),
        _("trifft nicht zu"),
        _("offen"),
        _("davon bestätigt"),
        _("davon nur übernommen"),
        _("Veränderung"),
        _("in beiden Runden eingeschätzt"),
        _("deren Mittel vorher"),
        _("deren Mittel jetzt"),
    ]
    figures = [
        (_("Alle Kriterien"), profile.overall),
        *((figure.name, figure) for figure in profile.workstreams + profile.phases),
    ]
    sheet.table(head, [_figure(name, figure) for name, figure in figures])
    sheet.line([])
    sheet.table(
        [_("Phasentor"), _("Stand"), _("erreicht"), _("von"), _("Was fehlt"), _("Was entfällt"), _("Erklärung")],
        [
            [
                gate.label,
                gate.state_label,
                gate.passed,
                gate.total,
                "; ".join(f"{b.title}: {b.reason}" for b in gate.blockers),
                "; ".join(f"{one.title}: {one.reason}" for one in gate.dropped),
                gate.sentence,
            ]
            for gate in profile.gates
        ],
    )
    if profile.changes is not None:
        _kinds(sheet, profile, profile.changes)
    sheet.line([])
    sheet.line([_("So wird gezählt")], formats.bold)
    definitions = profile.definitions
    notes = [getattr(definitions, name) for name in definitions.__slots__] + [meta.level_scale_notice, meta.attribution]
    for note in filter(None, notes):
        sheet.sheet.write_string(sheet.row, 0, note)
        sheet.row += 1


def _figure(name: str, figure: Figure) -> list[Value]:
    counts, change = figure.counts, figure.change
    return [
        name,
        figure.average.value,
        _("vorläufig") if figure.average.is_provisional else "",
        figure.distribution.median,
        *figure.distribution.counts,
        figure.planned.value,
        counts.total,
        counts.rated,
        counts.unknown,
        counts.not_applicable,
        counts.open,
        counts.confirmed,
        counts.unconfirmed,
        *((change.delta, change.n, change.before, change.now) if change else (None,) * 4),
    ]


def _kinds(sheet: SheetWriter, profile: MaturityProfile, changes: Changes) -> None:
    """The eight kinds of change for all criteria and for each group; they add up to the number in the second column."""
    labels = sentences.kind_labels()
    sheet.line([])
    sheet.table(
        [_("Veränderung seit %(round)s") % {"round": changes.compared.label}, _("Kriterien beider Runden"), *labels.values()],
        [
            [name, figure.change.kinds.total, *(getattr(figure.change.kinds, kind) for kind in labels)]
            for name, figure in [
                (_("Alle Kriterien"), profile.overall),
                *((f.name, f) for f in (*profile.workstreams, *profile.phases)),
            ]
            if figure.change is not None
        ],
    )
    sheet.line([changes.sentence])
    sheet.line([changes.mean_sentence])


def _scores(sheet: SheetWriter, profile: MaturityProfile) -> None:
    columns = criterion_columns(profile)
    sheet.widths(column.width for column in columns)
    rows = [[column.value(result) for column in columns] for result in profile.criteria]
    sheet.only_table([column.title for column in columns], rows)
    sheet.sheet.freeze_panes(1, 2)


def _measures(sheet: SheetWriter, profile: MaturityProfile) -> None:
    sheet.widths([60, 40, 26, 12, 12])
    sheet.only_table(
        [_("Maßnahme"), _("Kriterium"), _("Wer"), _("Bis wann"), _("Stand")],
        [[m.text, m.criterion_title, m.who, m.due_on, m.status_label] for m in profile.measures],
    )


def _comparison(sheet: SheetWriter, profile: MaturityProfile) -> None:
    changes = profile.changes
    sheet.widths([5, 40, 12, 12, 12, 22, 60, 60])
    if changes is None:
        sheet.line([_("Es gibt keine frühere freigegebene Runde.")])
        return
    then, now = changes.compared.label, profile.meta.round_label
    rows: list[list[Value]] = []
    for result in profile.criteria:
        change, previous = result.change, result.change.previous if result.change else None
        rows.append(
            [
                result.number,
                result.title,
                previous.level if previous else None,
                result.level,
                change.delta if change else None,
                change.label if change else "",
                previous.rationale if previous else "",
                result.rationale,
            ]
        )
    rows += [[None, title, None, None, None, sentences.kind_labels()[DROPPED], "", ""] for title in changes.dropped]
    reasons = [_("Begründung in %(round)s") % {"round": label} for label in (then, now)]
    sheet.only_table([_("Nr."), _("Kriterium"), then, now, _("Veränderung"), _("Art der Veränderung"), *reasons], rows)
