"""The profile as the sheets of a workbook."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.models import ScoreState
from assessments.reports.export import figures
from assessments.reports.export.book import Book, BookCell, BookSheet, Cells, Value, parts_of
from assessments.reports.export.table import criterion_columns, evidence_text, previous_rationale, yes_or_no
from assessments.reports.profile import texts
from assessments.reports.profile.model import Changes, CriterionResult, Definitions, Figure, MaturityProfile, Meta
from assessments.scoring import DROPPED


def book_of(profile: MaturityProfile) -> Book:
    """Ten sheets, fewer where there is no round to compare with. In the profile's own language, which has to be active."""
    meta = profile.meta
    scores, place = _scores(profile)
    sheets = [
        _summary(profile),
        _figures(profile, place),
        scores,
        _words(profile),
        _priorities(profile),
        _milestones(profile),
        _measures(profile),
        *([_groups(profile, profile.changes, place)] if profile.changes else []),
        _comparison(profile),
        _trend(profile),
        _history(profile),
    ]
    return Book(
        title=_title(meta),
        author=meta.municipality,
        language=meta.language,
        day=meta.as_of,
        heading=" · ".join(filter(None, (meta.municipality, meta.project, _standing(meta), meta.confidentiality_label))),
        footing=_footing(meta),
        of_pages=_("Seite %(page)s von %(pages)s"),
        sheets=tuple(sheets),
    )


def _title(meta: Meta) -> str:
    return _("Reifeprofil %(project)s, %(round)s") % {"project": meta.project, "round": meta.round_label}


def _standing(meta: Meta) -> str:
    """„Runde 2, freigegeben, 20. März 2026“."""
    return f"{meta.round_label}, {meta.state_label}, {date_format(meta.approved_on or meta.as_of)}"


def _footing(meta: Meta) -> str:
    if meta.record is None:
        return _("Entwurf, nicht freigegeben")
    return _("Dokument %(number)s, Prüfsumme %(checksum)s …") % {
        "number": meta.record.number,
        "checksum": meta.record.short_checksum,
    }


# --- What it is about -------------------------------------------------------------------------------------------------------


def _summary(profile: MaturityProfile) -> BookSheet:
    meta, mark = profile.meta, profile.meta.record
    sheet = BookSheet(_("Zusammenfassung"), (34, 22, 11, 11, 60))
    sheet.note(_title(meta), look="title")
    sheet.note(profile.headline)
    sheet.empty()
    example = _("erfundenes Beispiel")
    sheet.fact(_("Kommune"), f"{meta.municipality} ({example})" if meta.is_fictional else meta.municipality)
    sheet.fact(_("Projekt"), meta.project)
    if meta.confidentiality:
        sheet.fact(_("Vertraulichkeit"), meta.confidentiality_label)
    if meta.phase_label:
        sheet.fact(_("Phase"), meta.phase_label)
    sheet.fact(_("Stand"), meta.state_label)
    sheet.fact(_("Stichtag"), meta.as_of)
    sheet.fact(_("Freigegeben am"), meta.approved_on)
    sheet.fact(_("Freigegeben von"), meta.approved_by)
    if mark is not None:
        sheet.fact(_("Dokumentnummer"), mark.number)
        sheet.fact(_("Prüfsumme (SHA-256)"), " ".join(mark.checksum_parts))
        sheet.fact(_("Fassung"), str(mark.rendition))
    sheet.fact(_("Katalogausgabe"), f"{meta.edition_title} ({meta.edition})")
    sheet.fact(_("Verglichen mit"), meta.compared.label if meta.compared else "")
    sheet.empty()
    sheet.line(_("Phasentor"), _("Stand"), _("erreicht"), _("von"), _("Erklärung"), look="head")
    for gate in profile.gates:
        sheet.line(gate.label, gate.state_label, gate.passed, gate.total, gate.sentence)
    sheet.empty()
    sheet.note(_("So wird gezählt"), look="bold")
    for name, definition in _defined(profile.definitions):
        sheet.fact(name, definition)
    for note in filter(None, (meta.level_scale_notice, meta.attribution)):
        sheet.note(note)
    return sheet


def _defined(one: Definitions) -> list[tuple[str, str]]:
    """What is counted, by its name, in the order of the PDF's method page."""
    return [
        (_("Stufen"), one.levels),
        (_("Mittlere Stufe"), one.average),
        (_("Verteilung und Median"), one.distribution),
        (_("Vorläufig"), one.provisional),
        (_("Bearbeitet"), one.coverage),
        (_("Unbestätigt"), one.unconfirmed),
        (_("Workstreams"), one.workstreams),
        (_("Ziel"), one.planned),
        (_("Abstand zum Ziel"), one.gap),
        (_("Veränderung"), one.change),
        (_("Verlauf"), one.trend),
        (_("Phasentor"), one.gates),
        (_("Prioritäten"), one.priorities),
        (_("Überfällig"), one.overdue),
    ]


def _groups_of(profile: MaturityProfile) -> list[tuple[str, Figure]]:
    parts = ((figure.name, figure) for figure in (*profile.workstreams, *profile.phases))
    return [(_("Alle Kriterien"), profile.overall), *parts]


def _figures(profile: MaturityProfile, place: figures.Place) -> BookSheet:
    sheet = BookSheet(_("Zahlen"), figures.WIDTHS, frozen_columns=1)
    rows = [
        figures.row_of(place, figure, profile, name, lambda column, row=row: Cells(sheet.name, row, column))  # type: ignore[misc]
        for row, (name, figure) in enumerate(_groups_of(profile), 1)
    ]
    sheet.table(figures.heads(profile), rows)
    return sheet


# --- Criteria ---------------------------------------------------------------------------------------------------------------


def _scores(profile: MaturityProfile) -> tuple[BookSheet, figures.Place]:
    """The criteria, and where each of their columns stands."""
    columns = criterion_columns(profile)
    places = {column.name: number for number, column in enumerate(columns)}
    sheet = BookSheet(
        _("Einschätzungen"),
        [column.width for column in columns],
        printed=sum(column.printed for column in columns),
        frozen_columns=2,
        levels=[places[name] for name in ("level", "target_level", "previous_level")],
    )
    looks = {"change": "signed"}
    sheet.table(
        [column.title for column in columns],
        [[BookCell(c.value(result), looks.get(c.name, "")) for c in columns] for result in profile.criteria],
    )

    def place(name: str) -> Cells:
        return Cells(sheet.name, 1, places[name], max(len(profile.criteria), 1), places[name])

    return sheet, place


def _words(profile: MaturityProfile) -> BookSheet:
    """What was written, in full: a cell beside the levels shows, and a row of a spreadsheet holds, only so much of it."""
    sheet = BookSheet(_("Begründungen und Nachweise"), (5, 30, 20, 95), frozen_columns=2)
    then = profile.changes.compared.label if profile.changes else ""
    rows: list[list[Value]] = []
    for result in profile.criteria:
        rows += _in_parts(result, _("Begründung, %(answer)s") % {"answer": result.answer_label}, result.rationale)
        rows += _in_parts(result, _("Nachweise"), evidence_text(result))
        rows += _in_parts(result, _("Begründung in %(round)s") % {"round": then}, previous_rationale(result))
    sheet.table([_("Nr."), _("Kriterium"), _("Was"), _("Text")], rows)
    if not rows:
        sheet.note(_("Noch wurde nichts begründet oder belegt."))
    return sheet


def _in_parts(result: CriterionResult, what: str, text: str) -> Iterable[list[Value]]:
    if not text:
        return
    for number, part in enumerate(parts_of(text, 95)):
        named = _("%(what)s (Fortsetzung)") % {"what": what} if number else what
        yield [result.number, result.title, named, part]


# --- What to do -------------------------------------------------------------------------------------------------------------


def _priorities(profile: MaturityProfile) -> BookSheet:
    sheet = BookSheet(_("Prioritäten"), (6, 32, 30, 7, 9, 42, 42), frozen_columns=2, levels=(3, 4))
    rows: list[list[Value]] = [
        [
            item.rank,
            item.criterion.title,
            item.reason,
            item.criterion.level,
            item.criterion.target_level,
            texts.with_terms(item.measure) if item.measure else "",
            item.next_step,
        ]
        for item in profile.priorities
    ]
    head = [_("Rang"), _("Kriterium"), _("Warum"), _("Stufe"), _("Zielstufe"), _("Nächste Maßnahme")]
    sheet.table([*head, _("Vorschlag aus dem Katalog")], rows)
    sheet.note(profile.definitions.priorities if rows else profile.no_priorities)
    return sheet


def _milestones(profile: MaturityProfile) -> BookSheet:
    """What holds a gate up and what does not count there, all of it."""
    sheet = BookSheet(_("Was aufhält"), (26, 22, 5, 40, 18, 8, 8, 44), levels=(5, 6))
    rows: list[list[Value]] = []
    for gate in profile.gates:
        for one in gate.blockers:
            milestone = [one.number, one.title, one.phase_label, one.level, one.required_level, one.reason]
            rows.append([gate.label, gate.state_label, *milestone])
        for dropped in gate.dropped:
            rows.append([gate.label, gate.state_label, dropped.number, dropped.title, "", None, None, dropped.text])
    head = [_("Phasentor"), _("Stand"), _("Nr."), _("Meilenstein"), _("Phase"), _("Stufe"), _("nötig"), _("Erklärung")]
    sheet.table(head, rows)
    if not rows:
        sheet.note(_("Kein Meilenstein fehlt, und keiner entfällt."))
    return sheet


def _measures(profile: MaturityProfile) -> BookSheet:
    sheet = BookSheet(_("Maßnahmen"), (60, 40, 28, 13, 22))
    rows: list[list[Value]] = [[m.text, m.criterion_title, m.who, m.due_on, m.status_label] for m in profile.measures]
    sheet.table([_("Maßnahme"), _("Kriterium"), _("Wer"), _("Bis wann"), _("Stand")], rows)
    if not rows:
        sheet.note(_("Es sind keine Maßnahmen vereinbart."))
    return sheet


# --- Rounds -----------------------------------------------------------------------------------------------------------------


def _groups(profile: MaturityProfile, changes: Changes, place: figures.Place) -> BookSheet:
    """How each group changed, like for like, and the eight kinds of change, which add up to all criteria of both rounds."""
    labels = sentences.kind_labels()
    sheet = BookSheet(_("Veränderung"), (28, 12, 9, 9, 13, 12, *[12] * len(labels)), frozen_columns=1)
    head = [
        _("Veränderung seit %(round)s") % {"round": changes.compared.label},
        _("in beiden Runden eingeschätzt"),
        _("deren Mittel vorher"),
        _("deren Mittel jetzt"),
        _("Veränderung"),
        _("Kriterien beider Runden"),
        *labels.values(),
    ]
    rows = [
        [
            BookCell(name),
            *figures.change_cells(place, figure, profile),
            BookCell(figure.change.kinds.total),
            *(BookCell(getattr(figure.change.kinds, kind)) for kind in labels),
        ]
        for name, figure in _groups_of(profile)
        if figure.change is not None
    ]
    sheet.table(head, rows)
    sheet.empty()
    sheet.note(changes.sentence)
    sheet.note(changes.mean_sentence)
    return sheet


def _comparison(profile: MaturityProfile) -> BookSheet:
    changes = profile.changes
    sheet = BookSheet(_("Vergleich"), (5, 60, 12, 12, 14, 30), frozen_columns=2, levels=(2, 3))
    if changes is None:
        sheet.note(_("Es gibt keine frühere freigegebene Runde."))
        return sheet
    rows: list[list[Value | BookCell]] = []
    for result in profile.criteria:
        change, previous = result.change, result.change.previous if result.change else None
        rows.append(
            [
                result.number,
                result.title,
                previous.level if previous else None,
                result.level,
                BookCell(change.delta if change else None, "signed"),
                change.label if change else "",
            ]
        )
    rows += [[None, title, None, None, None, sentences.kind_labels()[DROPPED]] for title in changes.dropped]
    head = [_("Nr."), _("Kriterium"), changes.compared.label, profile.meta.round_label, _("Veränderung")]
    sheet.table([*head, _("Art der Veränderung")], rows)
    return sheet


def _trend(profile: MaturityProfile) -> BookSheet:
    streams = [figure.name for figure in profile.workstreams]
    sheet = BookSheet(_("Verlauf"), (22, 14, 9, 11, 13, 10, 14, 14, *[16] * len(streams)), frozen_columns=1)
    rows: list[list[Value]] = [
        [
            point.label,
            point.on,
            point.average.value,
            _("vorläufig") if point.average.is_provisional else "",
            point.average.n,
            point.average.m,
            point.unconfirmed,
            yes_or_no(point.same_criteria) if number else "",
            *(average.value for average in point.workstreams),
        ]
        for number, point in enumerate(profile.trend.points)
    ]
    if profile.trend.planned is not None:
        rows.append([_("mit allen Zielen"), profile.trend.planned_on, profile.trend.planned])
    head = [_("Runde"), _("Stichtag"), _("Mittlere Stufe"), _("vorläufig"), _("eingeschätzt"), _("Kriterien")]
    head.append(_("davon nur übernommen"))
    sheet.table([*head, _("dieselben Kriterien wie davor"), *streams], rows)
    sheet.note(profile.definitions.trend)
    return sheet


def _history(profile: MaturityProfile) -> BookSheet:
    """Each criterion through the rounds: its level, or why there is none."""
    points = profile.trend.points
    rounds = [point.label for point in points]
    sheet = BookSheet(
        _("Verlauf je Kriterium"), (5, 50, *[14] * len(rounds)), frozen_columns=2, levels=range(2, 2 + len(rounds))
    )
    words = {str(state): str(state.label) for state in ScoreState}
    rows: list[list[Value]] = [
        [row.number, row.title, *(words[cell] if isinstance(cell, str) else cell for cell in row.cells)]
        for row in profile.history
    ]
    sheet.table([_("Nr."), _("Kriterium"), *rounds], rows)
    return sheet
