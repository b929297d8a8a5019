"""Brings a sheet back: read it, keep it, say what it would change, and change it, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Assessment, Evidence, Score, WorkbookUpload
from assessments.queries.as_opened import as_opened
from assessments.queries.neighbours import in_order
from assessments.services.answers import ANSWER_FIELDS, Answer, NewEvidence, StaleScore, add_evidence, save_score
from assessments.workbook.cells import UnreadableFile, Workbook
from assessments.workbook.columns import PLACES
from assessments.workbook.package import read_workbook
from assessments.workbook.pdf_form import PDF, as_workbook, filled_in
from assessments.workbook.plan import ImportPlan, LeftSheetRow, RowChange, StoredAnswer, is_among, plan_import
from assessments.workbook.reading import CellProblem, ReturnedSheet, SheetRow, read_sheet
from catalogue.edition_cache import cached_edition
from scaling.common.locks import delete, sweep
from scaling.common.transactions import atomic

#: What a person chooses where there are two versions: the sheet's, the stored one, or the sheet's with a reason made of both.
MINE, THEIRS, BOTH = "mine", "theirs", "both"
CHOICES = (MINE, THEIRS, BOTH)


class PreviewOutdated(Exception):
    """Somebody saved since the preview was shown, or it was answered in part only: nothing was imported."""


def read_upload(data: bytes, assessment: Assessment) -> ReturnedSheet:
    """The rows and problems of a sheet, or of a form filled in on a screen. Raises UnreadableFile. Three queries, or four.

    A row of a criterion that has left the round since keeps nobody's sheet from being read.
    """
    keys = set(Score.with_set_aside.filter(assessment=assessment).values_list("criterion__key", flat=True))
    is_form = data.startswith(PDF)
    current: dict[str, StoredAnswer] | None = None
    if is_form:
        answers = filled_in(data, assessment=assessment.public_id)
        current = current_answers(assessment, [SheetRow(0, key, version, Answer()) for key, version in answers])
        workbook = _form_as_workbook(answers, current, assessment)
    else:
        workbook = read_workbook(data)
    sheet = read_sheet(workbook, assessment=assessment.public_id, keys=keys)
    current = current or current_answers(assessment, sheet.rows)
    plan = plan_import([row for row in sheet.rows if row.key in current], current)
    forged = [
        CellProblem(
            _("Diese verborgene Angabe wurde verändert. Bitte laden Sie den Bogen neu herunter."), row.row, _("Fassung")
        )
        for row in plan.impossible
    ]
    changed = [
        change.row.if_changed[name]
        for change in (*plan.changes, *plan.conflicts)
        for name in change.fields
        if name in change.row.if_changed
    ]
    problems = sorted([*sheet.problems, *forged, *changed], key=lambda problem: problem.row or 0)
    if is_form:
        return ReturnedSheet([replace(row, row=0) for row in sheet.rows], _by_title(problems, workbook))
    return ReturnedSheet(sheet.rows, problems)


def _form_as_workbook(
    answers: Mapping[tuple[str, int], Mapping[str, str]], current: Mapping[str, StoredAnswer], assessment: Assessment
) -> Workbook:
    workbook = as_workbook(answers, current, assessment=assessment.public_id)
    if all(len(rows) < 2 for rows in workbook.sheets.values()):
        raise UnreadableFile(_("In diesem Formular ist nichts ausgefüllt."))
    return workbook


def _by_title(problems: Sequence[CellProblem], workbook: Workbook) -> list[CellProblem]:
    """A form has no rows to speak of: its problems name the criterion and the field."""
    (rows,) = workbook.sheets.values()
    titles = {number: str(cells[PLACES["title"]].value) for number, cells in rows.items() if number > 1}
    return [
        replace(one, row=None, cell="", column=": ".join(filter(None, (titles.get(one.row or 0, ""), one.column))))
        for one in problems
    ]


@atomic
def store_upload(*, sheet: ReturnedSheet, assessment: Assessment, by: Any, file_name: str) -> WorkbookUpload:
    """Keep what was read until it is imported or dropped. The person's earlier ones and expired ones go."""
    sweep(WorkbookUpload.objects.expired())
    delete(WorkbookUpload.objects.filter(assessment=assessment, user=by))
    return WorkbookUpload.objects.create(
        assessment=assessment, user=by, file_name=file_name[:200], rows=[_to_json(row) for row in sheet.rows]
    )


def plan_of(upload: WorkbookUpload) -> ImportPlan:
    """What importing it now would change. At most three queries, whatever the number of rows; three more where a criterion has
    left the round.
    """
    rows = [_from_json(row) for row in upload.rows]
    current = current_answers(upload.assessment, rows)
    plan = plan_import([row for row in rows if row.key in current], current)
    gone = [row for row in rows if row.key not in current]
    return replace(plan, left=_left(upload.assessment, gone)) if gone else plan


def _left(assessment: Assessment, rows: Sequence[SheetRow]) -> tuple[LeftSheetRow, ...]:
    """Those of the rows that say something new. What they belong to was set aside, so it has no place to go to."""
    away = Score.with_set_aside.filter(assessment=assessment, criterion__key__in=[row.key for row in rows])
    scores = {
        score.criterion.key: score
        for score in away.select_related("criterion").prefetch_related("evidence").order_by("set_aside_at", "pk")
    }
    known = [(row, scores[row.key]) for row in rows if row.key in scores]
    opened = as_opened((score, row.version) for row, score in known)
    return tuple(
        LeftSheetRow(row, score.criterion.title)
        for row, score in known
        if row.answer not in (Answer.of(score), opened.get(score.pk))
        or (row.evidence and not is_among(row.evidence, map(_of, score.evidence.all())))
    )


def to_be_seen(plan: ImportPlan) -> dict[str, int]:
    """What a person has to have been shown before the plan may be carried out: versions by key, 0 for what cannot be stored."""
    shown = {change.row.key: change.current.version for change in (*plan.changes, *plan.conflicts)}
    return shown | {left.row.key: 0 for left in plan.left}


def current_answers(assessment: Assessment, rows: Sequence[SheetRow]) -> dict[str, StoredAnswer]:
    """Every criterion of the round as it stands, in catalogue order, with the older answers that ``rows`` started from."""
    scores = in_order(
        assessment.scores.select_related("updated_by").prefetch_related("evidence"),
        cached_edition(assessment.edition),
    )
    started_from = {row.key: row.version for row in rows}
    older = {s.pk: started_from[s.criterion.key] for s in scores if started_from.get(s.criterion.key, s.version) < s.version}
    bases: dict[int, dict[int, Answer]] = {}
    if older:
        for old in Score.history.filter(id__in=older, version__in=set(older.values())).order_by("history_id"):
            if old.version == older[old.id]:
                bases.setdefault(old.id, {})[old.version] = Answer.of(old)
    return {
        score.criterion.key: StoredAnswer(
            key=score.criterion.key,
            title=score.criterion.title,
            version=score.version,
            answer=Answer.of(score),
            bases=bases.get(score.pk, {}),
            by=str(score.updated_by or ""),
            at=score.updated_at,
            evidence=frozenset(map(_of, score.evidence.all())),
        )
        for score in scores
    }


@atomic
def import_upload(
    *,
    upload: WorkbookUpload,
    by: Any,
    seen: Mapping[str, int],
    choices: Mapping[str, str],
    reasons: Mapping[str, str] | None = None,
) -> ImportPlan:
    """Make every change that was shown, through the same service function as any other save, and forget the upload.

    ``seen`` gives what was shown, as ``to_be_seen`` does; ``choices`` says one of CHOICES for each
    conflict, and ``reasons`` what was written where it is BOTH. Raises PreviewOutdated where the plan is not the one that was
    shown, NotEditable, and WorkbookUpload.DoesNotExist where it was imported a moment ago; nothing is stored then.
    """
    upload = WorkbookUpload.objects.select_for_update(of=("self",)).select_related("assessment__edition").get(pk=upload.pk)
    plan = plan_of(upload)
    if plan.impossible or to_be_seen(plan) != dict(seen):
        raise PreviewOutdated
    if any(choices.get(change.row.key) not in CHOICES for change in plan.conflicts):
        raise PreviewOutdated
    scores = {s.criterion.key: s for s in upload.assessment.scores.select_related("criterion").order_by("pk")}
    wanted: list[tuple[RowChange, Answer]] = [(change, change.new) for change in plan.changes]
    for change in plan.conflicts:
        if choices[change.row.key] == MINE:
            wanted.append((change, change.new))
        elif choices[change.row.key] == BOTH:
            wanted.append((change, replace(change.new, rationale=(reasons or {})[change.row.key])))
    try:
        # One order for all imports, so that two of them wait for each other instead of blocking each other.
        for change, answer in sorted(wanted, key=lambda pair: scores[pair[0].row.key].pk):
            save_score(score=scores[change.row.key], version=change.current.version, by=by, answer=answer)
        for addition in sorted(plan.additions, key=lambda addition: scores[addition.row.key].pk):
            add_evidence(score=scores[addition.row.key], by=by, evidence=addition.evidence)
    except StaleScore as error:
        raise PreviewOutdated from error
    upload.delete()
    return plan


def _of(evidence: Evidence) -> NewEvidence:
    return NewEvidence(evidence.text, evidence.url, dated_on=evidence.dated_on, valid_until=evidence.valid_until)


def _to_json(row: SheetRow) -> dict[str, Any]:
    answer = {name: getattr(row.answer, name) for name in ANSWER_FIELDS}
    answer["target_date"] = _iso(row.answer.target_date)
    new = row.evidence
    evidence = [new.text, new.url, _iso(new.dated_on), _iso(new.valid_until)] if new else None
    return {"row": row.row, "key": row.key, "version": row.version, "answer": answer, "evidence": evidence, "note": row.note}


def _from_json(row: dict[str, Any]) -> SheetRow:
    answer = dict(row["answer"])
    answer["target_date"] = _day(answer["target_date"])
    evidence = None
    if row["evidence"]:
        text, url, dated_on, valid_until = row["evidence"]
        evidence = NewEvidence(text, url, dated_on=_day(dated_on), valid_until=_day(valid_until))
    return SheetRow(row["row"], row["key"], row["version"], Answer(**answer), evidence, row.get("note", ""))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
