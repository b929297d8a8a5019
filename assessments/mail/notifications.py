"""Mails that tell people about a step of a round, sent once its transaction has committed.

A step that is rolled back sends nothing, and a mail server that is away delays a step but never undoes it. Nobody is told of
what they did themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from assessments.models import Assessment
from scaling.accounts.models import Membership, Role, User
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.common.addresses import absolute_url
from scaling.common.mail import compose, deliver

#: The steps that are told: each has a template assessments/mail/<step>.txt.
STEPS = ("submitted", "returned", "approved", "reopened")

_muted: ContextVar[bool] = ContextVar("muted", default=False)


@contextmanager
def muted() -> Iterator[None]:
    """No mails from the steps taken inside, for demo data and imports. Works as a decorator, too."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def announce(step: str, *, assessment: Assessment, by: Any) -> None:
    """Tell those concerned after the running transaction has committed; at once where there is none.

    submitted: the municipality's managers; returned: the team and who submitted; approved, reopened: the team.
    """
    if _muted.get():
        return
    # The words of this step, whatever happens to the round until the mail is written.
    words = {"returned": assessment.return_comment, "reopened": assessment.reopen_reason}.get(step, "")
    send = partial(_send, step, assessment.pk, by=by, words=words, submitter=assessment.submitted_by_id)
    transaction.on_commit(send, robust=True)


def recipients(step: str, assessment: Assessment, *, by: Any, submitter: int | None = None) -> list[User]:
    """Who is told: people who may still see the round, want notices and did not take the step themselves. One query."""
    roles = Membership.objects.filter(municipality=assessment.project.municipality_id)
    if step == "submitted":
        wanted = Q(memberships__in=roles.filter(role=Role.MANAGER))
    else:
        wanted = Q(memberships__in=roles.filter(role__in=[Role.MANAGER, Role.TEAM]), projects=assessment.project)
        if step == "returned" and submitter is not None:
            wanted |= Q(memberships__in=roles.filter(role__in=[Role.MANAGER, Role.TEAM]), pk=submitter)
    people = User.objects.filter(wanted, is_active=True, wants_notices=True).exclude(pk=by.pk)
    return list(people.order_by("email").distinct())


def _send(step: str, pk: int, *, by: Any, words: str, submitter: int | None) -> None:
    """Two queries, whatever the number of people."""
    assessment: Any = Assessment.objects.with_context().with_progress().filter(pk=pk).first()
    if assessment is None:
        return
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "round": assessment.round_label,
        "by": by,
        "words": words,
        "counts": assessment.counts,
        "url": absolute_url(assessment.get_absolute_url()),
    }
    deliver(
        compose(
            to=person,
            template=f"assessments/mail/{step}.txt",
            context=context,
            unsubscribe=unsubscribe_path(person, "notices"),
        )
        for person in recipients(step, assessment, by=by, submitter=submitter)
    )
