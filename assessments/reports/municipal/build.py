"""From what was fetched to the profile of a municipality: pure, but for the catalogue each process keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.models import ScoreState
from assessments.reports.municipal import texts
from assessments.reports.municipal.load import MunicipalSources, SpokenRow, load_sources
from assessments.reports.municipal.model import (
    CriterionEvidence,
    Disagreement,
    MunicipalProfile,
    OwnAnswer,
    OwnRecord,
    ProjectRef,
    StreamEvidence,
)
from assessments.reports.municipal.narrowing import CriteriaNarrowing
from assessments.reports.portfolio.build import figure_of, left_out_of, running_ref
from assessments.reports.portfolio.model import RecordRef, StreamFigure
from assessments.reports.records.keeping import said
from assessments.scoring import DISAGREEMENTS, NOT_APPLICABLE, NOT_EXAMINED, OPEN, RATED, UNKNOWN, disagreement
from catalogue.edition_cache import CachedEdition, cached_edition_of
from catalogue.levels import HIGHEST, LEVELS, Level
from catalogue.models import Criterion, EditionState
from scaling.accounts.models import Municipality


def municipal_profile_of(
    user: Any, municipality: Municipality, query: Mapping[str, str], *, today: date | None = None
) -> tuple[MunicipalProfile, CriteriaNarrowing]:
    """What the person may see, narrowed as the address says, in the active language.

    Five queries; a process that meets an edition anew asks six more.
    """
    sources = load_sources(user, municipality)
    narrowing = CriteriaNarrowing.from_query(query, streams=[stream.key for stream in sources.streams])
    profile = build_municipal_profile(sources, today=today or timezone.localdate())
    return replace(profile, shown=narrowing.apply(profile.criteria)), narrowing


def build_municipal_profile(sources: MunicipalSources, *, today: date) -> MunicipalProfile:
    """With all its criteria shown that anybody was asked."""
    rows = list(sources.records.values())
    own = next((row for row in rows if sources.projects[row.project_id].is_municipality_wide), None)
    projects = {row.pk: _project(row, sources) for row in rows if row is not own}
    editions = _editions(rows)
    criteria = tuple(_criteria(sources, editions, own, projects))
    whole = next((project for project in sources.projects.values() if project.is_municipality_wide), None)
    return MunicipalProfile(
        municipality=sources.municipality.name,
        is_fictional=sources.municipality.is_fictional,
        as_of=today,
        own=_own_record(own) if own else None,
        running=running_ref(sources.running) if sources.running else None,
        own_project=whole.public_id if whole else "",
        total=sum(not project.is_municipality_wide for project in sources.projects.values()),
        counted=sources.counted,
        projects=tuple(projects.values()),
        unexamined=sum(row.gate_state == NOT_EXAMINED for row in rows if row is not own),
        edition=_number(max(rows, key=lambda row: row.edition)) if rows else "",
        streams=tuple(_streams(sources, own, projects)),
        criteria=criteria,
        shown=tuple(one for one in criteria if one.is_asked),
    )


def _number(row: SpokenRow) -> str:
    return ".".join(map(str, row.edition))


def _editions(rows: Sequence[SpokenRow]) -> dict[int, CachedEdition]:
    """The newest first."""
    newest = sorted({row.edition_id: row for row in rows}.values(), key=lambda row: row.edition, reverse=True)
    return {row.edition_id: cached_edition_of(row.edition_id, EditionState.PUBLISHED) for row in newest}


def _project(row: SpokenRow, sources: MunicipalSources) -> ProjectRef:
    project = sources.projects[row.project_id]
    return ProjectRef(project.public_id, project.shown_name, _ref(row), _number(row))


def _ref(row: SpokenRow) -> RecordRef:
    return RecordRef(row.number, row.assessment_id, sentences.round_label(row.round), row.on)


def _own_record(row: SpokenRow) -> OwnRecord:
    assert row.figures is not None  # noqa: S101 – the municipality's own are fetched
    gate, overall = row.figures["gates"][0], row.figures["overall"]
    return OwnRecord(
        record=_ref(row),
        edition=_number(row),
        gate_state=gate["state"],
        gate=said(gate["summary"]),
        missing=tuple(said(one["title"]) for one in gate["blocked_by"]),
        dropped=tuple(left_out_of(gate["dropped"])),
        rated=overall["average"]["rated"],
        asked=overall["average"]["of"],
    )


# --- Criteria ---------------------------------------------------------------------------------------------------------------


def _criteria(
    sources: MunicipalSources,
    editions: Mapping[int, CachedEdition],
    own: SpokenRow | None,
    projects: Mapping[int, ProjectRef],
) -> Iterable[CriterionEvidence]:
    """Those of the newest edition, then what only an older one has and somebody was asked."""
    places = {pk: place for place, pk in enumerate(projects)}
    holds_up: dict[str, list[int]] = {}
    for pk in projects:
        for key in sources.records[pk].blocked_by:
            holds_up.setdefault(key, []).append(pk)
    labels = _own_labels()
    known: dict[str, Criterion] = {}
    for place, edition in enumerate(editions.values()):
        for criterion in edition.criteria:
            if place == 0 or criterion.key in sources.answers or criterion.key in holds_up:
                known.setdefault(criterion.key, criterion)
    newest = next(iter(editions), None)
    for key, criterion in known.items():
        answers = sources.answers.get(key, {})
        found = {
            answer: tuple(projects[pk] for pk in sorted((pk for pk in pks if pk in places), key=places.__getitem__))
            for answer, pks in answers.items()
        }
        by_level = tuple(found.get((RATED, level), ()) for level in LEVELS)
        own_answer = _own_answer(answers, own, labels)
        compared = own.edition_id if own and own_answer else newest
        asked = [pk for pks in answers.values() for pk in pks if pk in places]
        yield CriterionEvidence(
            key=key,
            title=criterion.title,
            phase=criterion.phase.key,
            phase_label=criterion.phase.label,
            workstreams=criterion.workstream_keys,
            own=own_answer,
            own_note="" if own_answer else _why_not_asked(key, own, editions),
            by_level=by_level,
            unknown=found.get((UNKNOWN, None), ()),
            not_applicable=found.get((NOT_APPLICABLE, None), ()),
            open=found.get((OPEN, None), ()),
            holds_up=tuple(projects[pk] for pk in holds_up.get(key, ())),
            disagreements=tuple(_disagreements(own_answer, by_level)),
            other_editions=sum(sources.records[pk].edition_id != compared for pk in asked),
        )


def _own_labels() -> dict[tuple[str, int | None], str]:
    rated = {
        (RATED, int(level)): _("Stufe %(level)s, %(name)s") % {"level": int(level), "name": level.label} for level in Level
    }
    return rated | {(state, None): str(ScoreState(state).label) for state in (OPEN, UNKNOWN, NOT_APPLICABLE)}


def _own_answer(
    answers: Mapping[tuple[str, int | None], list[int]],
    own: SpokenRow | None,
    labels: Mapping[tuple[str, int | None], str],
) -> OwnAnswer | None:
    if own is None:
        return None
    return next((OwnAnswer(*answer, labels[answer]) for answer, pks in answers.items() if own.pk in pks), None)


def _why_not_asked(key: str, own: SpokenRow | None, editions: Mapping[int, CachedEdition]) -> str:
    if own is None:
        return _("nichts freigegeben")
    criterion = editions[own.edition_id].by_key.get(key)
    if criterion is not None and not criterion.has_municipality_wording:
        return _("nur für Projekte formuliert")
    return _("nicht gefragt")


def _disagreements(own: OwnAnswer | None, by_level: Sequence[tuple[ProjectRef, ...]]) -> Iterable[Disagreement]:
    if own is None:
        return
    kinds = [disagreement(own.state, own.level, level) for level in LEVELS]
    for kind in DISAGREEMENTS:
        found = [(level, by_level[level]) for level in LEVELS if kinds[level] == kind and by_level[level]]
        if found:
            projects = tuple(project for _level, projects in found for project in projects)
            yield Disagreement(kind, projects, texts.disagreement(kind, own, found))


# --- Workstreams ------------------------------------------------------------------------------------------------------------


def _streams(sources: MunicipalSources, own: SpokenRow | None, projects: Mapping[int, ProjectRef]) -> Iterable[StreamEvidence]:
    """Each workstream, and last all criteria. An answer counts in the workstreams that its own edition files it under."""
    filed = {
        row.edition_id: {
            key: criterion.workstream_keys
            for key, criterion in cached_edition_of(row.edition_id, EditionState.PUBLISHED).by_key.items()
        }
        for row in sources.records.values()
    }
    editions = {pk: sources.records[pk].edition_id for pk in projects}
    counts = {stream.key: [0] * (HIGHEST + 1) for stream in sources.streams} | {"": [0] * (HIGHEST + 1)}
    asked = dict.fromkeys(counts, 0)
    speakers: dict[str, set[int]] = {key: set() for key in counts}
    for key, answers in sources.answers.items():
        for (_state, level), pks in answers.items():
            for pk in pks:
                if pk not in editions:
                    continue
                for stream in ("", *filed[editions[pk]][key]):
                    asked[stream] += 1
                    speakers[stream].add(pk)
                    if level is not None:
                        counts[stream][level] += 1
    own_figures = _own_figures(own)
    for key, name in (*((stream.key, stream.name) for stream in sources.streams), ("", _("Alle Kriterien"))):
        yield StreamEvidence(key, name, own_figures.get(key), tuple(counts[key]), asked[key], len(speakers[key]))


def _own_figures(own: SpokenRow | None) -> dict[str, StreamFigure]:
    if own is None or own.figures is None:
        return {}
    return {plain["key"]: figure_of(plain) for plain in (*own.figures["workstreams"], own.figures["overall"])}
