"""Mails that tell people about a step of a round, put into the queue in the step's own transaction.

A step that is rolled back sends nothing, and a mail server that is away neither delays nor undoes one. Nobody is told of what
they did themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Q

from assessments.models import Assessment, AssessmentTransition, TransitionKind
from scaling.accounts.models import Membership, Role, User
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.common.addresses import absolute_url
from scaling.common.mail import compose, send_later

#: The steps that are told: each has a template assessments/mail/<word>.txt.
STEPS = {
    TransitionKind.SUBMIT: "submitted",
    TransitionKind.WITHDRAW: "withdrawn",
    TransitionKind.RETURN: "returned",
    TransitionKind.APPROVE: "approved",
    TransitionKind.REOPEN: "reopened",
}
#: Those that concern the managers; the others concern the team.
TO_MANAGERS = (TransitionKind.SUBMIT, TransitionKind.WITHDRAW)

_muted: ContextVar[bool] = ContextVar("muted", default=False)


@contextmanager
def muted() -> Iterator[None]:
    """No mails from the steps taken inside, for demo data and imports. Works as a decorator, too."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def is_muted() -> bool:
    return _muted.get()


def announce(step: AssessmentTransition, *, submitter: int | None = None) -> None:
    """Tell those concerned once the running transaction has committed. Two queries, and one a mail.

    Submitted, withdrawn: the municipality's managers; returned: the team and who submitted; approved, reopened: the team.
    """
    if not is_muted():
        _send(step, submitter=submitter)


def recipients(kind: str, assessment: Assessment, *, by: int | None, submitter: int | None = None) -> list[User]:
    """Who is told: people who may still see the round, want notices and did not take the step themselves. One query."""
    roles = Membership.objects.filter(municipality=assessment.project.municipality_id)
    if kind in TO_MANAGERS:
        wanted = Q(memberships__in=roles.filter(role=Role.MANAGER))
    else:
        wanted = Q(memberships__in=roles.filter(role__in=[Role.MANAGER, Role.TEAM]), projects=assessment.project)
        if kind == TransitionKind.RETURN and submitter is not None:
            wanted |= Q(memberships__in=roles.filter(role__in=[Role.MANAGER, Role.TEAM]), pk=submitter)
    people = User.objects.filter(wanted, is_active=True, wants_notices=True).exclude(pk=by or 0)
    return list(people.order_by("email").distinct())


def _send(step: AssessmentTransition, *, submitter: int | None) -> None:
    """The words are those of this step, not of a later one."""
    assessment: Any = Assessment.objects.with_context().with_progress().filter(pk=step.assessment_id).first()
    if assessment is None:
        return
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "step": step,
        "by": step.by,
        "words": step.note,
        "counts": assessment.counts,
        "url": absolute_url(assessment.get_absolute_url()),
    }
    send_later(
        compose(
            to=person,
            template=f"assessments/mail/{STEPS[TransitionKind(step.kind)]}.txt",
            context=context,
            unsubscribe=unsubscribe_path(person, "notices"),
        )
        for person in recipients(step.kind, assessment, by=step.by_id, submitter=submitter)
    )
