from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from assessments.models.states import AssessmentState
from catalogue.models import CROSS_PHASE, Phase
from scaling.accounts.models import Invitation, Municipality, Role
from scaling.common.addresses import address
from scaling.common.history import history_of
from scaling.common.public_ids import public_id_field
from scaling.common.sorting import GermanOrder
from scaling.common.text import look_alike

#: What the standing project is called when it is made, in the language of whoever needs it first.
WHOLE = _("Kommune insgesamt")


@cache
def _names_of_the_whole() -> frozenset[str]:
    names = set()
    for language, _label in settings.LANGUAGES:
        with override(language):
            names.add(str(WHOLE))
    return frozenset(names)


def visible(user: Any, *, path: str, approved: Q | Exists) -> Q:
    """The tenant filter for everything that belongs to a project, written once; ``path`` leads to it ("", "project__" …).

    Managers see all projects of their municipality, teams those they are on and the municipality's own standing project,
    readers what is ``approved``. Everyone else sees nothing, operators included. The person's roles are known in a request
    (``user.roles``), so the filter needs no join for them: it stands in every query, and its size is most of a page's cost.
    """
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    places: dict[str, list[int]] = {}
    for municipality, role in user.roles.items():
        places.setdefault(role, []).append(municipality)
    found = Q(pk__in=[])
    if managed := places.get(Role.MANAGER):
        found |= Q(**{f"{path}municipality__in": managed})
    if worked := places.get(Role.TEAM):
        on_team = Project.team.through.objects.filter(project=OuterRef(f"{path}pk"), user=user.pk)
        found |= Q(**{f"{path}municipality__in": worked}) & (Exists(on_team) | Q(**{f"{path}is_municipality_wide": True}))
    if read := places.get(Role.READER):
        found |= Q(**{f"{path}municipality__in": read}) & Q(approved)
    return found


@dataclass(frozen=True)
class Viewer:
    """A stand-in for a person, with all that ``visible`` asks of one: for statements that are composed once for many."""

    pk: int
    roles: dict[int, str]
    is_authenticated: bool = True
    is_active: bool = True


def viewer_values(user: Any) -> dict[str, Any]:
    """What the tenant filter's statement depends on for this person, by value; ``viewer_of`` makes a stand-in of it."""
    if not user.is_authenticated or not user.is_active:
        return {}
    values: dict[str, Any] = {}
    for municipality, role in user.roles.items():
        values.setdefault(f"{role}_in", []).append(municipality)
    return values | {"team_member": user.pk} if f"{Role.TEAM}_in" in values else values


def viewer_of(values: dict[str, Any]) -> Viewer:
    """The way back from ``viewer_values``; who has no role sees nothing."""
    roles = {municipality: role for role in Role.values for municipality in values.get(f"{role}_in", ())}
    return Viewer(values.get("team_member", 0), roles)


class FieldOfAction(models.TextChoices):
    """What a project is about, as strategies for smart cities divide it. Portfolios are narrowed by it; no figure knows it."""

    NONE = "", _("nicht angegeben")
    ADMINISTRATION = "verwaltung", _("Verwaltung und Beteiligung")
    BUILDING = "bauen", _("Bauen und Quartier")
    DATA = "daten", _("Daten und Infrastruktur")
    EDUCATION = "bildung", _("Bildung und Kultur")
    ENERGY = "energie", _("Energie und Klima")
    ENVIRONMENT = "umwelt", _("Umwelt und Wasser")
    HEALTH = "gesundheit", _("Gesundheit und Soziales")
    MOBILITY = "mobilitaet", _("Mobilität")
    SAFETY = "sicherheit", _("Sicherheit und Katastrophenschutz")
    ECONOMY = "wirtschaft", _("Wirtschaft und Tourismus")


class Confidentiality(models.TextChoices):
    """How far a project's reports may go. A mark for people: it changes nobody's rights in the app."""

    NONE = "", _("Keine Kennzeichnung")
    INTERNAL = "internal", _("Nur für den Dienstgebrauch")
    COUNCIL = "council", _("Nichtöffentlich")
    CONFIDENTIAL = "confidential", _("Vertraulich")


class ProjectQuerySet(models.QuerySet["Project"]):
    def by_name(self) -> "ProjectQuerySet":
        """As lists show them: the municipality as a whole first, then by name."""
        return self.order_by("-is_municipality_wide", GermanOrder("name"))

    def active(self) -> "ProjectQuerySet":
        """Without those in the archive, which stand in no list and stay readable."""
        return self.filter(archived_at=None)

    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """The tenant filter for projects: readers see those with an approved assessment."""
        approved = Exists(Project.objects.filter(pk=OuterRef("pk"), assessments__state=AssessmentState.APPROVED))
        return self.filter(visible(user, path="", approved=approved))


class Project(models.Model):
    """One smart-city solution, or the municipality as a whole: its one standing project (``is_municipality_wide``).

    In the archive (``archived_at``) it stands in no list and begins no round; all it holds stays readable. ``invitations`` are
    those whose holders join its team.
    """

    public_id = public_id_field()
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="projects", verbose_name=_("Kommune"))
    name = models.CharField(_("Name"), max_length=120)
    name_key = models.CharField(max_length=360, blank=True, editable=False, help_text="the same for names that look alike")
    slug = models.SlugField(_("Kurzname"), max_length=60, help_text=_("Für Dateinamen und Befehle."))
    summary = models.TextField(
        _("Worum es geht"), blank=True, help_text=_("Ein bis drei Sätze; erscheint auf dem Reifeprofil.")
    )
    phase = models.ForeignKey(
        Phase,
        models.PROTECT,
        related_name="+",
        verbose_name=_("Phase"),
        limit_choices_to=~Q(key=CROSS_PHASE),
        help_text=_("In welcher Phase das Projekt gerade steht."),
    )
    confidentiality = models.CharField(
        _("Vertraulichkeit"),
        max_length=12,
        blank=True,
        choices=Confidentiality.choices,
        default=Confidentiality.NONE,
    )
    field = models.CharField(
        _("Handlungsfeld"), max_length=12, blank=True, choices=FieldOfAction.choices, default=FieldOfAction.NONE
    )
    is_municipality_wide = models.BooleanField(WHOLE, default=False, editable=False)
    team: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="projects", blank=True, verbose_name=_("Projektteam")
    )
    invitations: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        Invitation, related_name="+", blank=True, verbose_name=_("Einladungen")
    )
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archiviert am"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProjectQuerySet.as_manager()
    history = history_of(excluded_fields=["name_key"])

    class Meta:
        verbose_name = _("Projekt")
        verbose_name_plural = _("Projekte")
        ordering = ["-is_municipality_wide", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name_key"],
                name="project_name_unique",
                violation_error_message=_("Ein Projekt mit diesem Namen gibt es in Ihrer Kommune schon."),
            ),
            models.UniqueConstraint(
                fields=["municipality", "slug"],
                name="project_slug_unique",
                violation_error_message=_("Ein Projekt mit diesem Namen gibt es in Ihrer Kommune schon."),
            ),
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(is_municipality_wide=True), name="project_one_municipality_wide"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.name_key = look_alike(self.name)
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return address("assessments:project", self.public_id)

    @property
    def shown_name(self) -> str:
        """The municipality as a whole is called so in the reader's language; every other name is the project's own."""
        return str(WHOLE) if self.is_municipality_wide and self.name in _names_of_the_whole() else self.name

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """The people on the project. One query, once per object; none where ``know_team`` was told."""
        return frozenset(self.team.values_list("pk", flat=True))

    def know_team(self, ids: Iterable[int]) -> None:
        """Takes ``team_ids`` from a query that fetched them along with something else."""
        self.__dict__["team_ids"] = frozenset(ids)
