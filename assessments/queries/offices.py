"""Who knows what in a round: the offices its criteria name, and the people who hold them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from assessments.models import Project, Score
from catalogue.models import Criterion
from scaling.accounts.models import Membership, Role, User
from scaling.common.offices import Office, in_order
from scaling.common.prepared import Prepared
from scaling.common.sorting import GermanOrder, sort_key


@dataclass(frozen=True)
class OfficeShare:
    """One office in a round.

    ``named`` says how many criteria name it, ``free`` how many of those nobody looks after yet. ``holders`` can be assigned to
    the project's criteria, ``elsewhere`` hold the office in the municipality but do not work on the project; both by name.
    """

    office: Office
    named: int
    free: int
    holders: tuple[User, ...] = ()
    elsewhere: tuple[User, ...] = ()


@dataclass(frozen=True)
class OfficeHolders:
    """One office that a criterion names, and the names of the municipality's people who hold it; none where nobody does."""

    office: Office
    names: tuple[str, ...]

    def __str__(self) -> str:
        """„IT (Ida Ittner, Jo Jung)“, or the office alone."""
        return f"{self.office.label} ({', '.join(self.names)})" if self.names else str(self.office.label)


def holders_by_office(offices: Collection[str], held: Iterable[tuple[str, str]]) -> list[OfficeHolders]:
    """``offices`` in the order of the list, each with its people by name. ``held`` are pairs of office and name. Pure."""
    names: dict[str, list[str]] = {}
    for office, name in held:
        names.setdefault(office, []).append(name)
    return [OfficeHolders(Office(office), tuple(sorted(names.get(office, ()), key=sort_key))) for office in in_order(offices)]


def holders_in(municipality_id: int, offices: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of office and name, for ``holders_by_office``. One query; none where no office is asked for."""
    if not offices:
        return []
    members = Membership.objects.filter(municipality=municipality_id, user__is_active=True, offices__overlap=list(offices))
    return [(office, str(member.user)) for member in members.select_related("user") for office in member.offices]


def _members(municipality: int, project: int) -> Any:
    on_team = Project.team.through.objects.filter(project=project, user=OuterRef("user"))
    members = Membership.objects.filter(municipality=municipality, user__is_active=True)
    works_here = ExpressionWrapper(Q(role=Role.MANAGER) | Q(Exists(on_team)), output_field=BooleanField())
    return members.annotate(works_here=works_here).order_by(GermanOrder("user__name"), "user__email")


_MEMBERS = Prepared(_members, "user", added={"works_here": None})


def members_of(project: Project) -> list[Any]:
    """The memberships of the project's municipality with their people, by name. One query.

    ``works_here`` says who can be named in the project: the municipality's managers, and the team.
    """
    return _MEMBERS.rows(municipality=project.municipality_id, project=project.pk)


def working_here(members: Iterable[Any]) -> list[User]:
    """Of ``members_of`` a project, those who can be named in it."""
    return [member.user for member in members if member.works_here]


def shares_of(criteria: Iterable[Criterion], *, free: Collection[int], members: Iterable[Any]) -> list[OfficeShare]:
    """The offices that ``criteria`` name, in the order of the list. No query.

    ``free`` are the primary keys of the criteria nobody looks after; ``members`` are ``members_of`` the project.
    """
    named = [(criterion.pk in free, office) for criterion in criteria for office in criterion.offices]
    counts, free_counts = Counter(office for _, office in named), Counter(office for is_free, office in named if is_free)
    if not counts:
        return []
    members = list(members)
    there = {person.pk for person in working_here(members)}
    holders: dict[str, list[User]] = {}
    for member in members:
        for office in member.offices:
            holders.setdefault(office, []).append(member.user)
    return [
        OfficeShare(
            office,
            counts[office],
            free_counts[office],
            tuple(person for person in holders.get(office, ()) if person.pk in there),
            tuple(person for person in holders.get(office, ()) if person.pk not in there),
        )
        for office in Office
        if counts[office]
    ]


def shares_in(scores: Iterable[Score], *, members: Iterable[Any]) -> list[OfficeShare]:
    """``shares_of`` for a round that has begun: ``scores`` with their criteria at hand. No query."""
    scores = list(scores)
    free = {score.criterion_id for score in scores if score.assigned_to_id is None}
    return shares_of([score.criterion for score in scores], free=free, members=members)


def divided(criteria: Iterable[Criterion], chosen: Mapping[str, Any], *, free: Collection[int]) -> dict[Any, list[int]]:
    """Primary keys of criteria by person: what is ``free``, each with the person ``chosen`` for one of its offices.

    Of several such offices it is the one that the fewest criteria name: whoever is asked about little is the hardest to
    replace, and the project lead, who is named nearly everywhere, gets what is left. Ties go by the order of the list. Pure.
    """
    criteria = list(criteria)
    rarity = Counter(office for criterion in criteria for office in criterion.offices)
    order = {office: (rarity[office], place) for place, office in enumerate(Office.values)}
    found: dict[Any, list[int]] = {}
    for criterion in criteria:
        candidates = [office for office in criterion.offices if chosen.get(office)]
        if candidates and criterion.pk in free:
            found.setdefault(chosen[min(candidates, key=order.__getitem__)], []).append(criterion.pk)
    return found
