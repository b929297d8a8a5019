"""The way back from a page: where a project stands among what lies above it."""

from assessments.models import Project


def crumbs_to(project: Project, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a project: its municipality, itself, and what comes below."""
    municipality = project.municipality
    return [(municipality.name, municipality.get_absolute_url()), (project.shown_name, project.get_absolute_url()), *more]
