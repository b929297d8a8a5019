"""Who changed what in a round, and when: from its steps and the histories of answers and evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Assessment, Evidence, RecordRendition, RenditionReason, Score, TransitionKind
from assessments.models.round_step import RoundStep
from assessments.queries.history import ChangedField, HistoryEntry, HistorySource, KnownSource, TableSource
from assessments.queries.neighbours import answer_label
from assessments.queries.people import with_people
from assessments.queries.row_history import with_earlier
from assessments.sentences import day_text
from catalogue.edition_cache import CachedEdition
from catalogue.models import Criterion

#: Saves of one person on one criterion within this time are one step: people change an answer, not seven versions of it.
ONE_STEP = timedelta(minutes=10)
#: So far before the rows of a page it is looked where a step begins, and farther where that does not tell.
AROUND = timedelta(hours=2)


def round_sources(assessment: Assessment, guide: CachedEdition, key: str = "") -> list[HistorySource]:
    """Of the round, or of what belongs to one criterion of it. One query, with the round as ``with_context`` fetches it; two
    where answers are set aside, and one more where the round was approved.

    The answers of the start are no entries of their own, nor is what somebody typed and took back within one step. Entries of
    answers that were set aside have a title but no key: their criterion has no page in this round.
    """
    stored = list(Score.with_set_aside.filter(assessment=assessment).values_list("pk", "criterion", "set_aside_at"))
    away = [criterion for _pk, criterion, since in stored if since is not None]
    gone = Criterion.objects.in_bulk(away) if away else {}
    named: dict[int, tuple[str, str]] = {}
    for pk, number, _since in stored:
        criterion = guide.by_id.get(number)
        named[pk] = criterion.key if criterion else "", str(getattr(criterion or gone.get(number), "title", ""))
    if key:
        named = {pk: names for pk, names in named.items() if names[0] == key}
    started = assessment.beginning.at if assessment.beginning else None
    evidence: Any = Evidence.history.filter(score_id__in=list(named))
    if started is not None:
        evidence = evidence.exclude(history_type="+", added_at__lt=started)  # carried over with the start
    answers = Score.history.filter(id__in=list(named))
    sources: list[HistorySource] = [AnswerSource(answers, named=named), EvidenceSource(evidence, named=named)]
    if key:
        return sources
    made: Any = ()
    if assessment.approval is not None:
        made = RecordRendition.objects.filter(record__assessment=assessment).select_related("record", "made_by")
        made = made.defer("record__document")
    steps = KnownSource({step.id: _step(step) for step in assessment.steps})
    return [steps, KnownSource({one.pk: _rendition(one) for one in made}), *sources]


@dataclass(frozen=True, kw_only=True)
class EvidenceSource(TableSource):
    """What was added, removed and dated anew. Days are told without „abgelaufen“: a log says what was done, not what is.

    ``named``: key and title by score. Three queries.
    """

    named: Mapping[int, tuple[str, str]]

    def entries(self, rows: Sequence[int]) -> dict[int, HistoryEntry]:
        wanted = list(with_earlier(self.rows.filter(pk__in=rows))) if rows else []
        dated = [row.earlier for row in wanted if row.earlier and row.history_type == "~"]
        before = Evidence.history.in_bulk(dated) if dated else {}
        with_people(wanted, "history_user")
        return {row.pk: self._entry(row, before.get(row.earlier)) for row in wanted}

    def _entry(self, row: Any, earlier: Any) -> HistoryEntry:
        key, title = self.named[row.score_id]
        changes = [ChangedField(_("Nachweis"), "", row.text)]
        if row.history_type == "~":
            what = _("Nachweis datiert")
            changes += _changed_days(earlier, row)
        else:
            what = _("Nachweis entfernt") if row.history_type == "-" else _("Nachweis hinzugefügt")
            changes += _changed_days(None, row) if row.history_type == "+" else []
        return HistoryEntry(row.history_date, _name(row), what, key, title, tuple(changes))


@dataclass(frozen=True)
class _Saved:
    """A version of an answer without its texts. ``earlier`` is the key of the version before, None for the first."""

    pk: int
    score: int
    at: datetime
    by: int | None
    is_away: bool
    earlier: int | None

    def surely_begins(self, before: "_Saved | None", since: datetime) -> bool:
        """Whatever came before the version before, or, where that is not among them, before ``since``."""
        if before is None:
            return self.earlier is None or self.at - since > ONE_STEP
        return before.earlier is None or not self.like(before) or self.at - before.at > ONE_STEP

    def like(self, other: "_Saved") -> bool:
        return self.by is not None and self.by == other.by and self.is_away == other.is_away


@dataclass
class AnswerStep:
    """What one person did to one answer in one go: its first and its last version."""

    first: _Saved
    last: _Saved

    def goes_on_with(self, row: _Saved) -> bool:
        return self.first.earlier is not None and row.like(self.last) and row.at - self.first.at <= ONE_STEP


@dataclass(frozen=True, kw_only=True)
class AnswerSource(TableSource):
    """One entry for each step, where its last version stands. ``named``: key and title by score. Five queries."""

    named: Mapping[int, tuple[str, str]]

    def entries(self, rows: Sequence[int]) -> dict[int, HistoryEntry]:
        wanted = set(rows)
        ends = [step for step in self._steps(wanted) if step.last.pk in wanted and step.first.earlier is not None]
        versions = Score.history.in_bulk({pk for step in ends for pk in (step.first.earlier, step.last.pk)}) if ends else {}
        with_people(versions.values(), "history_user", "assigned_to")
        told = ((step.last.pk, self._entry(versions[step.first.earlier], versions[step.last.pk])) for step in ends)
        return {pk: entry for pk, entry in told if entry is not None}

    def _steps(self, wanted: set[int]) -> list[AnswerStep]:
        """Those that have one of these versions, whole."""
        if not wanted:
            return []
        firsts: dict[int, datetime] = {}
        picked = Score.history.filter(pk__in=wanted).order_by("-history_date").values_list("id", "history_date")
        for score, at in picked:
            firsts[score] = at
        around = AROUND
        while True:
            since = min(firsts.values()) - around
            saved = self._saved(firsts, since, picked[0][1] + ONE_STEP)
            steps = {score: _in_steps(rows, since) for score, rows in saved.items()}
            if all(steps[score] and steps[score][0].first.at <= at for score, at in firsts.items()):
                return [step for some in steps.values() for step in some]
            around *= 8

    def _saved(self, scores: Iterable[int], since: datetime, until: datetime) -> dict[int, list[_Saved]]:
        """Two queries: what comes before each is looked up for the first one alone, the others show it."""
        rows = Score.history.filter(id__in=scores, history_date__gte=since, history_date__lte=until)
        rows = rows.order_by("history_date", "history_id")
        slim = list(rows.values_list("pk", "id", "history_date", "history_user", "set_aside_at"))
        firsts = {score: pk for pk, score, *_rest in reversed(slim)}
        latest = dict(with_earlier(Score.history.filter(pk__in=firsts.values())).values_list("id", "earlier"))
        found: dict[int, list[_Saved]] = {}
        for pk, score, at, by, away in slim:
            found.setdefault(score, []).append(_Saved(pk, score, at, by, away is not None, latest[score]))
            latest[score] = pk
        return found

    def _entry(self, before: Any, last: Any) -> HistoryEntry | None:
        key, title = self.named[last.id]
        changes = tuple(_differences(before, last))
        confirmed = last.confirmed and not before.confirmed
        if _is_away(last) != _is_away(before):
            what = _("Antwort beiseitegelegt") if _is_away(last) else _("Antwort zurückgeholt")
        else:
            what = _("Antwort geändert") if changes else _("Antwort bestätigt") if confirmed else ""
        return HistoryEntry(last.history_date, _name(last), what, key, title, changes) if what else None


def _in_steps(saved: Iterable[_Saved], since: datetime) -> list[AnswerStep]:
    """Of one answer, in the order of time; from the first that surely begins one."""
    steps: list[AnswerStep] = []
    before: _Saved | None = None
    for row in saved:
        if steps and steps[-1].goes_on_with(row):
            steps[-1].last = row
        elif steps or row.surely_begins(before, since):
            steps.append(AnswerStep(row, row))
        before = row
    return steps


def _changed_days(earlier: Any, row: Any) -> Iterable[ChangedField]:
    for name, label in (("dated_on", _("Datum des Nachweises")), ("valid_until", _("Gilt bis"))):
        old, new = getattr(earlier, name, None), getattr(row, name)
        if old != new:
            yield ChangedField(label, day_text(old) if earlier else "", day_text(new))


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
