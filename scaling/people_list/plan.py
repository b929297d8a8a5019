"""What a list would change, computed anew whenever it is looked at; and making it so."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Project
from scaling.accounts import invitations, sign_ins
from scaling.accounts.models import Invitation, Membership, Municipality, PeopleList, Role, User
from scaling.common.history import attribute_to
from scaling.common.transactions import atomic
from scaling.people_list.reading import Person
from scaling.trail.events import note
from scaling.trail.models import EventKind

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True)
class Step:
    """What becomes of one line. ``what`` in words, one a change; ``problem`` why it cannot be done."""

    person: Person
    kind: str
    what: tuple[str, ...] = ()
    problem: str = ""
    membership: int | None = None


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]
    #: Members who are not in the list: they stay as they are.
    left: int

    def of(self, kind: str) -> list[Step]:
        return [step for step in self.steps if step.kind == kind and not step.problem]

    @property
    def new(self) -> list[Step]:
        return self.of(NEW)

    @property
    def changed(self) -> list[Step]:
        return self.of(CHANGED)

    @property
    def unchanged(self) -> list[Step]:
        return self.of(UNCHANGED)

    @property
    def problems(self) -> list[Step]:
        return [step for step in self.steps if step.problem]

    @property
    def mark(self) -> str:
        """The same for two plans that would do the same."""
        told = [(step.person.as_row(), step.kind, step.what, step.problem) for step in self.steps]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


class PlanOutdated(Exception):
    """Something changed since the preview, or there are problems; nothing was done."""


def people_of(upload: PeopleList) -> list[Person]:
    return [Person(**row) for row in upload.rows]


def plan(municipality: Municipality, people: Iterable[Person], by: Any) -> Plan:
    """Six queries, however many people."""
    people = list(people)
    emails = {one.email for one in people}
    members = {one.user.email: one for one in Membership.objects.filter(municipality=municipality).select_related("user")}
    names = dict(Project.objects.filter(municipality=municipality).values_list("public_id", "name"))
    elsewhere = set(
        Membership.objects.filter(user__email__in=emails)
        .exclude(municipality=municipality)
        .values_list("user__email", flat=True)
    )
    teams: dict[str, set[str]] = {}
    rows = Project.team.through.objects.filter(project__municipality=municipality, project__is_municipality_wide=False)
    for email, public_id in rows.values_list("user__email", "project__public_id"):
        teams.setdefault(email, set()).add(public_id)
    open_ones = {one.email: one for one in Invitation.objects.open().filter(municipality=municipality)}
    invited_to: dict[str, set[str]] = {}
    places = Project.invitations.through.objects.filter(invitation__in=[one.pk for one in open_ones.values()])
    for email, public_id in places.values_list("invitation__email", "project__public_id"):
        invited_to.setdefault(email, set()).add(public_id)
    steps = tuple(
        _of_member(members[one.email], one, teams.get(one.email, set()), names, one.email in elsewhere, by)
        if one.email in members
        else _of_stranger(one, open_ones.get(one.email), invited_to.get(one.email, set()), names)
        for one in people
    )
    steps = _with_a_manager(steps, list(members.values()))
    return Plan(steps, len(members.keys() - emails))


def _listed(ids: Iterable[str], names: dict[str, str]) -> str:
    return ", ".join(sorted(names.get(one, one) for one in ids)) or "–"


def _of_stranger(person: Person, invitation: Invitation | None, invited_to: set[str], names: dict[str, str]) -> Step:
    if person.is_locked:
        return Step(person, UNCHANGED, (_("gesperrt und nicht Mitglied: bleibt draußen"),))
    told = str(Role(person.role).label)
    if person.projects and person.role == Role.TEAM:
        told = f"{told}, {_listed(person.projects, names)}"
    if invitation is None:
        return Step(person, NEW, (told,))
    if invitation.role == person.role and (person.projects is None or invited_to == set(person.projects)):
        return Step(person, UNCHANGED, (_("schon eingeladen"),))
    return Step(person, CHANGED, (_("Einladung neu: %(what)s") % {"what": told},))


def _of_member(
    membership: Membership, person: Person, team: set[str], names: dict[str, str], is_elsewhere: bool, by: Any
) -> Step:
    user = membership.user
    if person.is_locked:
        if not user.is_active:
            return Step(person, UNCHANGED, (_("schon gesperrt"),), membership=membership.pk)
        if user.pk == by.pk:
            return Step(person, CHANGED, problem=_("Sie können sich nicht selbst sperren."), membership=membership.pk)
        text = (
            _("verliert den Zugang zu dieser Kommune; das Konto bleibt, weil es nicht nur hierher gehört")
            if is_elsewhere or user.is_staff or user.is_superuser or user.is_curator
            else _("Konto gesperrt, überall abgemeldet")
        )
        return Step(person, CHANGED, (text,), membership=membership.pk)
    what = []
    if not user.is_active:
        if user.locked_by_id != membership.municipality_id:
            problem = _("Das Konto hat der Betreiber gesperrt; nur er kann es entsperren.")
            return Step(person, CHANGED, problem=problem, membership=membership.pk)
        what.append(_("Konto entsperrt"))
    if membership.role != person.role:
        what.append(f"{membership.get_role_display()} → {Role(person.role).label}")
    if person.projects is not None and person.role == Role.TEAM and team != set(person.projects):
        what.append(
            _("Projekte: %(before)s → %(after)s") % {"before": _listed(team, names), "after": _listed(person.projects, names)}
        )
    return Step(person, CHANGED if what else UNCHANGED, tuple(what), membership=membership.pk)


def _with_a_manager(steps: tuple[Step, ...], members: list[Membership]) -> tuple[Step, ...]:
    """Whoever would be the last manager to go has a problem."""
    by_membership = {step.membership: step for step in steps if step.membership and not step.problem}
    left = 0
    for one in members:
        step = by_membership.get(one.pk)
        role = step.person.role if step else one.role
        is_in = (not step.person.is_locked and (one.user.is_active or step.kind == CHANGED)) if step else one.user.is_active
        left += role == Role.MANAGER and is_in
    if left:
        return steps
    managers = {one.pk for one in members if one.role == Role.MANAGER}
    text = _("Danach hätte die Kommune keine Leitung mehr.")
    return tuple(
        Step(step.person, step.kind, step.what, text, step.membership) if step.membership in managers else step
        for step in steps
    )


@atomic
def carry_out(*, upload: PeopleList, by: Any, seen: str) -> Plan:
    """Do what the preview showed, all of it or nothing. Raises PlanOutdated, and what invitations raise."""
    municipality = Municipality.objects.select_for_update().get(pk=upload.municipality_id)
    upload = PeopleList.objects.select_for_update().get(pk=upload.pk)
    found = plan(municipality, people_of(upload), by)
    if found.mark != seen or found.problems:
        raise PlanOutdated
    projects = {one.public_id: one for one in Project.objects.filter(municipality=municipality).order_by("pk")}
    # Managers first: so nobody is the last one for a moment.
    for step in sorted(
        found.changed, key=lambda one: (one.person.role != Role.MANAGER or one.person.is_locked, one.person.line)
    ):
        if step.membership is None:
            _invite(municipality, step.person, by)
        else:
            _change(Membership.objects.select_related("user", "municipality").get(pk=step.membership), step, projects, by)
    for step in found.new:
        _invite(municipality, step.person, by)
    note(EventKind.PEOPLE_LISTED, by=by, municipality=municipality, new=len(found.new), changed=len(found.changed))
    upload.delete()
    return found


def _invite(municipality: Municipality, person: Person, by: Any) -> None:
    invitation = invitations.invite(
        municipality=municipality, email=person.email, role=person.role, by=by, workplaces=person.projects or ()
    )
    if person.name:
        Invitation.objects.filter(pk=invitation.pk).update(name=person.name)


def _change(membership: Membership, step: Step, projects: dict[str, Project], by: Any) -> None:
    person, user = step.person, membership.user
    if person.is_locked:
        others = Membership.objects.filter(user=user).exclude(pk=membership.pk)
        if others.exists() or user.is_staff or user.is_superuser or user.is_curator:
            invitations.remove(membership=membership, by=by)
            return
        _lock(user, membership.municipality, by, locked=True)
        return
    if not user.is_active:
        _lock(user, membership.municipality, by, locked=False)
    if membership.role != person.role:
        invitations.change_role(membership=membership, role=person.role, by=by)
    if person.projects is None or person.role != Role.TEAM:
        return
    for public_id, project in projects.items():
        if project.is_municipality_wide:
            continue
        is_on, wanted = project.team.filter(pk=user.pk).exists(), public_id in person.projects
        if is_on != wanted:
            attribute_to(project, by)
            (project.team.add if wanted else project.team.remove)(user)


def _lock(user: User, municipality: Municipality, by: Any, *, locked: bool) -> None:
    user.is_active, user.locked_by = not locked, municipality if locked else None
    user.save(update_fields=["is_active", "locked_by"])
    if locked:
        sign_ins.end_all_of(user)
    note(EventKind.LOCKED if locked else EventKind.UNLOCKED, by=by, municipality=municipality, person=user.pk)
