"""The Kurzfassung as plain blocks of text, to be written as a text document or copied from a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.council_paper import PAPER_NAMES
from assessments.reports.profile import texts
from assessments.reports.profile.model import CouncilPaper, Figure, MaturityProfile, PriorityItem

#: As many as the Kurzfassung proposes first.
PROPOSALS = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the title."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``is_written``: by people, in their own language, and not by us."""

    text: str
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedFacts:
    """Names, and what they are."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """``title`` says what it shows, also to whoever hears it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines to sign on."""

    labels: tuple[str, ...]


Block = Heading | Paragraph | Bullets | NamedFacts | TextTable | Lines


def blocks_of(profile: MaturityProfile) -> list[Block]:
    """In the profile's own language, which has to be active. Says what the Kurzfassung says; nothing is cut."""
    return [
        *_head(profile),
        *_standing(profile),
        *_in_the_way(profile),
        *_changed(profile),
        *_proposed(profile),
        *_measures(profile),
        *(_paper(profile.meta.paper) if profile.meta.paper else ()),
        *_foot(profile),
    ]


def _head(profile: MaturityProfile) -> Iterator[Block]:
    meta, paper = profile.meta, profile.meta.paper or CouncilPaper()
    yield Heading(meta.project, 1)
    if meta.project_summary:
        yield Paragraph(meta.project_summary, is_written=True)
    rows = [
        (_("Vertraulichkeit"), meta.confidentiality_label),
        (_("Kommune"), meta.municipality),
        (_("Bewertung"), f"{meta.round_label}, {meta.state_label}"),
        (_("Phase des Projekts"), meta.phase_label),
        (_("Stichtag"), date_format(meta.as_of)),
        (_("Freigegeben am"), date_format(meta.approved_on) if meta.approved_on else ""),
        (_("Freigegeben von"), meta.approved_by),
        (_("Dokumentnummer"), meta.record.number if meta.record else ""),
        *paper.facts,
    ]
    yield NamedFacts(tuple((name, value) for name, value in rows if value))
    if meta.is_draft:
        yield Paragraph(_("Diese Bewertung ist nicht freigegeben; die Angaben können sich ändern."))
    if meta.is_fictional:
        yield Paragraph(_("Kommune, Projekt und Antworten sind erfunden."))


def _standing(profile: MaturityProfile) -> Iterator[Block]:
    yield Heading(_("Wo stehen wir?"), 2)
    yield Paragraph(profile.headline)
    yield Paragraph(profile.overall.parts + (f" · {profile.overall.carried_over}" if profile.overall.carried_over else ""))
    head = [_("Gruppe"), *(str(one.level) for one in profile.scale)]
    head += [_("eingeschätzt"), _("Mittlere Stufe"), _("Mittel mit allen Zielen"), _("Veränderung")]
    figures = [(_("Alle Kriterien"), profile.overall), *((one.name, one) for one in profile.workstreams)]
    rows = tuple(_figure(name, one) for name, one in figures)
    yield TextTable(_("Wie viele Kriterien auf welcher Stufe stehen"), tuple(head), rows)
    yield Paragraph(profile.definitions.average)
    if any(one.average.is_provisional for _name, one in figures):
        yield Paragraph(_("„Vorläufig“: Weniger als drei Kriterien der Gruppe sind eingeschätzt, oder weniger als die Hälfte."))
    rows = tuple((gate.label, gate.state_label, gate.sentence) for gate in profile.gates)
    yield TextTable(_("Phasentore"), (_("Phasentor"), _("Stand"), _("Erklärung")), rows)


def _figure(name: str, figure: Figure) -> tuple[str, ...]:
    average, planned = figure.average, figure.planned.value
    mean = "–" if average.value is None else sentences.decimal(average.value)
    return (
        name,
        *map(str, figure.distribution.counts),
        _("%(n)s von %(m)s") % {"n": average.n, "m": average.m},
        _("%(mean)s, vorläufig") % {"mean": mean} if average.is_provisional else mean,
        "–" if planned is None else sentences.decimal(planned),
        "–" if figure.delta is None else sentences.signed(figure.delta, 1),
    )


def _in_the_way(profile: MaturityProfile) -> Iterator[Block]:
    gate = profile.current_gate
    yield Heading(_("Was hält uns auf?"), 2)
    if gate is None:
        return
    yield Paragraph(f"{gate.label}: {gate.sentence}")
    items = [f"{one.title}: {one.reason}" for one in gate.blockers] + [one.text for one in gate.dropped]
    if items:
        yield Bullets(tuple(items))


def _changed(profile: MaturityProfile) -> Iterator[Block]:
    changes = profile.changes
    if changes is None and not profile.overdue:
        return
    yield Heading(_("Was ist überfällig, was hat sich geändert?"), 2)
    if profile.overdue:
        yield Paragraph(_("Überfällig:"))
        yield Bullets(tuple(map(texts.with_terms, profile.overdue)))
    if changes is not None:
        if fell := texts.nothing_fell(profile.criteria):
            yield Paragraph(fell)
        yield Paragraph(f"{changes.sentence} {changes.mean_sentence}")
        moved = [one for one in changes.criteria_moved if one.change is not None]
        if moved:
            yield Bullets(tuple(f"{one.title}: {one.change.text}" for one in moved if one.change))


def _proposed(profile: MaturityProfile) -> Iterator[Block]:
    yield Heading(_("Was ist als Nächstes zu tun?"), 2)
    if not profile.priorities:
        yield Paragraph(profile.no_priorities)
        return
    yield Bullets(tuple(map(_proposal, profile.priorities[:PROPOSALS])))


def _proposal(item: PriorityItem) -> str:
    what = (
        _("Maßnahme: %(text)s") % {"text": texts.with_terms(item.measure)}
        if item.measure
        else _("Vorschlag aus dem Katalog: %(text)s") % {"text": item.next_step}
    )
    return f"{item.criterion.title} ({item.reason}). {what}"


def _measures(profile: MaturityProfile) -> Iterator[Block]:
    rows = [
        (one.text, one.who or "–", date_format(one.due_on) if one.due_on else "–", one.status_label)
        for one in profile.measures
        if one.is_open
    ]
    if rows:
        yield Heading(_("Laufende und geplante Maßnahmen"), 2)
        head = (_("Maßnahme"), _("Wer"), _("Bis wann"), _("Stand"))
        yield TextTable(_("Maßnahmen nach Termin"), head, tuple(rows))


def _paper(paper: CouncilPaper) -> Iterator[Block]:
    for name, text in paper.texts:
        yield Heading(name, 2)
        yield Paragraph(text, is_written=True)
    if paper.signatures:
        yield Heading(str(PAPER_NAMES["signatures"]), 2)
        yield Lines(paper.signatures)


def _foot(profile: MaturityProfile) -> Iterator[Block]:
    meta = profile.meta
    yield Heading(_("Grundlage"), 2)
    yield Paragraph(_("Kriterienkatalog, Ausgabe %(number)s.") % {"number": meta.edition})
    for note in (meta.level_scale_notice, meta.attribution):
        if note:
            yield Paragraph(note)
    if meta.record:
        yield Paragraph(
            _("Dokument %(number)s, Prüfsumme %(checksum)s. Prüfen: %(address)s")
            % {"number": meta.record.number, "checksum": meta.record.short_checksum, "address": meta.record.page}
        )


# --- As plain text ----------------------------------------------------------------------------------------------------------


def plain_text(blocks: list[Block]) -> str:
    """As it is pasted into a form: headings on lines of their own, tables row by row with tabs, a blank line between blocks."""
    return "\n\n".join(_plain(block) for block in blocks) + "\n"


def _plain(block: Block) -> str:
    match block:
        case Heading(text) | Paragraph(text):
            return text
        case Bullets(items):
            return "\n".join(f"– {item}" for item in items)
        case NamedFacts(rows):
            return "\n".join(f"{name}: {value}" for name, value in rows)
        case TextTable(title, head, rows):
            return "\n".join([f"{title}:", *("\t".join(row) for row in (head, *rows))])
        case Lines(labels):
            return "\n\n".join(f"______________________________\n{label}" for label in labels)
