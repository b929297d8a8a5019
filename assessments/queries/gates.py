"""The gates of many rounds at once: three queries, however many there are. What a gate is, says ``scoring.gates``."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assessments import scoring
from assessments.models import Assessment, Score
from assessments.scoring import Gate, GateMilestone, Rating
from catalogue.models import Milestone, Phase


@dataclass(frozen=True, slots=True)
class RoundGates:
    """``gates`` as ``scoring.gates`` gives them; ``current`` is the one of the project's phase; ``titles`` by criterion key."""

    gates: tuple[Gate, ...]
    current: Gate
    titles: dict[str, str]
    phase_labels: dict[str, str]

    def missing(self, gate: Gate) -> tuple[str, ...]:
        """The titles of what does not pass, in catalogue order."""
        return tuple(self.titles[blocker.milestone.key] for blocker in gate.blockers)


def gates_of(assessments: Iterable[Assessment]) -> dict[int, RoundGates]:
    """By assessment id. Three queries; give the assessments with their project, or that costs one more each."""
    assessments = list(assessments)
    if not assessments:
        return {}
    phases = list(Phase.objects.all())
    keys = {phase.pk: phase.key for phase in phases}
    labels = {phase.key: phase.label for phase in phases}
    titles, milestones = _milestones({a.edition_id for a in assessments}, keys)
    ratings = _ratings([a.pk for a in assessments], keys)
    found = {}
    for assessment in assessments:
        project = assessment.project
        current = None if project.is_municipality_wide else keys[project.phase_id]
        gates = scoring.gates(
            milestones[assessment.edition_id],
            ratings[assessment.pk],
            phases=[phase.key for phase in phases if not phase.is_cross_phase],
            current=current,
            cross_phase=next(phase.key for phase in phases if phase.is_cross_phase),
        )
        own = next(gate for gate in gates if current in (gate.phase, None))
        found[assessment.pk] = RoundGates(gates, own, titles[assessment.edition_id], labels)
    return found


def _milestones(
    editions: set[int], keys: dict[int, str]
) -> tuple[defaultdict[int, dict[str, str]], defaultdict[int, list[GateMilestone]]]:
    titles: defaultdict[int, dict[str, str]] = defaultdict(dict)
    milestones: defaultdict[int, list[GateMilestone]] = defaultdict(list)
    rows = Milestone.objects.filter(criterion__edition__in=editions).select_related("criterion").order_by("criterion__order")
    for row in rows:
        criterion = row.criterion
        titles[criterion.edition_id][criterion.key] = criterion.title
        milestones[criterion.edition_id].append(GateMilestone(criterion.key, keys[criterion.phase_id], row.required_level))
    return titles, milestones


def _ratings(assessments: list[int], keys: dict[int, str]) -> defaultdict[int, list[Rating]]:
    """Of milestones only: a gate asks for nothing else."""
    ratings: defaultdict[int, list[Rating]] = defaultdict(list)
    rows = Score.objects.filter(assessment__in=assessments, criterion__milestone__isnull=False)
    for assessment, key, phase, state, level, confirmed in rows.values_list(
        "assessment_id", "criterion__key", "criterion__phase_id", "state", "level", "confirmed"
    ):
        ratings[assessment].append(Rating(key, state, level, confirmed=confirmed, phase=keys[phase]))
    return ratings
