"""Django's plain admin for curators. The curator pages under /katalog/redaktion/ are the comfortable way.

Published editions are read-only here by rules.py, and in the database itself.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import URLField
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from catalogue import models
from catalogue.forms.fields import array_formfield
from catalogue.services.change_log import recording
from catalogue.services.phases_and_workstreams import recording_texts
from scaling.common.admin import VersionedAdmin, VersionedForm
from scaling.common.forms import ModelForm


def list_in_words(model: Any, name: str) -> str | Callable[[Any], SafeString]:
    """What shows a list to read, a value per line in words: Django would join the values as they are stored. Else the field."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:  # a hidden field of the form
        return name
    original = getattr(field, "translated_field", field)
    if not isinstance(original, ArrayField):
        return name
    words = dict(getattr(original.base_field, "choices", None) or ())

    @admin.display(description=field.verbose_name)
    def shown(row: Any) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((words.get(value, value),) for value in getattr(row, name) or ()))

    return shown


class CatalogueAdmin:
    """Asks rules.py about the object itself, which Django's admin leaves out; lists of texts are edited one per line."""

    def _asks(self, act: str, request: HttpRequest, obj: Any) -> bool:
        """A superuser passes every rule, but not the database: what is published stays, whoever asks."""
        edition = obj if isinstance(obj, models.Edition) else getattr(obj, "edition", None)
        if act in {"change", "delete"} and edition is not None and edition.state != models.EditionState.DRAFT:
            return False
        return bool(request.user.has_perm(f"catalogue.{act}_{self.model._meta.model_name}", obj))  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asks("add", request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asks("change", request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asks("delete", request, obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Of a row that may only be read, lists in words."""
        original = context["original"]
        if original is not None and not self.has_change_permission(request, original):
            form: Any = context["adminform"]
            form.fieldsets = [
                (title, {**options, "fields": [list_in_words(self.model, name) for name in options["fields"]]})  # type: ignore[attr-defined]
                for title, options in form.fieldsets
            ]
            form.readonly_fields = flatten_fieldsets(form.fieldsets)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Boxes to tick: they work without a script, and all their words are ours."""
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        original = getattr(db_field, "translated_field", db_field)
        if isinstance(original, ArrayField):
            field: forms.Field = array_formfield(original)
            field.label = db_field.verbose_name
            return field
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        made: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        return made


class LevelInline(CatalogueAdmin, TranslationStackedInline):  # type: ignore[type-arg]  # not generic at run time
    form = ModelForm
    model = models.LevelDescriptor
    classes = ("collapse",)
    extra = 0
    max_num = 5


class MilestoneInline(CatalogueAdmin, admin.StackedInline):  # type: ignore[type-arg]  # not generic at run time
    form = ModelForm
    model = models.Milestone
    extra = 0


class RecordingAdmin(VersionedAdmin, CatalogueAdmin, TranslationAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Writes down who changed what, as the curator pages do."""

    form = VersionedForm

    def _edition(self, request: HttpRequest, object_id: str | None) -> models.Edition | None:
        if object_id:
            obj = self.get_object(request, unquote(object_id))
            return obj if isinstance(obj, models.Edition) else getattr(obj, "edition", None)
        number = request.POST.get("edition", "")
        return models.Edition.objects.filter(pk=int(number)).first() if number.isdecimal() else None

    def _changeform_view(self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any) -> Any:
        edition = self._edition(request, object_id) if request.method == "POST" else None
        if edition:  # before any of its rows, as the curators' services do
            models.Edition.objects.select_for_update().get(pk=edition.pk)
        with recording(edition, request.user) if edition else nullcontext():
            return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            models.Edition.objects.select_for_update().get(pk=obj.edition.pk)
            with recording(obj.edition, request.user):
                super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            for obj in queryset.select_related("edition"):
                self.delete_model(request, obj)


class PhaseFilter(admin.RelatedFieldListFilter):
    """Named in one word, which Django puts into a phrase."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Phase")


class EditionBoundAdmin(RecordingAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("edition",)
    list_filter: ClassVar[tuple[Any, ...]] = ("edition",)
    list_per_page = 50

    @admin.display(description=_("Ausgabe"), ordering="edition")
    def in_edition(self, row: Any) -> str:
        """By its number: with its title it would take three lines of each row."""
        return str(row.edition.number)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """As its own edition has it: without the number, the page is the newest one's. A draft is on none."""
        if obj is None or not hasattr(obj, "get_absolute_url") or obj.edition.state == models.EditionState.DRAFT:
            return None
        page, mark, place = obj.get_absolute_url().partition("#")
        return f"{page}?{urlencode({'ausgabe': obj.edition.number})}{mark}{place}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A row never moves to another edition."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "edition") if obj else fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "edition":
            kwargs["queryset"] = models.Edition.objects.filter(state=models.EditionState.DRAFT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name in ("related", "criteria", "criterion", "good_practice"):
            field: Any = form.base_fields.get(name)
            if field is not None:
                edition = obj.edition_id if obj else None
                draft = {"edition_id": edition} if edition else {"edition__state": models.EditionState.DRAFT}
                field.queryset = field.queryset.filter(**draft).select_related("edition")
        return form


@admin.register(models.Edition)
class EditionAdmin(RecordingAdmin):
    list_display = ("numbered", "title", "state", "published_at", "published_by")
    list_filter = ("state",)
    # States change through services.publishing alone.
    readonly_fields = ("state", "based_on", "published_at", "published_by", "retired_at", "retired_by")

    @admin.display(description=_("Nummer"), ordering="major")
    def numbered(self, edition: models.Edition) -> str:
        return edition.number

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft is discarded on the curator pages."""
        return False


@admin.register(models.Criterion)
class CriterionAdmin(EditionBoundAdmin):
    list_display = ("title", "key", "in_edition", "phase", "order")
    list_select_related = ("edition", "phase")
    list_filter = ("edition", ("phase", PhaseFilter), "workstreams")
    search_fields = ("title_de", "title_en", "key")
    inlines = (LevelInline, MilestoneInline)


@admin.register(models.GoodPractice)
class GoodPracticeAdmin(EditionBoundAdmin):
    list_display = ("title", "key", "in_edition", "order")
    search_fields = ("title_de", "title_en", "key")


@admin.register(models.OperatingModel)
class OperatingModelAdmin(EditionBoundAdmin):
    list_display = ("name", "group", "in_edition", "order")


@admin.register(models.Reference)
class ReferenceAdmin(EditionBoundAdmin):
    list_display = ("title", "url", "in_edition")


class PhaseOrWorkstreamAdmin(VersionedAdmin, TranslationAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Projects, assessments and all editions point at these rows, so only their texts change."""

    form = VersionedForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with recording_texts(obj, request.user):
            super().save_model(request, obj, form, change)


@admin.register(models.Phase)
class PhaseAdmin(PhaseOrWorkstreamAdmin):
    list_display = ("labelled", "key", "order")
    readonly_fields = ("key", "code", "order")

    @admin.display(description=_("Phase"), ordering="order")
    def labelled(self, phase: models.Phase) -> str:
        return phase.label


@admin.register(models.Workstream)
class WorkstreamAdmin(PhaseOrWorkstreamAdmin):
    list_display = ("name", "key", "order")
    readonly_fields = ("key", "order")
