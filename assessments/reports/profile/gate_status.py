"""The gate of each project's phase in words, for pages that show many projects: three queries, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.models import Assessment
from assessments.queries.gates import gates_of
from assessments.reports.profile import texts


@dataclass(frozen=True, slots=True)
class GateStatus:
    """The gate of the project's phase as one round sees it; the same as ``MaturityProfile.current_gate``, in short.

    ``state``: reached, blocked or none (no milestone to pass). ``blockers`` are the titles of what does not pass, in catalogue
    order.
    """

    label: str
    state: str
    state_label: str
    passed: int
    total: int
    blockers: tuple[str, ...]


def load_gates(assessments: Iterable[Assessment]) -> dict[int, GateStatus]:
    """By assessment id. Three queries; give the assessments with their project, or that costs one more each."""
    return {
        pk: GateStatus(
            label=found.phase_labels[found.current.phase],
            state=found.current.state,
            state_label=texts.gate_state(found.current.state),
            passed=found.current.passed,
            total=found.current.total,
            blockers=found.missing(found.current),
        )
        for pk, found in gates_of(assessments).items()
    }
