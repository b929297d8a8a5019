"""Form fields for lists of texts."""

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import IntegerField


class LinesField(forms.CharField):
    """A list of texts, one per line; empty lines do not count. The value is a list of str."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return list(value)
        lines = (line.strip() for line in str(value or "").splitlines())
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


def array_formfield(field: "ArrayField[Any, Any]", **kwargs: Any) -> Any:
    """The form field of a list: boxes to tick where the values are fixed, numbers with commas, else one text per line."""
    if isinstance(field.base_field, IntegerField):
        return field.formfield(**kwargs)
    choices = getattr(field.base_field, "choices", None)
    common = {"required": kwargs.get("required", False), "label": field.verbose_name, "help_text": field.help_text}
    if choices:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
    return LinesField(**common)
