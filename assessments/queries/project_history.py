"""What changed around a project's rounds: the project itself, its team, its measures, and the links to its profiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from assessments.models import Measure, MeasureStatus, Project, ProjectPaper, RoundPaper, ShareLink, TeamChange
from assessments.models.project import Confidentiality, FieldOfAction
from assessments.queries.history import ChangedField, HistoryEntry, HistorySource, TableSource
from assessments.queries.row_history import Differences, RowSource, who_did, yes_or_no
from assessments.sentences import day_text
from catalogue.models import Criterion

#: Changes of a team within this time, by the same person, are one click.
AT_ONCE = timedelta(seconds=1)


def project_sources(project: Project, *, with_links: bool) -> list[HistorySource]:
    """``with_links``: those to its profiles, the managers' matter."""
    own = project.history.select_related("history_user", "phase")
    measures = Measure.history.filter(project_id=project.pk).select_related("history_user", "owner")
    links = ShareLink.history.filter(assessment__project_id=project.pk).select_related("history_user")
    paper = ProjectPaper.history.filter(project_id=project.pk).select_related("history_user", "contact")
    rounds = RoundPaper.history.filter(assessment__project_id=project.pk).select_related("history_user", "assessment")
    sources = [_own(own), _team(project), _measures(measures), _papers(paper, ProjectPaper), _papers(rounds, RoundPaper)]
    return [*sources, _links(links)] if with_links else sources


def _papers(rows: Any, model: Any) -> HistorySource:
    """What was filled in for a council paper, of the project or of its rounds."""
    words = {"+": _("Angaben für die Vorlage eingetragen"), "~": _("Angaben für die Vorlage geändert"), "-": ""}
    return RowSource(rows, words=words, title=_paper_title, differences=partial(_paper_differences, model), first=_paper_first)


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


def _measures(rows: Any) -> HistorySource:
    titles: dict[str, str] = {}

    def prepare(found: Iterable[Any]) -> None:
        keys = {row.criterion_key for row in found} - {""}
        criteria = Criterion.objects.filter(key__in=keys).order_by("edition") if keys else ()
        titles.update((one.key, str(one.title)) for one in criteria)

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
    return RowSource(rows, words=words, title=lambda row: str(row.text), differences=differences, prepare=prepare)


def _owner(row: Any) -> str:
    return str(row.owner) if row.owner else row.owner_text or "–"


def _links(rows: Any) -> HistorySource:
    def differences(old: Any, new: Any) -> Differences:
        yield ChangedField(_("Für wen"), old.purpose, new.purpose)
        yield ChangedField(_("Gültig bis"), day_text(old.expires_on), day_text(new.expires_on))
        yield ChangedField(_("Namen von Personen zeigen"), yes_or_no(old.with_names), yes_or_no(new.with_names))
        if old.revoked_at is None and new.revoked_at is not None:
            yield ChangedField(_("Stand"), _("gültig"), _("widerrufen"))

    words = {"+": _("Link angelegt"), "~": _("Link geändert"), "-": _("Link gelöscht")}
    return RowSource(rows, words=words, title=lambda row: str(row.purpose), differences=differences)


def _own(rows: Any) -> HistorySource:
    def differences(old: Any, new: Any) -> Differences:
        marks = {str(key): str(label) for key, label in Confidentiality.choices}
        fields = {str(key): str(label) for key, label in FieldOfAction.choices}
        yield ChangedField(_("Name"), old.name, new.name)
        yield ChangedField(_("Phase"), old.phase.label, new.phase.label)
        yield ChangedField(_("Worum es geht"), old.summary, new.summary, is_text=True)
        yield ChangedField(_("Handlungsfeld"), fields[old.field], fields[new.field])
        yield ChangedField(_("Vertraulichkeit"), marks[old.confidentiality], marks[new.confidentiality])

    words = {"+": _("Projekt angelegt"), "~": _("Projekt geändert")}  # a project that is gone has no such page
    return RowSource(rows, words=words, title=lambda row: "", differences=differences)


def _team(project: Project) -> HistorySource:
    changes = TeamChange.objects.filter(project=project)
    before = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    by_the_same = changes.annotate(whose=Coalesce("by", 0)).filter(before, whose=Coalesce(OuterRef("by"), 0))
    with_the_same = by_the_same.filter(at__gt=OuterRef("at") - AT_ONCE)
    return TeamSource(changes.exclude(Exists(with_the_same)), "at", changes=changes)


@dataclass(frozen=True, kw_only=True)
class TeamSource(TableSource):
    """Who joined and left with one click is one entry, where the first of them stands. One query, two where there are some."""

    changes: Any

    def entries(self, rows: Sequence[int]) -> dict[int, HistoryEntry]:
        if not rows:
            return {}
        ends = self.changes.filter(pk__in=rows).aggregate(first=Min("at"), last=Max("at"))
        found = self.changes.filter(at__gte=ends["first"], at__lte=ends["last"] + 10 * AT_ONCE)
        entries: dict[int, HistoryEntry] = {}
        latest: dict[int | None, TeamChange] = {}  # by person: two may change the team in one second
        place: dict[int | None, int] = {}
        for change in found.select_related("person", "by").order_by("at", "pk"):
            label = _("dazugekommen") if change.joined else _("ausgeschieden")
            field = ChangedField(label, "", str(change.person) if change.person else _("gelöschte Person"))
            by = change.by_id
            if by in latest and change.at - latest[by].at < AT_ONCE:
                begun = entries[place[by]]
                entries[place[by]] = replace(begun, changes=(*begun.changes, field))
            else:
                place[by] = change.pk
                entries[change.pk] = HistoryEntry(change.at, who_did(change.by), _("Projektteam geändert"), changes=(field,))
            latest[by] = change
        return {row: entries[row] for row in rows if row in entries}
