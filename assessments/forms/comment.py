"""The form for a comment on a criterion."""

from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import ButtonHolder, Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from scaling.common.forms import Form


class CommentForm(Form):
    mark_optional = False

    text = forms.CharField(
        label=_("Neuer Kommentar"),
        max_length=4000,
        help_text=_("Für das Team; erscheint nicht im Reifeprofil."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "kommentar_%s", **kwargs})

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        submit = Submit("kommentieren", _("Kommentieren"), css_class="kern-btn--secondary")
        helper.layout = Layout("text", ButtonHolder(submit))
        return helper
