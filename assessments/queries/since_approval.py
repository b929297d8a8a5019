"""What has happened since a round was approved: shown beside its record, never inside it."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import AssessmentRecord, Measure, MeasureStatus, Project, RecordPerson, TeamChange
from assessments.models.measure import RUNNING
from assessments.models.project import Confidentiality

#: What a measure says beside its status and its date.
SAID = ("text", "criterion_key", "owner_id", "owner_text")


def since_approval(record: AssessmentRecord, project: Project) -> list[str]:
    """Sentences, the measures first; empty where nothing changed. Three queries, with the record's phase at hand."""
    lines = [*_measures(record, project), *_project(record, project)]
    for person in (
        RecordPerson.objects.filter(record=record, user__isnull=False).exclude(name=F("user__name")).select_related("user")
    ):
        if person.name and person.name != str(person.user):
            lines.append(_("%(before)s heißt jetzt %(now)s.") % {"before": person.name, "now": person.user})
    changes = (
        TeamChange.objects.filter(project=project, at__gt=record.approved_at).select_related("person").order_by("at", "pk")
    )
    first: dict[int | None, bool] = {}
    latest: dict[int | None, TeamChange] = {}
    for change in changes:
        first.setdefault(change.person_id, change.joined)
        latest[change.person_id] = change
    for person_id, change in latest.items():
        # Who left and came back is where they were.
        if change.person is not None and change.joined == first[person_id]:
            text = (
                _("%(name)s ist zum Projektteam gekommen.") if change.joined else _("%(name)s ist nicht mehr im Projektteam.")
            )
            lines.append(text % {"name": change.person})
    return lines


def _measures(record: AssessmentRecord, project: Project) -> list[str]:
    then: dict[int, Any] = {}
    now: dict[int, Any] = {}
    rows = Measure.history.filter(project_id=project.pk).order_by("history_date", "history_id")
    for row in rows.values("id", "history_type", "history_date", "status", "due_on", *SAID):
        (then if row["history_date"] <= record.approved_at else now)[row["id"]] = row
    there = {pk for pk, row in then.items() if row["history_type"] != "-"}
    changed = {pk: row for pk, row in now.items() if row["history_type"] != "-"}

    def became(status: str) -> int:
        return sum(row["status"] == status and (pk not in there or then[pk]["status"] != status) for pk, row in changed.items())

    counts = [
        (
            became(MeasureStatus.DONE),
            ngettext("%(n)s Maßnahme erledigt.", "%(n)s Maßnahmen erledigt.", became(MeasureStatus.DONE)),
        ),
        (
            became(MeasureStatus.DROPPED),
            ngettext("%(n)s Maßnahme verworfen.", "%(n)s Maßnahmen verworfen.", became(MeasureStatus.DROPPED)),
        ),
    ]
    resumed = sum(row["status"] in RUNNING and then[pk]["status"] not in RUNNING for pk, row in changed.items() if pk in there)
    counts.append((resumed, ngettext("%(n)s Maßnahme wieder aufgenommen.", "%(n)s Maßnahmen wieder aufgenommen.", resumed)))
    new = len(changed.keys() - there)
    counts.append((new, ngettext("%(n)s Maßnahme dazugekommen.", "%(n)s Maßnahmen dazugekommen.", new)))
    moved = sum(row["due_on"] != then[pk]["due_on"] for pk, row in changed.items() if pk in there)
    counts.append((moved, ngettext("%(n)s Maßnahme mit neuem Termin.", "%(n)s Maßnahmen mit neuem Termin.", moved)))
    reworded = sum(any(row[name] != then[pk][name] for name in SAID) for pk, row in changed.items() if pk in there)
    text = ngettext(
        "%(n)s Maßnahme mit anderem Text, anderem Kriterium oder anderer Zuständigkeit.",
        "%(n)s Maßnahmen mit anderem Text, anderem Kriterium oder anderer Zuständigkeit.",
        reworded,
    )
    counts.append((reworded, text))
    removed = len(there & {pk for pk, row in now.items() if row["history_type"] == "-"})
    counts.append((removed, ngettext("%(n)s Maßnahme gelöscht.", "%(n)s Maßnahmen gelöscht.", removed)))
    return [text % {"n": n} for n, text in counts if n]


def _project(record: AssessmentRecord, project: Project) -> list[str]:
    meta = record.document["facts"]["meta"]
    lines = []
    if record.phase_id is not None and record.phase_id != project.phase_id:
        lines.append(_("Phase jetzt: %(phase)s.") % {"phase": project.phase.label})
    called = meta["project"]  # by language, where the name is a text of ours
    if project.shown_name not in (called.values() if isinstance(called, dict) else [called]):
        lines.append(_("Das Projekt heißt jetzt „%(name)s“.") % {"name": project.shown_name})
    if meta["municipality"] != project.municipality.name:
        lines.append(_("Die Kommune heißt jetzt „%(name)s“.") % {"name": project.municipality.name})
    if meta["project_summary"] != project.summary:
        lines.append(_("Die Beschreibung des Projekts ist neu."))
    if meta["confidentiality"] != project.confidentiality:
        label = dict(Confidentiality.choices)[project.confidentiality]
        lines.append(_("Vertraulichkeit jetzt: %(label)s.") % {"label": label})
    return lines
