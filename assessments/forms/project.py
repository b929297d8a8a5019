from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Project
from assessments.models.project import Confidentiality, FieldOfAction
from assessments.services.projects import NameTaken, name_is_taken
from catalogue.models import CROSS_PHASE, Phase
from scaling.accounts.models import Membership, Municipality, Role, User
from scaling.common.forms import Form
from scaling.common.sorting import GermanOrder
from scaling.common.versions import version_field


class ProjectForm(Form):
    """A project's name, purpose, phase and people; for a new one (``project`` None) and for one that exists."""

    name = forms.CharField(label=_("Name des Projekts"), max_length=120, help_text=_("So, wie Sie im Haus davon sprechen."))
    summary = forms.CharField(
        label=_("Worum es geht"),
        required=False,
        max_length=1000,
        help_text=_("Ein bis drei Sätze; sie erscheinen auf dem Reifeprofil."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    phase: "forms.ModelChoiceField[Phase]" = forms.ModelChoiceField(
        label=_("Phase"),
        queryset=Phase.objects.exclude(key=CROSS_PHASE),
        empty_label=_("Bitte wählen"),
        help_text=_("In welcher Phase steht das Projekt gerade?"),
    )
    confidentiality = forms.ChoiceField(
        label=_("Vertraulichkeit"),
        choices=Confidentiality.choices,
        required=False,
        help_text=_(
            "Die Kennzeichnung steht auf dem Reifeprofil und auf jeder Seite der PDF. An den Rechten ändert sie nichts."
        ),
    )
    field = forms.ChoiceField(
        label=_("Handlungsfeld"),
        choices=FieldOfAction.choices,
        required=False,
        help_text=_("Danach lässt sich das Portfolio eingrenzen."),
    )
    team = forms.ModelMultipleChoiceField(
        label=_("Projektteam"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Wer hier steht, darf die Bewertung bearbeiten. Die Leitung darf das immer."),
    )

    version = version_field()

    def __init__(self, *args: Any, municipality: Municipality, project: Project | None = None, **kwargs: Any) -> None:
        if project is not None:
            kwargs["initial"] = {
                "name": project.name,
                "summary": project.summary,
                "phase": project.phase_id,
                "confidentiality": project.confidentiality,
                "field": project.field,
                "team": list(project.team_ids),
                "version": project.version,
            }
        super().__init__(*args, **kwargs)
        if project is None:
            del self.fields["version"]
        self.municipality, self.project = municipality, project
        on_team = Membership.objects.filter(municipality=municipality, role=Role.TEAM)
        team = User.objects.filter(pk__in=on_team.values("user"), is_active=True)
        self.fields["team"].queryset = team.order_by(GermanOrder("name"), "email")  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.layout = Layout("name", "summary", "phase", "field", "confidentiality", "team")
        self.helper.render_hidden_fields = True
        self.helper.add_input(Submit("speichern", _("Projekt anlegen") if project is None else _("Änderungen speichern")))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name_is_taken(self.municipality, name, except_for=self.project):
            raise forms.ValidationError(str(NameTaken()))
        return name
