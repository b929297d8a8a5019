"""The gates of many rounds at once: two queries, however many there are. What a gate is, says ``scoring.gates``."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from assessments import scoring, sentences
from assessments.models import Assessment, ScoreState
from assessments.scoring import Gate, GateMilestone, Rating
from catalogue.edition_cache import cached_edition
from catalogue.models import PROJECT_PHASES, Criterion, Phase
from catalogue.said import said
from scaling.common.prepared import Prepared


@dataclass(frozen=True, slots=True)
class RoundGates:
    """``gates`` as ``scoring.gates`` gives them; ``current`` is the one of the project's phase.

    ``titles`` and ``reasons`` (why a milestone does not apply) by criterion key, labels and codes by phase key.
    """

    gates: tuple[Gate, ...]
    current: Gate
    titles: dict[str, str]
    reasons: dict[str, str]
    phase_labels: dict[str, str]
    phase_codes: dict[str, str]

    def missing(self, gate: Gate) -> tuple[str, ...]:
        """The titles of what does not pass, in catalogue order."""
        return tuple(self.titles[blocker.milestone.key] for blocker in gate.blockers)

    def dropped(self, gate: Gate) -> tuple[str, ...]:
        """What does not apply, each with its reason, ready to print."""
        keys = [milestone.key for milestone in gate.dropped]
        return tuple(sentences.dropped_milestone(self.titles[key], self.reasons.get(key, "")) for key in keys)

    def sentence(self, gate: Gate) -> str:
        return sentences.gate_sentence(gate, self.phase_codes[gate.phase])


_PHASES = Prepared(lambda: Phase.objects.all())


def gates_of(assessments: Iterable[Assessment]) -> dict[int, RoundGates]:
    """By assessment id. Two queries; give the assessments with project and edition, or that costs one more each.

    Of a round fetched ``with_record`` the gate is that of the phase in which the project was when it was approved.
    What no round of its kind can ask, as of a municipality what is worded for solutions alone, is no milestone of it.
    """
    assessments = list(assessments)
    if not assessments:
        return {}
    phases = _PHASES.rows()
    keys = {phase.pk: phase.key for phase in phases}
    labels = {phase.key: phase.label for phase in phases}
    codes = {phase.key: "" if phase.is_cross_phase else phase.code for phase in phases}
    editions = {assessment.edition_id: cached_edition(assessment.edition) for assessment in assessments}
    asked = {pk: [criterion for criterion in guide.criteria if criterion.is_milestone] for pk, guide in editions.items()}
    titles = {pk: {criterion.key: said(criterion, "title") for criterion in criteria} for pk, criteria in asked.items()}
    subjects = {(a.edition_id, a.project.is_municipality_wide) for a in assessments}
    milestones = {
        (pk, wide): [_milestone(one, keys) for one in asked[pk] if one.is_offered_to(municipality_wide=wide)]
        for pk, wide in subjects
    }
    ratings, reasons = _ratings(
        [a.pk for a in assessments], {criterion.pk: criterion for criteria in asked.values() for criterion in criteria}, keys
    )
    found = {}
    for assessment in assessments:
        project = assessment.project
        phase = getattr(assessment, "record_phase", None) or project.phase_id
        current = None if project.is_municipality_wide else keys[phase]
        gates = scoring.gates(
            milestones[assessment.edition_id, project.is_municipality_wide],
            ratings[assessment.pk],
            phases=[phase.key for phase in phases if not phase.is_cross_phase],
            current=current,
            cross_phase=next(phase.key for phase in phases if phase.is_cross_phase),
        )
        own = next(gate for gate in gates if current in (gate.phase, None))
        found[assessment.pk] = RoundGates(gates, own, titles[assessment.edition_id], reasons[assessment.pk], labels, codes)
    return found


def gate_milestone(key: str, phase: str, required: int, levels: Sequence[int]) -> GateMilestone:
    """A catalogue's milestone as the gates see it; ``levels`` are those of a cross-phase one, in the order of the phases."""
    return GateMilestone(key, phase, required, tuple(zip(PROJECT_PHASES, levels, strict=True)) if levels else ())


def _milestone(criterion: Criterion, keys: dict[int, str]) -> GateMilestone:
    own = criterion.milestone
    return gate_milestone(criterion.key, keys[criterion.phase_id], own.required_level, own.required_levels)


# Written out: to compose it cost a start page a twentieth of its time.
_ANSWERS = f"""
    SELECT assessment_id, criterion_id, state, level, confirmed,
           CASE WHEN state = '{ScoreState.NOT_APPLICABLE.value}' THEN rationale ELSE '' END
    FROM assessments_score
    WHERE assessment_id = ANY(%(assessments)s) AND criterion_id = ANY(%(criteria)s) AND set_aside_at IS NULL
    ORDER BY id
"""  # noqa: S608 – nothing in it comes from outside


def _ratings(
    assessments: list[int], asked: dict[int, Criterion], keys: dict[int, str]
) -> tuple[defaultdict[int, list[Rating]], defaultdict[int, dict[str, str]]]:
    """Of milestones only (``asked``, by id): a gate asks for nothing else. And why they do not apply, where they do not."""
    ratings: defaultdict[int, list[Rating]] = defaultdict(list)
    reasons: defaultdict[int, dict[str, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        rows = cursor.execute(_ANSWERS, {"assessments": assessments, "criteria": list(asked)}).fetchall()
    for assessment, pk, state, level, confirmed, reason in rows:
        criterion = asked[pk]
        ratings[assessment].append(Rating(criterion.key, state, level, confirmed=confirmed, phase=keys[criterion.phase_id]))
        if reason:
            reasons[assessment][criterion.key] = reason
    return ratings, reasons
