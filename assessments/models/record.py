from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.db.models.fields.json import KT, KeyTransform
from django.db.models.functions import JSONArray, JSONObject
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from catalogue.models import Phase
from scaling.accounts.models import Municipality
from scaling.common.history import RecordedRow


class AssessmentRecordQuerySet(models.QuerySet["AssessmentRecord"]):
    def current(self) -> "AssessmentRecordQuerySet":
        """Those that hold: neither taken back by a reopening nor replaced by a later approval of the same round."""
        return self.filter(superseded_at__isnull=True)

    def without_document(self) -> "AssessmentRecordQuerySet":
        """Without what makes a record large, for those who only ask which one it is."""
        return self.defer("document", "figures", "listed", "moved", "ratings")

    def for_its_files(self) -> "AssessmentRecordQuerySet":
        """With what tells its files apart and what they are called after (``AssessmentRecord.named_after``), in one query, and
        without the document, which only making a file needs.
        """
        meta = "document__facts__meta"
        slug_and_round = JSONArray(KT(f"{meta}__project_slug"), KT(f"{meta}__round"))
        return self.with_parts().without_document().annotate(slug_and_round=slug_and_round)

    def with_parts(self) -> "AssessmentRecordQuerySet":
        """Adds what its files need, in the same query. See ``AssessmentRecord.names`` and ``AssessmentRecord.renditions``."""
        people = RecordPerson.objects.filter(record=OuterRef("pk")).order_by("pk")
        renditions = RecordRendition.objects.filter(record=OuterRef("pk")).order_by("number")
        made = JSONObject(number="number", reason="reason", at="made_at", name="made_by__name", email="made_by__email")
        return self.annotate(
            people=ArraySubquery(people.values(row=JSONObject(ref="ref", id="user", name="name"))),
            later_renditions=ArraySubquery(renditions.values(row=made)),
        )


class AssessmentRecord(models.Model):
    """What was approved: the complete profile of that moment, from which every rendering of the approved round comes.

    Written by ``assessments.reports.records`` in the transaction of the approval. A trigger refuses every change but two, once
    each: ``superseded_at`` when the round is reopened (or approved anew), and ``superseded_by`` when the next record is there.
    ``document`` has the shape of ``assessments/reports/export/schema/record-1.json``; people stand in it by reference
    (``RecordPerson``). ``checksum`` is the SHA-256, in hexadecimal, over its canonical JSON.
    """

    number = models.CharField(_("Dokumentnummer"), max_length=24, unique=True)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name=_("Kommune"))
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField(help_text=_("Laufende Nummer im Jahr und in der Kommune."))
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="records", verbose_name=_("Bewertung"))
    version = models.PositiveSmallIntegerField(_("Fassung"), help_text=_("Die wievielte Freigabe dieser Runde."))
    approved_at = models.DateTimeField(_("freigegeben am"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("freigegeben von")
    )
    phase = models.ForeignKey(
        Phase, models.PROTECT, null=True, related_name="+", help_text="the project's at that moment; none for the municipality"
    )
    coat_of_arms = models.CharField(max_length=100, blank=True, help_text="stored name of the picture, which is kept for it")
    document = models.JSONField()
    #: What a list of many records reads: a few kB, where the document has a hundred. PostgreSQL keeps it equal.
    figures = models.GeneratedField(
        expression=KeyTransform("figures", "document"), output_field=models.JSONField(), db_persist=True
    )
    #: Of the figures what lists of many projects show: a fifth of them. The function is in the first migration.
    listed = models.GeneratedField(
        expression=Func(KeyTransform("figures", "document"), function="assessments_listed_figures"),
        output_field=models.JSONField(),
        db_persist=True,
    )
    #: What the years are told by, of each record ever made: a kilobyte. The function is there, too.
    moved = models.GeneratedField(
        expression=Func(KeyTransform("figures", "document"), function="assessments_moved_figures"),
        output_field=models.JSONField(),
        db_persist=True,
    )
    #: The answers reduced to what counts, for what asks many records about each criterion. PostgreSQL keeps it equal, too.
    ratings = models.GeneratedField(
        expression=Func("document", template="jsonb_path_query_array(%(expressions)s, '$.facts.answers[*].rating')"),
        output_field=models.JSONField(),
        db_persist=True,
    )
    checksum = models.CharField(_("Prüfsumme"), max_length=64)
    superseded_at = models.DateTimeField(_("abgelöst am"), null=True, blank=True)
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = AssessmentRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("freigegebenes Dokument")
        verbose_name_plural = _("freigegebene Dokumente")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["-approved_at"], name="record_approved_at")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "year", "serial"], name="record_serial_unique"),
            models.UniqueConstraint(fields=["assessment", "version"], name="record_version_unique"),
            models.UniqueConstraint(
                fields=["assessment"], condition=Q(superseded_at__isnull=True), name="record_one_current_per_round"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_current(self) -> bool:
        return self.superseded_at is None

    @property
    def names(self) -> dict[str, tuple[int | None, str]]:
        """Who the references stand for: reference → (id, name as of the approval). "" for somebody made anonymous.

        No query after ``with_parts``, otherwise one.
        """
        rows: Any = self.__dict__.get("people")
        if rows is None:
            people = RecordPerson.objects.filter(record=self).order_by("pk").values_list("ref", "user", "name")
            return {ref: (user, name) for ref, user, name in people}
        return {row["ref"]: (row["id"], row["name"]) for row in rows}

    @property
    def renditions(self) -> "list[Rendition]":
        """The second and every later one, in their order. No query after ``with_parts``, otherwise one."""
        rows: Any = self.__dict__.get("later_renditions")
        if rows is None:
            rows = RecordRendition.objects.filter(record=self).order_by("number")
            rows = rows.values("number", "reason", at=F("made_at"), name=F("made_by__name"), email=F("made_by__email"))
        return [Rendition.from_row(row) for row in rows]

    @property
    def named_after(self) -> tuple[str, str]:
        """What the names of its files are made of: the project's slug and the round's number. Only with ``for_its_files``."""
        slug, number = self.__dict__["slug_and_round"]
        return slug, number

    @property
    def last_rendition(self) -> int:
        """Its number, 1 where there was no later one. Costs what ``renditions`` does."""
        return max((one.number for one in self.renditions), default=1)


class RecordPerson(models.Model):
    """One person a record speaks of. Apart from it, so that a name can go without touching document and checksum."""

    record = models.ForeignKey(AssessmentRecord, models.PROTECT, related_name="+")
    ref = models.CharField(max_length=12)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=254, blank=True)

    class Meta:
        verbose_name = _("Person eines Dokuments")
        verbose_name_plural = _("Personen eines Dokuments")
        constraints = [models.UniqueConstraint(fields=["record", "ref"], name="record_person_unique")]

    def __str__(self) -> str:
        return self.name or self.ref


class RenditionReason(models.TextChoices):
    REDESIGNED = "redesigned", _("neu gestaltet")
    ANONYMISED = "anonymised", _("ohne einen Namen")


class RecordRendition(RecordedRow):
    """The second and every later time that a record's files are made anew. The first needs no row: it comes with the approval.

    Append-only, as the record is. What the files say does not change but for a name that went (``ANONYMISED``).
    """

    record = models.ForeignKey(AssessmentRecord, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("Fassung"))
    reason = models.CharField(max_length=10, choices=RenditionReason.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("Fassung eines Dokuments")
        verbose_name_plural = _("Fassungen eines Dokuments")
        indexes = [models.Index(fields=["-made_at"], name="rendition_made_at")]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="record_rendition_unique"),
            models.CheckConstraint(condition=Q(number__gte=2), name="record_rendition_is_a_later_one"),
        ]

    def __str__(self) -> str:
        return f"{self.record} ({self.number})"


@dataclass(frozen=True, slots=True)
class Rendition:
    """A row of ``RecordRendition`` as pages read it. ``by`` is "" where nobody is kept."""

    number: int
    reason: str
    at: datetime
    by: str

    @property
    def label(self) -> str:
        return str(RenditionReason(self.reason).label)

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Rendition":
        """PostgreSQL's JSON gives moments as text."""
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        return cls(row["number"], row["reason"], at, row["name"] or row["email"] or "")


class RecordFile(models.Model):
    """A file as it was first rendered from a record: fetched again, it is the same bytes, whatever the templates are now.

    ``version`` is the number of the rendition it belongs to (``RecordRendition``; 1 is the first). Its ``content`` is gone
    where it may not be handed out any more, since somebody in it was made anonymous.
    """

    record = models.ForeignKey(AssessmentRecord, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=8, help_text="pdf, xlsx, csv, json")
    language = models.CharField(max_length=5)
    options = models.CharField(max_length=80, blank=True, help_text="variant, compared round, names left out, comments")
    version = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    made_with = models.CharField(max_length=64, help_text="hash over code and templates")
    checksum = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Datei eines Dokuments")
        verbose_name_plural = _("Dateien eines Dokuments")
        constraints = [
            models.UniqueConstraint(fields=["record", "kind", "language", "options", "version"], name="record_file_unique"),
            models.CheckConstraint(
                condition=Q(content__isnull=False, removed_at__isnull=True) | Q(content__isnull=True, removed_at__isnull=False),
                name="record_file_is_there_or_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record}.{self.kind} ({self.version})"
