"""Who changed what in a round, and when, with what stood before: from its steps and the histories of answers and evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Assessment, Evidence, RecordRendition, RenditionReason, Score, TransitionKind
from assessments.models.round_step import RoundStep
from assessments.queries.neighbours import answer_label
from assessments.queries.people import with_people
from assessments.sentences import day_text
from catalogue.edition_cache import CachedEdition
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


#: Saves of one person on one criterion within this time are one step: people change an answer, not seven versions of it.
ONE_STEP = timedelta(minutes=10)


def round_history(assessment: Assessment, guide: CachedEdition) -> list[HistoryEntry]:
    """The newest first. Four queries, with the round as ``with_context`` fetches it; five where answers are set aside, and one
    more where the round was approved.

    The answers of the start are no entries of their own, nor is what somebody typed and took back within one step. Entries of
    answers that were set aside have a title but no key: their criterion has no page in this round.
    """
    stored = list(Score.with_set_aside.filter(assessment=assessment).values_list("pk", "criterion", "set_aside_at"))
    current = {pk: criterion for pk, criterion, _away in stored}
    away = [criterion for _pk, criterion, since in stored if since is not None]
    gone = Criterion.objects.in_bulk(away) if away else {}
    keys: dict[int, tuple[str, str]] = {}
    entries = [_step(step) for step in assessment.steps]
    if assessment.approval is not None:
        made = RecordRendition.objects.filter(record__assessment=assessment).select_related("record", "made_by")
        entries += [_rendition(one) for one in made.defer("record__document")]
    answers = list(Score.history.filter(assessment_id=assessment.pk).order_by("history_date", "history_id"))
    evidence = list(Evidence.history.filter(score_id__in={row.id for row in answers}))
    with_people([*answers, *evidence], "history_user", "assigned_to")
    for step in _answer_steps(answers):
        number = current.get(step.last.id, step.last.criterion_id)
        criterion = guide.by_id.get(number)
        key = criterion.key if criterion else ""
        keys[step.last.id] = key, title = key, str(getattr(criterion or gone.get(number), "title", ""))
        if step.before is not None:
            changes = tuple(_differences(step.before, step.last))
            confirmed = step.last.confirmed and not step.before.confirmed
            if _is_away(step.last) != _is_away(step.before):
                what = _("Antwort beiseitegelegt") if _is_away(step.last) else _("Antwort zurückgeholt")
            else:
                what = _("Antwort geändert") if changes else _("Antwort bestätigt") if confirmed else ""
            if what:
                entries.append(HistoryEntry(step.last.history_date, _name(step.last), what, key, title, changes))
    started = assessment.beginning.at if assessment.beginning else None
    entries += _evidence_entries(evidence, keys, started)
    return sorted(entries, key=lambda entry: entry.when, reverse=True)


def _evidence_entries(
    rows: Iterable[Any], keys: Mapping[int, tuple[str, str]], started: datetime | None
) -> Iterable[HistoryEntry]:
    """What was added, removed and dated anew. Days are told without „abgelaufen“: a log says what was done, not what is."""
    before: dict[int, Any] = {}
    for row in sorted(rows, key=lambda row: (row.history_date, row.history_id)):
        earlier, before[row.id] = before.get(row.id), row
        if row.history_type == "+" and started is not None and row.added_at < started:
            continue  # carried over with the start
        key, title = keys[row.score_id]
        changes = [ChangedField(_("Nachweis"), "", row.text)]
        if row.history_type == "~":
            what = _("Nachweis datiert")
            changes += _changed_days(earlier, row)
        else:
            what = _("Nachweis entfernt") if row.history_type == "-" else _("Nachweis hinzugefügt")
            changes += _changed_days(None, row) if row.history_type == "+" else []
        yield HistoryEntry(row.history_date, _name(row), what, key, title, tuple(changes))


def _changed_days(earlier: Any, row: Any) -> Iterable[ChangedField]:
    for name, label in (("dated_on", _("Datum des Nachweises")), ("valid_until", _("Gilt bis"))):
        old, new = getattr(earlier, name, None), getattr(row, name)
        if old != new:
            yield ChangedField(label, day_text(old) if earlier else "", day_text(new))


@dataclass
class AnswerStep:
    """What one person did to one answer in one go: the version before (None where the round began with it) and the last one."""

    before: Any
    first_at: datetime
    last: Any

    def goes_on_with(self, row: Any) -> bool:
        same = row.history_user_id is not None and row.history_user_id == self.last.history_user_id
        same = same and _is_away(row) == _is_away(self.last)
        return self.before is not None and same and row.history_date - self.first_at <= ONE_STEP


def _answer_steps(rows: Iterable[Any]) -> list[AnswerStep]:
    """``rows`` come in the order of time."""
    steps: list[AnswerStep] = []
    latest: dict[int, AnswerStep] = {}
    for row in rows:
        step = latest.get(row.id)
        if step is not None and step.goes_on_with(row):
            step.last = row
        else:
            latest[row.id] = AnswerStep(step.last if step else None, row.history_date, row)
            steps.append(latest[row.id])
    return steps


def _is_away(row: Any) -> bool:
    return row.set_aside_at is not None


def _name(row: Any) -> str:
    return str(row.history_user) if row.history_user else ""


def _step(step: RoundStep) -> HistoryEntry:
    what = _("Runde begonnen") if step.kind == TransitionKind.BEGIN else step.label
    changes = [ChangedField(_("Anmerkung"), "", step.note)] if step.note else []
    if step.kind == TransitionKind.MOVE:
        changes.append(ChangedField(_("Katalogausgabe"), step.from_edition, step.to_edition))
    return HistoryEntry(step.at, step.by, what, changes=tuple(changes))


def _rendition(made: RecordRendition) -> HistoryEntry:
    if made.reason == RenditionReason.ANONYMISED:
        what = _("Dateien ohne einen Namen neu erstellt")
    else:
        what = _("Dateien neu gestaltet")
    text = _("%(document)s, Fassung %(number)s") % {"document": made.record, "number": made.number}
    return HistoryEntry(made.made_at, str(made.made_by or ""), what, changes=(ChangedField(_("Dokument"), "", text),))


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
    return f"{level}, {day_text(row.target_date)}" if row.target_date else level
