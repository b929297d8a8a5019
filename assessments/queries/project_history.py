"""What changed around a project's rounds: the project itself, its team, its measures, and the links to its profiles."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Measure, MeasureStatus, Project, ProjectPaper, RoundPaper, ShareLink, TeamChange
from assessments.models.project import Confidentiality, FieldOfAction
from assessments.queries.history import ChangedField, HistoryEntry
from assessments.queries.row_history import IN_TIME, Differences, row_entries, who_did, yes_or_no
from assessments.sentences import day_text
from catalogue.models import Criterion


def project_history(project: Project, *, with_links: bool) -> list[HistoryEntry]:
    """The newest first. Five queries; one more ``with_links``, the managers' matter, and one where measures name criteria."""
    rows = project.history.select_related("history_user", "phase").order_by(*IN_TIME)
    changes = TeamChange.objects.filter(project=project).select_related("person", "by").order_by("at", "pk")
    measures = Measure.history.filter(project_id=project.pk).select_related("history_user", "owner").order_by(*IN_TIME)
    entries = [*_own(rows), *_team(changes), *_measures(measures), *_papers(project)]
    if with_links:
        links = ShareLink.history.filter(assessment__project_id=project.pk).select_related("history_user")
        entries += _links(links.order_by(*IN_TIME))
    return sorted(entries, key=lambda entry: entry.when, reverse=True)


def _papers(project: Project) -> Iterable[HistoryEntry]:
    """What was filled in for a council paper, of the project and of its rounds. Two queries."""
    own = ProjectPaper.history.filter(project_id=project.pk).select_related("history_user", "contact").order_by(*IN_TIME)
    rounds = RoundPaper.history.filter(assessment__project_id=project.pk).select_related("history_user", "assessment")
    words = {"+": _("Angaben für die Vorlage eingetragen"), "~": _("Angaben für die Vorlage geändert")}
    for rows, model in ((own, ProjectPaper), (rounds.order_by(*IN_TIME), RoundPaper)):
        yield from row_entries(
            rows, words | {"-": ""}, title=_paper_title, differences=partial(_paper_differences, model), first=_paper_first
        )


def _paper_title(row: Any) -> str:
    return str(row.assessment.round_label) if hasattr(row, "assessment_id") else ""


def _paper_first(row: Any) -> Differences:
    model = RoundPaper if hasattr(row, "assessment_id") else ProjectPaper
    yield from (field for field in _paper_differences(model, model(), row) if field.before != field.after)


def _paper_differences(model: Any, old: Any, new: Any) -> Differences:
    for name in model.FIELDS:
        field = model._meta.get_field(name)
        is_text = field.get_internal_type() == "TextField"
        yield ChangedField(str(field.verbose_name), _said(old, name), _said(new, name), is_text=is_text)


def _said(row: Any, name: str) -> str:
    return str(getattr(row, name) or "")


def _measures(rows: Any) -> Iterable[HistoryEntry]:
    keys = {row.criterion_key for row in rows} - {""}
    titles = {one.key: str(one.title) for one in Criterion.objects.filter(key__in=keys).order_by("edition")} if keys else {}

    def criterion(row: Any) -> str:
        return titles.get(row.criterion_key, row.criterion_key) or "–"

    def differences(old: Any, new: Any) -> Differences:
        marks = {str(key): str(label) for key, label in MeasureStatus.choices}
        yield ChangedField(_("Was"), old.text, new.text, is_text=True)
        yield ChangedField(_("Wer"), _owner(old), _owner(new))
        yield ChangedField(_("Bis wann"), day_text(old.due_on), day_text(new.due_on))
        yield ChangedField(_("Stand"), marks[old.status], marks[new.status])
        yield ChangedField(_("Kriterium"), criterion(old), criterion(new))

    words = {"+": _("Maßnahme hinzugefügt"), "~": _("Maßnahme geändert"), "-": _("Maßnahme gelöscht")}
    return row_entries(rows, words, title=lambda row: row.text, differences=differences)


def _owner(row: Any) -> str:
    return str(row.owner) if row.owner else row.owner_text or "–"


def _links(rows: Any) -> Iterable[HistoryEntry]:
    def differences(old: Any, new: Any) -> Differences:
        yield ChangedField(_("Für wen"), old.purpose, new.purpose)
        yield ChangedField(_("Gültig bis"), day_text(old.expires_on), day_text(new.expires_on))
        yield ChangedField(_("Namen von Personen zeigen"), yes_or_no(old.with_names), yes_or_no(new.with_names))
        if old.revoked_at is None and new.revoked_at is not None:
            yield ChangedField(_("Stand"), _("gültig"), _("widerrufen"))

    words = {"+": _("Link angelegt"), "~": _("Link geändert"), "-": _("Link gelöscht")}
    return row_entries(rows, words, title=lambda row: row.purpose, differences=differences)


def _own(rows: Any) -> Iterable[HistoryEntry]:
    def differences(old: Any, new: Any) -> Differences:
        marks = {str(key): str(label) for key, label in Confidentiality.choices}
        fields = {str(key): str(label) for key, label in FieldOfAction.choices}
        yield ChangedField(_("Name"), old.name, new.name)
        yield ChangedField(_("Phase"), old.phase.label, new.phase.label)
        yield ChangedField(_("Worum es geht"), old.summary, new.summary, is_text=True)
        yield ChangedField(_("Handlungsfeld"), fields[old.field], fields[new.field])
        yield ChangedField(_("Vertraulichkeit"), marks[old.confidentiality], marks[new.confidentiality])

    words = {"+": _("Projekt angelegt"), "~": _("Projekt geändert")}  # a project that is gone has no such page
    return row_entries(rows, words, title=lambda row: "", differences=differences)


def _team(changes: Iterable[TeamChange]) -> Iterable[HistoryEntry]:
    """Who joined and left with one click is one entry."""
    entry: HistoryEntry | None = None
    latest: tuple[Any, ...] = ()
    for change in changes:
        label = _("dazugekommen") if change.joined else _("ausgeschieden")
        field = ChangedField(label, "", str(change.person) if change.person else _("gelöschte Person"))
        if entry is not None and latest[1] == change.by_id and (change.at - latest[0]).total_seconds() < 1:
            entry = HistoryEntry(entry.when, entry.who, entry.what, changes=(*entry.changes, field))
        else:
            if entry is not None:
                yield entry
            entry = HistoryEntry(change.at, who_did(change.by), _("Projektteam geändert"), changes=(field,))
        latest = (change.at, change.by_id)
    if entry is not None:
        yield entry
