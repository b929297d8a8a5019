"""The projects somebody is invited to: kept with the invitation, and theirs with the first step in."""

from collections.abc import Collection
from typing import Any

from assessments.models import Project
from scaling.accounts.models import Invitation, Membership, Municipality, Role
from scaling.common.history import attribute_to


def offered(municipality: Municipality) -> list[tuple[str, str]]:
    """The projects one can be invited to, as (public id, name). One query; the standing project is everybody's."""
    return list(_offered(municipality).by_name().values_list("public_id", "name"))


def _offered(municipality: Any) -> Any:
    return Project.objects.active().filter(municipality=municipality, is_municipality_wide=False)


def keep(invitation: Invitation, ids: Collection[str]) -> None:
    """Name the projects of an invitation anew; what is not offered is left out. To be called within a transaction."""
    wanted = _offered(invitation.municipality_id).filter(public_id__in=ids)
    through = Project.invitations.through.objects
    through.filter(invitation=invitation).delete()
    through.bulk_create(
        Project.invitations.through(project=project, invitation=invitation) for project in wanted.order_by("pk")
    )


def names(invitation: Invitation) -> list[str]:
    """One query."""
    return [project.shown_name for project in _projects(invitation)]


def join(invitation: Invitation, membership: Membership, by: Any) -> str:
    """Put the new member on the teams; returns the address of the project where there is one alone, else "".

    Who only reads is on no team. To be called within a transaction.
    """
    projects = list(_projects(invitation))
    if membership.role == Role.TEAM:
        for project in projects:
            attribute_to(project, by)
            project.team.add(membership.user_id)
    return projects[0].get_absolute_url() if len(projects) == 1 and membership.role != Role.READER else ""


def _projects(invitation: Invitation) -> Any:
    return Project.objects.active().filter(invitations=invitation).by_name()
