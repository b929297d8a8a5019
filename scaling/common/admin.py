"""The operator's admin overwrites nothing either: its forms name the version they were opened with."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scaling.common.forms import ModelForm
from scaling.common.versions import version_field
from scaling.common.word_beginnings import each_begins_one_of, words_of

FIELD = "seen_version"


class VersionedForm(ModelForm):
    """Refuses a save that began with an older version of its row. What was typed stays in the form."""

    seen_version = version_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and hasattr(self.instance, "version"):
            self.initial[FIELD] = self.instance.version
        else:
            del self.fields[FIELD]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if FIELD in data:
            rows = type(self.instance)._base_manager.select_for_update().filter(pk=self.instance.pk)
            if rows.values_list("version", flat=True).get() != data[FIELD]:
                text = _(
                    "Seit Sie die Seite geöffnet haben, wurde hier gespeichert. Nichts ist überschrieben. Öffnen Sie die "
                    "Seite in einem zweiten Reiter, und übertragen Sie dorthin, was gelten soll."
                )
                raise forms.ValidationError(text)
        return data


class VersionedAdmin:
    """For a ModelAdmin whose ``form`` is a VersionedForm: counts the version on with each save, titles lists by their rows."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = capfirst(self.opts.verbose_name_plural)  # type: ignore[attr-defined]
        return super().changelist_view(request, {"title": title, **(extra_context or {})})  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the hidden field, where there is something to save."""
        fieldsets = [
            (name, {**options, "fields": [field for field in options["fields"] if field != FIELD]})
            for name, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]
        if obj is not None and hasattr(obj, "version") and self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            fieldsets.append((None, {"fields": [FIELD]}))
        return fieldsets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and hasattr(obj, "version"):
            obj.version += 1
        super().save_model(request, obj, form, change)  # type: ignore[misc]


class LongList:
    """For a ModelAdmin over rows by the ten thousand: short pages, counted once, and searched by an index on the words of its
    ``search_fields``.
    """

    list_per_page = 20
    show_full_result_count = False
    change_list_template: Any = "admin/long_list.html"
    #: Above the field: Django's own ``search_help_text`` would be all that names it, since its label is a picture.
    search_note: Any = gettext_lazy(
        "Gesucht wird, wie Wörter beginnen, ohne Rücksicht auf Groß- und Kleinschreibung und Umlaute."
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        if search_term.strip():
            words = words_of(*self.search_fields)  # type: ignore[attr-defined]
            queryset = queryset.filter(each_begins_one_of(words, search_term))
        return queryset, False
