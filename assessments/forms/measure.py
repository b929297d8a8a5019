from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Measure, MeasureStatus, Project
from assessments.queries.people import people_of
from assessments.sentences import with_former
from catalogue.models import Criterion
from scaling.accounts.models import User
from scaling.common.forms import DayField, Form
from scaling.common.versions import version_field


class MeasureForm(Form):
    """What, who, until when. ``owner`` is a member; whoever is none is written into ``owner_text``."""

    text = forms.CharField(label=_("Was ist zu tun?"), max_length=300)
    criterion_key = forms.ChoiceField(label=_("Für welches Kriterium?"), required=False)
    owner: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Wer kümmert sich?"), required=False, queryset=User.objects.none(), empty_label=_("niemand aus dem Projekt")
    )
    owner_text = forms.CharField(
        label=_("Oder jemand anderes"), required=False, max_length=120, help_text=_("Etwa „Kämmerei“ oder ein Name.")
    )
    due_on = DayField(label=_("Bis wann?"), required=False)
    status = forms.ChoiceField(label=_("Stand"), choices=MeasureStatus.choices)
    version = version_field()

    def __init__(
        self,
        *args: Any,
        project: Project,
        criteria: Iterable[Criterion],
        measure: Measure | None = None,
        criterion_key: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"criterion_key": criterion_key, "status": MeasureStatus.PLANNED}
        if measure is not None:
            kwargs["initial"] = {name: getattr(measure, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if measure is None:
            del self.fields["version"]
        choices = [("", _("für keines bestimmt")), *((criterion.key, criterion.title) for criterion in criteria)]
        if measure is not None and measure.criterion_key and measure.criterion_key not in dict(choices):
            choices.append((measure.criterion_key, measure.criterion_key))  # of an older edition
        self.fields["criterion_key"].choices = choices  # type: ignore[attr-defined]
        people = set(people_of(project).values_list("pk", flat=True))
        known = people | ({measure.owner_id} if measure is not None and measure.owner_id else set())
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=known)
        owner.label_from_instance = lambda person: with_former(person, is_there=person.pk in people)
        self.helper = FormHelper()
        self.helper.layout = Layout(Row("text"), Row("criterion_key"), Row("owner", "owner_text"), Row("due_on", "status"))
        self.helper.render_hidden_fields = True
        self.helper.add_input(Submit("speichern", _("Maßnahme speichern")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("owner") and data.get("owner_text"):
            self.add_error("owner_text", _("Bitte nennen Sie nur eine zuständige Stelle: oben oder hier."))
        return data
