"""From what was fetched to the portfolio that is shown: pure, but for the catalogue each process keeps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.models import Assessment, AssessmentState, Project
from assessments.models.project import FieldOfAction
from assessments.reports.portfolio.load import RecordRow, Sources, load_sources
from assessments.reports.portfolio.model import (
    LeftOut,
    Obstacle,
    Portfolio,
    PortfolioGate,
    PortfolioRow,
    RecordRef,
    RunningRef,
    SharedObstacle,
    StreamFigure,
)
from assessments.reports.portfolio.narrowing import Narrowing
from assessments.reports.profile.statements import active_language
from assessments.reports.records.keeping import said
from assessments.scoring import AHEAD, BLOCKED, DOWN, KINDS, NOT_EXAMINED, REACHED, UP
from catalogue.edition_cache import cached_edition_of
from catalogue.levels import LEVELS
from catalogue.models import Criterion, EditionState, Phase
from scaling.accounts.models import Municipality
from scaling.common.sorting import sort_key

#: After so long an approval no longer speaks for today, and a round in which nothing was saved has come to a stand.
APPROVAL_AGES, ROUND_RESTS = timedelta(days=365), timedelta(days=60)
#: As many projects share what "several wait for the same" tells.
SHARED_BY = 2
#: As a record's figures count them.
LEVEL_COUNTS = itemgetter(*map(str, LEVELS))


def portfolio_of(
    user: Any, municipality: Municipality, query: Mapping[str, str], *, today: date | None = None
) -> tuple[Portfolio, Narrowing]:
    """What the person may see, narrowed and sorted as the address says, in the active language. Nine queries."""
    today = today or timezone.localdate()
    sources = load_sources(user, municipality, today=today)
    streams = [stream.key for stream in sources.streams]
    phases = [key for key, phase in sources.phases.items() if not phase.is_cross_phase]
    narrowing = Narrowing.from_query(query, streams=streams, phases=phases, today=today, sees_running=sources.sees_running)
    return build_portfolio(sources, narrowing, today=today), narrowing


class _Words:
    """What many rows say alike, looked up once: to ask for it anew took half the time of 200 rows."""

    def __init__(self, phases: Mapping[str, Phase]) -> None:
        self.language = active_language()
        self.states = {state: sentences.gate_state(state) for state in (REACHED, BLOCKED, NOT_EXAMINED, AHEAD)}
        self.phases = {key: phase.label for key, phase in phases.items()}
        self.codes = {key: "" if phase.is_cross_phase else phase.code for key, phase in phases.items()}
        self.fields = {str(key): str(label) for key, label in FieldOfAction.choices}
        self.round_states = {state.value: str(state.label) for state in AssessmentState}
        self.round, self.day = cache(sentences.round_label), cache(date_format)

    def said(self, value: Any) -> str:
        return said(value, self.language)


def build_portfolio(sources: Sources, narrowing: Narrowing, *, today: date) -> Portfolio:
    words = _Words(sources.phases)
    ageing = Counter(one.project_id for one in sources.ageing)
    everything = [_row(project, sources, words, ageing[project.public_id], today) for project in sources.projects]
    projects = [row for row in everything if not row.is_municipality_wide]
    rows = narrowing.apply(projects)
    whole = next((row for row in everything if row.is_municipality_wide), None)
    listed = (*rows, whole) if whole and not narrowing else tuple(rows)
    shown = {row.public_id for row in listed}
    names = {stream.key: stream.name for stream in sources.streams}
    return Portfolio(
        municipality=sources.municipality.name,
        is_fictional=sources.municipality.is_fictional,
        as_of=today,
        total=len(projects),
        rows=tuple(rows),
        everybody=_everybody(projects),
        phases=tuple((phase.key, phase.label) for phase in sources.phases.values() if not phase.is_cross_phase),
        whole=whole,
        listed=listed,
        streams=tuple(names.items()),
        gate_counts=tuple(
            (state, sum(row.gate is not None and row.gate.state == state for row in rows))
            for state in (REACHED, BLOCKED, NOT_EXAMINED)
        ),
        obstacle_streams=shared_streams(_blocked(rows), names),
        obstacle_criteria=shared_criteria(_blocked(rows)),
        overdue=tuple(one for one in sources.overdue if one.project_id in shown),
        ageing=tuple(one for one in sources.ageing if one.project_id in shown),
        sees_running=sources.sees_running,
        counted=sources.counted,
    )


def _row(project: Project, sources: Sources, words: _Words, ageing: int, today: date) -> PortfolioRow:
    record = sources.records.get(project.pk)
    running = sources.running.get(project.pk)
    counts = _kinds(record)
    gates = tuple(_gates(record, words)) if record else ()
    return PortfolioRow(
        public_id=project.public_id,
        name=_("Kommune insgesamt") if project.is_municipality_wide else project.name,
        phase=project.phase.key,
        phase_label=words.phases[project.phase.key],
        phase_order=project.phase.order,
        approved_phase="" if project.is_municipality_wide else _moved_from(project, gates),
        field=project.field,
        field_label=words.fields[project.field] if project.field else "",
        is_municipality_wide=project.is_municipality_wide,
        record=RecordRef(record.number, record.assessment_id, words.round(record.round), record.on) if record else None,
        running=running_ref(running, words.round_states[running.state]) if running else None,
        overall=figure_of(record.figures["overall"], words.language) if record else None,
        figures=tuple(figure_of(one, words.language) for one in record.figures["workstreams"] or ()) if record else (),
        gates=gates,
        fallen=counts.get(DOWN, 0),
        risen=counts.get(UP, 0),
        beside=sum(counts.get(kind, 0) for kind in KINDS),
        unconfirmed=record.figures["unconfirmed"] if record else 0,
        measures_open=sources.open_measures.get(project.pk, 0),
        measures_overdue=sources.overdue_measures.get(project.pk, 0),
        evidence_ageing=ageing,
        people=tuple(sources.people.get(project.pk, ())),
        stale=_stale(record, running, words, today),
    )


def _moved_from(project: Project, gates: Sequence[PortfolioGate]) -> str:
    """The phase of the approval, where the project is in another by now."""
    return next((gate.label for gate in gates if gate.is_current and gate.phase != project.phase.key), "")


def _everybody(rows: Iterable[PortfolioRow]) -> tuple[tuple[int, str], ...]:
    """Who works on any of the projects, by name."""
    return tuple(sorted({person for row in rows for person in row.people}, key=lambda person: (sort_key(person[1]), person[0])))


def _kinds(record: RecordRow | None) -> Mapping[str, int]:
    """How many criteria changed in which way since the round compared with; none without one."""
    return (record.figures["changes"] if record else None) or {}


def figure_of(plain: Mapping[str, Any], language: str = "") -> StreamFigure:
    """In the active language, which who asks for many names (``said``)."""
    average, change = plain["average"], plain["change"]
    return StreamFigure(
        key=plain["key"],
        name=said(plain["name"], language),
        mean=average["value"],
        n=average["rated"],
        m=average["of"],
        counts=LEVEL_COUNTS(plain["levels"]),
        is_provisional=average["is_provisional"],
        change=change["value"] if change else None,
        change_n=change["rated_in_both"] if change else 0,
    )


def _gates(record: RecordRow, words: _Words) -> Iterable[PortfolioGate]:
    known = cached_edition_of(record.edition_id, EditionState.PUBLISHED).by_key
    left_out = {one.key: one for one in left_out_of(record.figures["dropped"], words.language)}
    for gate in record.figures["gates"] or ():
        phase, state = gate["phase"], gate["state"]
        yield PortfolioGate(
            phase=phase,
            label=words.said(gate["label"]),
            code=words.codes.get(phase, ""),
            state=state,
            state_label=words.states[state],
            is_current=gate["is_current"],
            summary=words.said(gate["summary"]),
            waits_for=tuple(gate["waits_for"]),
            obstacles=tuple(_obstacle(one, known, words) for one in gate["obstacles"]),
            dropped=tuple(left_out[key] for key in gate["dropped"]),
        )


def left_out_of(dropped: Iterable[Mapping[str, Any]], language: str = "") -> Iterable[LeftOut]:
    """As a record's figures have it, in the active language, which who asks for many names (``said``)."""
    for one in dropped:
        yield LeftOut(one["criterion"], said(one["title"], language), one["reason"])


def _obstacle(plain: Mapping[str, Any], known: Mapping[str, Criterion], words: _Words) -> Obstacle:
    key = plain["criterion"]
    return Obstacle(key, words.said(plain["title"]), known[key].workstream_keys if key in known else ())


def running_ref(assessment: Assessment, state_label: str = "") -> RunningRef:
    """``state_label``: what its state is called, where somebody has looked it up for many."""
    is_waiting = assessment.state == AssessmentState.SUBMITTED
    step = assessment.submission if is_waiting else assessment.beginning
    return RunningRef(
        assessment_id=assessment.public_id,
        round_label=assessment.round_label,
        state=assessment.state,
        state_label=state_label or assessment.get_state_display(),
        is_waiting=is_waiting,
        since=timezone.localdate(step.at) if step else None,
        taken_back=timezone.localdate(assessment.taken_back.at) if assessment.taken_back else None,
        counts=assessment.counts,
    )


def _stale(record: RecordRow | None, running: Assessment | None, words: _Words, today: date) -> str:
    """What has not moved for too long: a round that rests, else an approval that has aged and that nobody renews."""
    if running is not None:
        if running.state == AssessmentState.SUBMITTED:
            return ""
        saved = getattr(running, "moved_at", None)
        moments = [step.at for step in running.steps] + ([saved] if saved else [])
        last = timezone.localdate(max(moments)) if moments else today
        if last < today - ROUND_RESTS:
            return _("%(round)s ruht seit %(day)s") % {"round": running.round_label, "day": words.day(last)}
        return ""
    if record is not None and record.on < today - APPROVAL_AGES:
        return _("seit %(day)s nicht neu bewertet") % {"day": words.day(record.on)}
    return ""


def _blocked(rows: Iterable[PortfolioRow]) -> Iterable[tuple[str, Sequence[Obstacle]]]:
    for row in rows:
        if row.gate is not None and row.gate.obstacles:
            yield row.name, row.gate.obstacles


def shared_streams(blocked: Iterable[tuple[str, Sequence[Obstacle]]], names: Mapping[str, str]) -> tuple[SharedObstacle, ...]:
    """Per workstream the projects whose gate waits for one of its criteria, most first; none that nobody waits for.

    ``blocked``: a project's name, and what its gate waits for.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name, obstacles in blocked:
        for key in {key for one in obstacles for key in one.workstreams}:
            found[key].append(name)
    shared = [SharedObstacle(key, names[key], tuple(sorted(found[key], key=sort_key))) for key in names if key in found]
    return tuple(sorted(shared, key=lambda one: -len(one.projects)))


def shared_criteria(blocked: Iterable[tuple[str, Sequence[Obstacle]]]) -> tuple[SharedObstacle, ...]:
    """Criteria that hold up at least ``SHARED_BY`` projects, most first."""
    found: dict[str, list[str]] = defaultdict(list)
    titles: dict[str, str] = {}
    for name, obstacles in blocked:
        for one in obstacles:
            found[one.key].append(name)
            titles[one.key] = one.title
    shared = [
        SharedObstacle(key, titles[key], tuple(sorted(projects, key=sort_key)))
        for key, projects in found.items()
        if len(projects) >= SHARED_BY
    ]
    return tuple(sorted(shared, key=lambda one: (-len(one.projects), sort_key(one.name))))
