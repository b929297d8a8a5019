"""Who changed what in a round, and when, with what stood before: from the histories of the round, its answers and proofs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.models import Assessment, AssessmentState, Evidence, Score
from assessments.queries.catalogue_cache import CachedEdition
from assessments.queries.neighbours import answer_label
from catalogue.models import Criterion


@dataclass(frozen=True)
class ChangedField:
    """One thing before and after, in words. ``is_text``: long enough to show the changed words."""

    label: str
    before: str
    after: str
    is_text: bool = False


@dataclass(frozen=True)
class HistoryEntry:
    """``who`` is empty for a person who is gone. ``key`` names the criterion, where the entry belongs to one."""

    when: datetime
    who: str
    what: str
    key: str = ""
    title: str = ""
    changes: tuple[ChangedField, ...] = ()


def round_history(assessment: Assessment, guide: CachedEdition) -> list[HistoryEntry]:
    """The newest first. Four queries, five where answers are set aside. The answers of the start are one entry, that of the
    start.

    Entries of answers that were set aside have a title but no key: their criterion has no page in this round.
    """
    stored = list(Score.with_set_aside.filter(assessment=assessment).values_list("pk", "criterion", "set_aside_at"))
    current = {pk: criterion for pk, criterion, _away in stored}
    away = [criterion for _pk, criterion, since in stored if since is not None]
    gone = Criterion.objects.in_bulk(away) if away else {}
    scores = Score.history.filter(assessment_id=assessment.pk).select_related("history_user", "assigned_to")
    keys: dict[int, tuple[str, str]] = {}
    entries = [*_steps(Assessment.history.filter(id=assessment.pk).select_related("history_user"))]
    before: dict[int, Any] = {}
    for row in scores.order_by("history_date", "history_id"):
        number = current.get(row.id, row.criterion_id)
        criterion = guide.by_id.get(number)
        key = criterion.key if criterion else ""
        keys[row.id] = key, title = key, str(getattr(criterion or gone.get(number), "title", ""))
        if row.id in before:
            changes = tuple(_differences(before[row.id], row))
            confirmed = row.confirmed and not before[row.id].confirmed
            moved = (row.set_aside_at is None) != (before[row.id].set_aside_at is None)
            if moved:
                what = _("Antwort zurückgeholt") if row.set_aside_at is None else _("Antwort beiseitegelegt")
            else:
                what = _("Antwort geändert") if changes else _("Antwort bestätigt") if confirmed else ""
            if what:
                entries.append(HistoryEntry(row.history_date, _name(row), what, key, title, changes))
        before[row.id] = row
    started = min((entry.when for entry in entries), default=None)
    for row in Evidence.history.filter(score_id__in=list(keys)).select_related("history_user"):
        if row.history_type == "+" and started is not None and row.added_at < started:
            continue  # carried over with the start
        what = _("Nachweis entfernt") if row.history_type == "-" else _("Nachweis hinzugefügt")
        key, title = keys[row.score_id]
        entries.append(
            HistoryEntry(row.history_date, _name(row), what, key, title, (ChangedField(_("Nachweis"), "", row.text),))
        )
    return sorted(entries, key=lambda entry: entry.when, reverse=True)


def _name(row: Any) -> str:
    return str(row.history_user) if row.history_user else ""


def _steps(rows: Iterable[Any]) -> Iterable[HistoryEntry]:
    words = {
        AssessmentState.SUBMITTED: _("eingereicht"),
        AssessmentState.RETURNED: _("zurückgegeben"),
        AssessmentState.APPROVED: _("freigegeben"),
        AssessmentState.DRAFT: _("wieder geöffnet"),
    }
    state = None
    for row in sorted(rows, key=lambda row: (row.history_date, row.history_id)):
        if state is None:
            yield HistoryEntry(row.history_date, _name(row), _("Runde begonnen"))
        elif row.state != state:
            text = {"returned": row.return_comment, "draft": row.reopen_reason}.get(row.state, "")
            changes = (ChangedField(_("Anmerkung"), "", text),) if text else ()
            yield HistoryEntry(row.history_date, _name(row), words[AssessmentState(row.state)], changes=changes)
        state = row.state


def _differences(old: Any, new: Any) -> Iterable[ChangedField]:
    if (old.state, old.level) != (new.state, new.level):
        yield ChangedField(_("Einschätzung"), answer_label(old.state, old.level), answer_label(new.state, new.level))
    if old.rationale != new.rationale:
        yield ChangedField(_("Begründung"), old.rationale, new.rationale, is_text=True)
    if (old.target_level, old.target_date) != (new.target_level, new.target_date):
        yield ChangedField(_("Ziel"), _target(old), _target(new))
    if old.assigned_to_id != new.assigned_to_id:
        yield ChangedField(_("Zuständig"), str(old.assigned_to or "–"), str(new.assigned_to or "–"))


def _target(row: Any) -> str:
    level = "–" if row.target_level is None else _("Stufe %(level)s") % {"level": row.target_level}
    return f"{level}, {date_format(row.target_date, 'j. F Y')}" if row.target_date else level
