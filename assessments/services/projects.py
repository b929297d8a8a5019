"""Service functions for projects: create one, change one, and the municipality's own standing project."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Project
from catalogue.models import CROSS_PHASE, Phase
from scaling.accounts.models import Municipality, User
from scaling.common.history import attribute_to
from scaling.common.text import german_slug, look_alike, tidy_line
from scaling.common.transactions import atomic
from scaling.common.versions import change

MAX_SLUG_LENGTH = 60


class NameTaken(Exception):
    """The municipality has a project whose name looks the same; perhaps since a moment ago."""

    def __init__(self) -> None:
        super().__init__(_("Ein Projekt mit diesem Namen gibt es in Ihrer Kommune schon."))


def name_is_taken(municipality: Municipality, name: str, *, except_for: Project | None = None) -> bool:
    """Whether another project's name looks the same. One query."""
    others = municipality.projects.filter(name_key=look_alike(name))
    return others.exclude(pk=except_for.pk).exists() if except_for else others.exists()


def free_slug(municipality: Municipality, name: str) -> str:
    """A short name nobody in the municipality uses yet, made from ``name``. One query."""
    slug = german_slug(name)[: MAX_SLUG_LENGTH - 4].strip("-") or "projekt"
    taken = set(municipality.projects.filter(slug__startswith=slug).values_list("slug", flat=True))
    number = 2
    free = slug
    while free in taken:
        free = f"{slug}-{number}"
        number += 1
    return free


@atomic
def create_project(
    *,
    municipality: Municipality,
    by: Any,
    name: str,
    phase: Phase,
    summary: str = "",
    confidentiality: str = "",
    field: str = "",
    team: Collection[User] = (),
) -> Project:
    """Create a project with its team. Its short name is made from its name. Raises NameTaken."""
    # One at a time in a municipality: of two that give the same name at once, the second is told.
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    if name_is_taken(municipality, name):
        raise NameTaken
    project = Project(
        municipality=municipality,
        name=name,
        slug=free_slug(municipality, name),
        summary=summary,
        phase=phase,
        confidentiality=confidentiality,
        field=field,
    )
    attribute_to(project, by)
    project.save()
    project.team.set(team)
    return project


@atomic
def change_project(
    *,
    project: Project,
    by: Any,
    name: str,
    phase: Phase,
    summary: str = "",
    confidentiality: str = "",
    field: str | None = None,
    team: Collection[User] = (),
    version: int | None = None,
) -> Project:
    """Change what a project says about itself where ``version`` is still the current one. The short name stays, since files and
    commands know it. Without ``field`` that stays, too. Raises StaleRecord, NameTaken.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=project.municipality_id)
    current = Project.objects.select_for_update().get(pk=project.pk)
    wanted = {
        "name": tidy_line(name),
        "phase": phase,
        "summary": summary,
        "confidentiality": confidentiality,
        "field": current.field if field is None else field,
        "team": team,
    }
    stored = {name: getattr(current, name) for name in wanted} | {"team": list(current.team.all())}
    if change(current, version, stored=stored, wanted=wanted):
        if name_is_taken(current.municipality, name, except_for=current):
            raise NameTaken
        own = ["name", "phase", "summary", "confidentiality", "field"]
        for one in own:
            setattr(current, one, wanted[one])
        attribute_to(current, by)
        current.save(update_fields=[*own, "version"])
        current.team.set(team)
    return current


@atomic
def archive_project(*, project: Project, by: Any, back: bool = False) -> Project:
    """Put a project into the archive, or, with ``back``, take it out again; where it is there already, nothing changes.

    It leaves all lists and begins no new round. What it holds stays readable, and a round that runs can be finished: nobody
    loses what they are typing. The municipality's own standing project is never archived (ValueError).
    """
    if project.is_municipality_wide:
        raise ValueError("The standing project stays.")
    current = Project.objects.select_for_update().get(pk=project.pk)
    if (current.archived_at is None) == back:
        return current
    current.archived_at = None if back else timezone.now()
    current.version += 1
    attribute_to(current, by)
    current.save(update_fields=["archived_at", "version"])
    return current


def standing_project(*, municipality: Municipality, by: Any) -> Project:
    """The project that stands for the municipality as a whole, created when first asked for; there is one."""
    found = municipality.projects.filter(is_municipality_wide=True).first()
    if found is not None:
        return found
    project = Project(
        municipality=municipality,
        name=_("Kommune insgesamt"),
        slug=free_slug(municipality, "Kommune insgesamt"),
        # It is in no phase; the column wants one, and no figure reads it.
        phase=Phase.objects.exclude(key=CROSS_PHASE).earliest("order"),
        is_municipality_wide=True,
    )
    attribute_to(project, by)
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError:  # somebody else was faster
        return municipality.projects.get(is_municipality_wide=True)
    return project
