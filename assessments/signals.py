"""Who leaves a municipality leaves its project teams. Heard by signal, since accounts know nothing of projects."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from assessments.models import Project
from scaling.accounts.models import Membership


@receiver(post_delete, sender=Membership)
def leave_teams(instance: Membership, **kwargs: Any) -> None:
    places = Project.team.through.objects.filter(user=instance.user_id, project__municipality=instance.municipality_id)
    places.delete()
