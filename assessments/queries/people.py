"""The people who can be named in a project."""

from typing import Any

from assessments.models import Project
from scaling.accounts.models import Role, User
from scaling.common.sorting import GermanOrder


def people_of(project: Project) -> Any:
    """Who can be named in a project: its team, and the municipality's managers. One query when read."""
    managers = User.objects.filter(memberships__municipality=project.municipality_id, memberships__role=Role.MANAGER)
    people = User.objects.filter(is_active=True, pk__in=managers.values("pk")) | User.objects.filter(
        is_active=True, pk__in=project.team.order_by().values("pk")
    )
    return people.order_by(GermanOrder("name"), "email")
