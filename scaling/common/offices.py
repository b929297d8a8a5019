"""The offices of a town hall that know the answers: one closed list for criteria, people and invitations."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Office(models.TextChoices):
    """Who can usually answer a criterion, and what people hold: to invite, to assign and to print."""

    PROJECT_LEAD = "project_lead", _("Projektleitung")
    SPECIALIST_DEPARTMENT = "specialist_department", _("Fachamt")
    IT = "it", _("IT")
    TREASURY = "treasury", _("Kämmerei")
    LEGAL = "legal", _("Rechtsamt")
    DATA_PROTECTION = "data_protection", _("Datenschutz")
    PROCUREMENT = "procurement", _("Vergabestelle")
    HEAD_OF_ADMINISTRATION = "head_of_administration", _("Verwaltungsleitung")
    MUNICIPAL_COMPANY = "municipal_company", _("kommunales Unternehmen")


def offices_field(**options: object) -> "ArrayField[list[str], list[str]]":
    """None, one or several offices."""
    one: models.CharField[str, str] = models.CharField(max_length=24, choices=Office.choices)
    return ArrayField(one, default=list, blank=True, **options)  # type: ignore[arg-type]


def known_offices(name: str) -> models.CheckConstraint:
    """The database takes no office that is not on the list."""
    return models.CheckConstraint(condition=Q(offices__contained_by=Office.values), name=name)


def in_order(offices: Iterable[str]) -> list[str]:
    """Each office once, as the list has them; what is not on the list is left out."""
    held = set(offices)
    return [office for office in Office.values if office in held]


def office_names(offices: Iterable[str]) -> str:
    """The offices' names in the order of the list, with commas; empty for none."""
    return ", ".join(str(Office(office).label) for office in in_order(offices))
