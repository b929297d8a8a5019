"""What changed in a project itself: its name, phase, purpose and mark, and who joined or left its team."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Project, TeamChange
from assessments.models.project import Confidentiality
from assessments.queries.history import ChangedField, HistoryEntry


def project_history(project: Project) -> list[HistoryEntry]:
    """The newest first. Two queries."""
    rows = project.history.select_related("history_user", "phase").order_by("history_date", "history_id")
    changes = TeamChange.objects.filter(project=project).select_related("person", "by").order_by("at", "pk")
    return sorted([*_own(list(rows)), *_team(changes)], key=lambda entry: entry.when, reverse=True)


def _who(person: Any) -> str:
    return str(person) if person else _("Person nicht festgehalten")


def _own(rows: list[Any]) -> Iterable[HistoryEntry]:
    for number, row in enumerate(rows):
        if not number:
            yield HistoryEntry(row.history_date, _who(row.history_user), _("Projekt angelegt"))
            continue
        fields = tuple(_differences(rows[number - 1], row))
        if fields:
            yield HistoryEntry(row.history_date, _who(row.history_user), _("Projekt geändert"), changes=fields)


def _differences(old: Any, new: Any) -> Iterable[ChangedField]:
    marks = {str(key): str(label) for key, label in Confidentiality.choices}
    if old.name != new.name:
        yield ChangedField(_("Name"), old.name, new.name)
    if old.phase_id != new.phase_id:
        yield ChangedField(_("Phase"), old.phase.label, new.phase.label)
    if old.summary != new.summary:
        yield ChangedField(_("Worum es geht"), old.summary, new.summary, is_text=True)
    if old.confidentiality != new.confidentiality:
        yield ChangedField(_("Vertraulichkeit"), marks[old.confidentiality], marks[new.confidentiality])


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
            entry = HistoryEntry(change.at, _who(change.by), _("Projektteam geändert"), changes=(field,))
        latest = (change.at, change.by_id)
    if entry is not None:
        yield entry
