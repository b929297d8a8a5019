"""The people who can be named in a project."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Project
from scaling.accounts.models import Role, User
from scaling.common.sorting import GermanOrder


def with_former(person: Any, *, is_there: bool) -> str:
    """What somebody is called in a list: who has left the project's people says so, and keeps what they had."""
    return str(person) if is_there else _("%(name)s (nicht mehr dabei)") % {"name": person}


def people_of(project: Project) -> Any:
    """Who can be named in a project: its team, and the municipality's managers. One query when read."""
    managers = User.objects.filter(memberships__municipality=project.municipality_id, memberships__role=Role.MANAGER)
    people = User.objects.filter(is_active=True, pk__in=managers.values("pk")) | User.objects.filter(
        is_active=True, pk__in=project.team.order_by().values("pk")
    )
    return people.order_by(GermanOrder("name"), "email")
