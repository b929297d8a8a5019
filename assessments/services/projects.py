"""The doors to projects: create one, change one, and the municipality's own standing project."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from assessments.models import Project
from catalogue.models import CROSS_PHASE, Phase
from scaling.accounts.models import Municipality, User
from scaling.common.history import attribute_to

MAX_SLUG_LENGTH = 60


def free_slug(municipality: Municipality, name: str) -> str:
    """A short name nobody in the municipality uses yet, made from ``name``. One query."""
    german = name.lower()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        german = german.replace(letter, letters)
    slug = slugify(german)[: MAX_SLUG_LENGTH - 4].strip("-") or "projekt"
    taken = set(municipality.projects.filter(slug__startswith=slug).values_list("slug", flat=True))
    number = 2
    free = slug
    while free in taken:
        free = f"{slug}-{number}"
        number += 1
    return free


@transaction.atomic
def create_project(
    *,
    municipality: Municipality,
    by: Any,
    name: str,
    phase: Phase,
    summary: str = "",
    confidentiality: str = "",
    team: Collection[User] = (),
) -> Project:
    """Create a project with its team. Its short name is made from its name."""
    # One at a time in a municipality, so that two of one name get two short names.
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    project = Project(
        municipality=municipality,
        name=name,
        slug=free_slug(municipality, name),
        summary=summary,
        phase=phase,
        confidentiality=confidentiality,
    )
    attribute_to(project, by)
    project.save()
    project.team.set(team)
    return project


@transaction.atomic
def change_project(
    *,
    project: Project,
    by: Any,
    name: str,
    phase: Phase,
    summary: str = "",
    confidentiality: str = "",
    team: Collection[User] = (),
) -> Project:
    """Change what a project says about itself. The short name stays, since files and commands know it."""
    project.name, project.phase, project.summary = name, phase, summary
    project.confidentiality = confidentiality
    attribute_to(project, by)
    project.save(update_fields=["name", "phase", "summary", "confidentiality"])
    project.team.set(team)
    project.__dict__.pop("team_ids", None)
    return project


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
