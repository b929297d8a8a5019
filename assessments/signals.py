"""What is heard, not called: whoever leaves a municipality leaves its project teams, and who joins or leaves one is kept."""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import m2m_changed, post_delete
from django.dispatch import receiver
from django.utils import timezone

from assessments.models import Project, TeamChange
from scaling.accounts.models import Membership
from scaling.common.history import author_of, moment_of


@receiver(post_delete, sender=Membership)
def leave_teams(instance: Membership, **kwargs: Any) -> None:
    places = Project.team.through.objects.filter(user=instance.user_id, project__municipality=instance.municipality_id)
    projects = list(places.values_list("project", flat=True))
    places.delete()
    by = author_of(instance)
    TeamChange.objects.bulk_create(
        TeamChange(project_id=pk, person_id=instance.user_id, joined=False, by=by) for pk in projects
    )


@receiver(m2m_changed, sender=Project.team.through)
def keep_team_change(instance: Any, action: str, reverse: bool, pk_set: Collection[int] | None, **kwargs: Any) -> None:
    """Whatever changes a team, the project's form, the demo or a command: no caller can forget to say so."""
    if action == "pre_clear":
        pk_set = set(
            Project.team.through.objects.filter(**{"user" if reverse else "project": instance}).values_list(
                "project" if reverse else "user", flat=True
            )
        )
    elif action not in ("post_add", "post_remove"):
        return
    by, joined = author_of(instance), action == "post_add"
    at = moment_of(instance) or timezone.now()
    pairs = [(pk, instance.pk) if reverse else (instance.pk, pk) for pk in sorted(pk_set or ())]
    TeamChange.objects.bulk_create(
        TeamChange(project_id=project, person_id=person, joined=joined, at=at, by=by) for project, person in pairs
    )
