"""One criterion of a municipality's profile: who answered what, and the reasons given, as the records have them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Func, JSONField, Value

from assessments.models import AssessmentRecord, ScoreState
from assessments.reports.municipal.model import CriterionEvidence, MunicipalProfile, ProjectRef
from assessments.scoring import NOT_APPLICABLE, OPEN, RATED, UNKNOWN

#: The word of an address for the projects that have no level.
WITHOUT_LEVEL = "ohne"


@dataclass(frozen=True, slots=True)
class ProjectAnswer:
    """A project's answer. ``contradicts`` the municipality's own one; ``is_held_up``: its gate waits for this criterion."""

    project: ProjectRef
    state: str
    level: int | None
    state_label: str
    contradicts: bool
    is_held_up: bool

    @property
    def word(self) -> str:
        """The level as an address has it."""
        return WITHOUT_LEVEL if self.level is None else str(self.level)


def answers_to(evidence: CriterionEvidence) -> Sequence[ProjectAnswer]:
    """Those who contradict first, then the lowest level; within it by name. Without a level at the end."""
    contradicting = {project.public_id for one in evidence.disagreements for project in one.projects}
    held_up = {project.public_id for project in evidence.holds_up}

    def answers() -> Iterable[ProjectAnswer]:
        for level, projects in enumerate(evidence.by_level):
            yield from made(projects, RATED, level)
        for state, projects in (
            (UNKNOWN, evidence.unknown),
            (OPEN, evidence.open),
            (NOT_APPLICABLE, evidence.not_applicable),
        ):
            yield from made(projects, state, None)

    def made(projects: Iterable[ProjectRef], state: str, level: int | None) -> Iterable[ProjectAnswer]:
        label = str(ScoreState(state).label)
        for project in projects:
            is_contradicting = project.public_id in contradicting
            yield ProjectAnswer(project, state, level, label, is_contradicting, project.public_id in held_up)

    return sorted(answers(), key=lambda answer: not answer.contradicts)


def fetch_reasons(key: str, numbers: Iterable[str]) -> Mapping[str, str]:
    """By number of a record the reason given for that criterion, "" for none. One query, which reads these documents."""
    path = Func(template="'$.facts.answers[*] ? (@.rating.key == $key).rationale'::jsonpath")
    values = Func(Value(key), template="jsonb_build_object('key', %(expressions)s::text)")
    reason = Func("document", path, values, function="jsonb_path_query_first", output_field=JSONField())
    rows = AssessmentRecord.objects.filter(number__in=list(numbers)).annotate(reason=reason)
    return {number: found or "" for number, found in rows.values_list("number", "reason")}


def numbers_of(profile: MunicipalProfile, answers: Iterable[ProjectAnswer]) -> list[str]:
    """Of the records whose reasons stand on a page: the municipality's own and those of the answers."""
    own = [profile.own.record.number] if profile.own else []
    return own + [answer.project.record.number for answer in answers]
