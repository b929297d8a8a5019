"""What every form of ours is made from, so that a new one gets the rules for text and dates by itself."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext as _

from scaling.common.dates import EARLIEST, LATEST, date_problem
from scaling.common.text import has_letters, tidy_text


class TidyText:
    """Texts reach a form's fields as ``tidy_text`` leaves them, on one line where the field is one; passwords as typed
    (``User`` knows their form).

    Done where a field takes its value from what was sent: so the limit of a field, its validators and the form that comes back
    all see the same text.
    """

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        value = super()._widget_data_value(widget, html_name)  # type: ignore[misc]
        if isinstance(value, str) and not isinstance(widget, forms.PasswordInput):
            text = tidy_text(value)
            return text.replace("\n", " ") if isinstance(widget, forms.TextInput) else text
        return value


class Form(TidyText, forms.Form):
    """The base of every form."""


class ModelForm(TidyText, forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The base of every form over a model."""


class FileForm(Form):
    """A file to be read: the field ``file`` of whoever inherits. What is in it is judged elsewhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout("file")
        self.helper.add_input(Submit("einlesen", _("Einlesen und prüfen")))


class DayField(forms.DateField):
    """A day from 2000 to 2100, by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "date", "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}
        kwargs.setdefault("widget", forms.DateInput(attrs=attrs, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if problem := date_problem(value):
            raise forms.ValidationError(problem)


class ReasonField(forms.CharField):
    """A reason that has to be given: with letters, in ``rows`` lines. ``ask`` is the sentence for whoever gave none."""

    def __init__(self, *, ask: Any, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(error_messages={"required": ask}, **kwargs)
        self.ask = ask

    def validate(self, value: str) -> None:
        super().validate(value)
        if not has_letters(value):
            raise forms.ValidationError(self.ask)
