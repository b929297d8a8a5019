"""Every table that tells what happened: what the chain seals of it, and where the trail finds person and municipality."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import (
    AssessmentRecord,
    AssessmentTransition,
    Comment,
    Evidence,
    Measure,
    PlanVariant,
    PracticeOffer,
    Project,
    ProjectPaper,
    RecordRendition,
    RoundPaper,
    Score,
    ShareLink,
    TeamChange,
)
from catalogue.models import ChangeLogEntry, EditionState
from catalogue.services.change_log import SITTING
from scaling.accounts.models import AccountChange, Invitation, Membership, Municipality
from scaling.accounts.profile import CREDENTIALS
from scaling.api.models import ApiToken
from scaling.trail.models import EVENTS, TrailEvent

#: What the trail can be narrowed down to, by the word in its address.
KINDS = {
    "antworten": _("Antworten"),
    "nachweise": _("Nachweise"),
    "kommentare": _("Kommentare"),
    "massnahmen": _("Maßnahmen"),
    "beispiele": _("Gute Beispiele"),
    "projekte": _("Projekte und Angaben für Vorlagen"),
    "schritte": _("Schritte von Bewertungen"),
    "dokumente": _("Freigegebene Dokumente"),
    "links": _("Links zu Reifeprofilen"),
    "schluessel": _("Zugangsschlüssel der Schnittstelle"),
    "personen": _("Personen, Rollen und Teams"),
    "einstellungen": _("Einstellungen der Kommune"),
    "katalog": _("Katalog"),
    "abrufe": _("Heruntergeladen und ausgegeben"),
    "anmeldungen": _("Anmeldungen"),
    "konten": _("Konten"),
    "betrieb": _("Datenschutz und Betrieb"),
}
#: What operators see of an account's changes: who it is, what they may do and what opens it. All else is the person's alone.
ACCOUNT_FIELDS = ("name", "email", "is_active", "is_curator", "is_staff", "is_superuser", *CREDENTIALS)


@dataclass(frozen=True)
class Source:
    """A table. ``municipality``, ``project``, ``round`` (its public id) and ``criterion`` (its key) are paths of the ORM, ""
    where a row belongs to none.

    ``kind`` is one of KINDS, "" for what the trail does not show; ``where`` those of its rows. ``columns``: what is sealed, all
    that are there where it is empty. ``recorded``: when the database got the row.
    """

    model: Any
    kind: str
    at: str = "history_date"
    by: str = "history_user"
    municipality: str = ""
    project: str = ""
    round: str = ""
    criterion: str = ""
    where: Q = field(default_factory=Q)
    columns: tuple[str, ...] = ()
    recorded: str = "recorded_at"

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def is_history(self) -> bool:
        """Whether each row repeats the whole object, as simple_history's do."""
        return hasattr(self.model, "history_id")

    @property
    def may_go_on(self) -> bool:
        """Whether a row may still be changed for a while after it was written (``settled``)."""
        return bool(self.model is ChangeLogEntry)


def _history(model: Any, kind: str, **paths: str) -> Source:
    return _plain(model.history.model, kind, **paths)


def _plain(model: type[Model], kind: str, **paths: Any) -> Source:
    """``assessment`` is a path to the round, from which all others follow."""
    if path := paths.pop("assessment", ""):
        paths |= {"project": f"{path}__project", "round": f"{path}__public_id"}
    paths.setdefault("municipality", f"{paths['project']}__municipality" if paths.get("project") else "")
    return Source(model, kind, **paths)


_EVENT_PATHS = {
    "municipality": "municipality",
    "project": "project",
    "round": "detail__public_id",
    "criterion": "detail__key",
}
#: In the order in which a page would name what happened in the same moment.
SHOWN = (
    _history(Score, "antworten", assessment="assessment", criterion="criterion__key"),
    _history(Evidence, "nachweise", assessment="score__assessment", criterion="score__criterion__key"),
    _history(Comment, "kommentare", assessment="score__assessment", criterion="score__criterion__key"),
    _history(Measure, "massnahmen", project="project", criterion="criterion_key"),
    _history(PlanVariant, "massnahmen", project="project"),
    _history(PracticeOffer, "beispiele", assessment="score__assessment", criterion="score__criterion__key"),
    Source(Project.history.model, "projekte", municipality="municipality", project="id"),
    _history(ProjectPaper, "projekte", project="project"),
    _history(RoundPaper, "projekte", assessment="assessment"),
    _plain(AssessmentTransition, "schritte", at="at", by="by", assessment="assessment"),
    _plain(
        AssessmentRecord,
        "dokumente",
        at="approved_at",
        by="approved_by",
        assessment="assessment",
        recorded="approved_at",
        columns=("number", "municipality_id", "year", "serial", "assessment_id", "version", "approved_at", "checksum"),
    ),
    _plain(RecordRendition, "dokumente", at="made_at", by="made_by", assessment="record__assessment"),
    _history(ShareLink, "links", assessment="assessment"),
    _history(ApiToken, "schluessel", municipality="municipality"),
    _history(Membership, "personen", municipality="municipality"),
    _history(Invitation, "personen", municipality="municipality"),
    _plain(TeamChange, "personen", at="at", by="by", project="project"),
    Source(Municipality.history.model, "einstellungen", municipality="id"),
    _plain(ChangeLogEntry, "katalog", at="at", by="by"),
    _plain(AccountChange, "konten", at="at", by="by", where=Q(after__has_any_keys=ACCOUNT_FIELDS)),
    *(_plain(TrailEvent, kind, at="at", by="by", where=where, **_EVENT_PATHS) for kind, where in EVENTS.items()),
)
#: One a table.
SEALED = tuple({one.table: one for one in SHOWN}.values())


def settled(source: Source) -> Q:
    """Which rows of the table cannot go on any more: entries of the catalogue's log may for a while, or go with their draft."""
    if not source.may_go_on:
        return Q()
    return Q(edition=None, at__lt=timezone.now() - SITTING - timedelta(minutes=2)) | Q(
        edition__state__in=[EditionState.PUBLISHED, EditionState.RETIRED]
    )
