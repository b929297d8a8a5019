"""The profile of a municipality as a workbook, in the active language."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.reports.export.book import Book, BookCell, BookSheet, Value
from assessments.reports.municipal import texts
from assessments.reports.municipal.criterion import answers_to
from assessments.reports.municipal.model import CriterionEvidence, MunicipalProfile, StreamEvidence
from assessments.reports.profile.statements import active_language
from catalogue.levels import LEVELS


def municipal_book(profile: MunicipalProfile) -> Book:
    """Four sheets. The same profile gives the same book."""
    day = date_format(profile.as_of)
    title = _("%(municipality)s: Kommune insgesamt") % {"municipality": profile.municipality}
    return Book(
        title=title,
        author=profile.municipality,
        language=active_language(),
        day=profile.as_of,
        heading=f"{title} · {day}",
        footing=_("Aus den freigegebenen Bewertungen, Stand %(day)s. Eigene Antworten und Projekte werden nie gemittelt.")
        % {"day": day},
        of_pages=_("Seite %(page)s von %(pages)s"),
        sheets=(_criteria(profile), _streams(profile), _answers(profile), _projects(profile)),
    )


def _level_heads() -> list[str]:
    return [_("Projekte auf Stufe %(level)s") % {"level": level} for level in LEVELS]


def _criteria(profile: MunicipalProfile) -> BookSheet:
    sheet = BookSheet(_("Kriterien"), (44, 20, 13, *([10] * 5), 10, 10, 10, 10, 13, 60), frozen_columns=1, levels=(2,))
    sheet.note(_("%(municipality)s: Kommune insgesamt") % {"municipality": profile.municipality}, look="title")
    sheet.note(texts.standing(profile))
    for line in texts.own_gate(profile):
        sheet.note(line)
    sheet.empty()
    head = [_("Kriterium"), _("Phase"), _("Eigene Stufe"), *_level_heads()]
    head += [_("weiß nicht"), _("trifft nicht zu"), _("offen"), _("gefragt"), _("hält Projekte auf"), _("Widerspruch")]
    sheet.table(head, [_criterion(one) for one in profile.asked])
    return sheet


def _criterion(one: CriterionEvidence) -> list[Value | BookCell]:
    own: Value = one.own_note if one.own is None else one.own.label if one.own.level is None else one.own.level
    return [
        one.title,
        one.phase_label,
        own,
        *one.counts,
        len(one.unknown),
        len(one.not_applicable),
        len(one.open),
        one.m,
        len(one.holds_up),
        " ".join(found.sentence for found in one.disagreements),
    ]


def _streams(profile: MunicipalProfile) -> BookSheet:
    sheet = BookSheet(_("Workstreams"), (26, 13, 16, *([10] * 5), 12, *([12] * 5), 13, 13, 13), frozen_columns=1)
    head = [_("Workstream"), _("Eigenes Mittel"), _("eingeschätzt")]
    head += [_("Eigene auf Stufe %(level)s") % {"level": level} for level in LEVELS]
    head += [_("Veränderung")]
    head += [_("Antworten der Projekte auf Stufe %(level)s") % {"level": level} for level in LEVELS]
    head += [_("davon mit Stufe"), _("Antworten der Projekte"), _("Projekte")]
    sheet.table(head, [_stream(one) for one in profile.streams])
    return sheet


def _stream(one: StreamEvidence) -> list[Value | BookCell]:
    own = one.own
    return [
        one.name,
        BookCell(own.mean if own else None, "mean"),
        _("%(n)d von %(m)d") % {"n": own.n, "m": own.m} if own else "",
        *(own.counts if own else [None] * len(LEVELS)),
        BookCell(own.change if own else None, "signed_mean"),
        *one.counts,
        one.rated,
        one.asked,
        one.projects,
    ]


def _answers(profile: MunicipalProfile) -> BookSheet:
    """One row for each answer of a project, so that one can filter and count."""
    sheet = BookSheet(_("Antworten der Projekte"), (44, 30, 10, 18, 13, 16), frozen_columns=1, levels=(2,))
    rows = [row for one in profile.asked for row in _answers_to(one)]
    head = [_("Kriterium"), _("Projekt"), _("Stufe"), _("Stand"), _("hält auf"), _("widerspricht")]
    sheet.table(head, rows)
    if not rows:
        sheet.note(_("Noch ist keine Bewertung eines Projekts freigegeben."))
    return sheet


def _answers_to(one: CriterionEvidence) -> list[list[Value]]:
    yes = _("ja")
    return [
        [
            one.title,
            answer.project.name,
            answer.level,
            answer.state_label,
            yes if answer.is_held_up else "",
            yes if answer.contradicts else "",
        ]
        for answer in answers_to(one)
    ]


def _projects(profile: MunicipalProfile) -> BookSheet:
    sheet = BookSheet(_("Grundlage"), (34, 12, 15, 24, 16), frozen_columns=1)
    rows: list[list[Value]] = []
    if profile.own:
        record = profile.own.record
        rows.append([_("Kommune insgesamt"), record.round_label, record.on, record.number, profile.own.edition])
    for one in profile.projects:
        rows.append([one.name, one.record.round_label, one.record.on, one.record.number, one.edition])
    sheet.table([_("Projekt"), _("Runde"), _("Freigegeben am"), _("Dokument"), _("Katalogausgabe")], rows)
    if not rows:
        sheet.note(_("Dazu ist nichts freigegeben."))
    return sheet
