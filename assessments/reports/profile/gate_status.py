"""The gate of each project's phase in words, for pages that show many projects: two queries, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments import sentences
from assessments.models import Assessment
from assessments.queries.gates import gates_of


@dataclass(frozen=True, slots=True)
class GateStatus:
    """The gate of the project's phase as one round sees it; the same as ``MaturityProfile.current_gate``, in short.

    ``state``: reached, blocked, not_examined; ``sentence`` says it in full. ``blockers`` are the titles of what does not pass,
    in catalogue order. ``dropped`` names what does not apply, each with its reason; a gate is never to be shown without.
    """

    label: str
    state: str
    state_label: str
    passed: int
    total: int
    blockers: tuple[str, ...]
    dropped: tuple[str, ...]
    sentence: str


def load_gates(assessments: Iterable[Assessment]) -> dict[int, GateStatus]:
    """By assessment id. Two queries; give the assessments with project and edition, or that costs one more each."""
    return {
        pk: GateStatus(
            label=found.phase_labels[found.current.phase],
            state=found.current.state,
            state_label=sentences.gate_state(found.current.state),
            passed=found.current.passed,
            total=found.current.total,
            blockers=found.missing(found.current),
            dropped=found.dropped(found.current),
            sentence=found.sentence(found.current),
        )
        for pk, found in gates_of(assessments).items()
    }
