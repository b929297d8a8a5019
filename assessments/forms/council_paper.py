from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.council_paper import PAPER_NAMES
from assessments.models import Assessment, Project, ProjectPaper, RoundPaper
from assessments.queries.people import people_of
from assessments.sentences import with_former
from scaling.accounts.models import User
from scaling.common.forms import Form
from scaling.common.versions import version_field

#: As many lines to sign on as a page has room for beside each other.
MAX_SIGNATURES, SIGNATURE_LENGTH = 6, 60


def _text(label: Any, length: int, *, rows: int = 0, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else None
    return forms.CharField(label=label, required=False, max_length=length, widget=widget, help_text=help_text)


class ProjectPaperForm(Form):
    """What is the same in every round."""

    file_number = _text(PAPER_NAMES["file_number"], 80)
    office = _text(PAPER_NAMES["office"], 120)
    contact: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=PAPER_NAMES["contact"], required=False, queryset=User.objects.none(), empty_label=_("niemand aus dem Projekt")
    )
    contact_text = _text(_("Oder jemand anderes"), 120, help_text=_("Etwa ein Name mit Durchwahl."))
    funding_reference = _text(PAPER_NAMES["funding_reference"], 80)
    funding_period = _text(PAPER_NAMES["funding_period"], 80, help_text=_("Etwa „01.2025 bis 12.2027“."))
    distribution = _text(PAPER_NAMES["distribution"], 400, rows=3)
    version = version_field()

    def __init__(self, *args: Any, project: Project, paper: ProjectPaper, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(paper, name) for name in (*ProjectPaper.FIELDS, "version")}
        super().__init__(*args, **kwargs)
        people = set(people_of(project).values_list("pk", flat=True))
        contact: Any = self.fields["contact"]
        contact.queryset = User.objects.filter(pk__in=people | ({paper.contact_id} if paper.contact_id else set()))
        contact.label_from_instance = lambda person: with_former(person, is_there=person.pk in people)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Row("file_number", "office"),
            Row("contact", "contact_text"),
            Row("funding_reference", "funding_period"),
            "distribution",
        )
        self.helper.render_hidden_fields = True
        self.helper.add_input(Submit("speichern", _("Angaben speichern")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("contact") and data.get("contact_text"):
            self.add_error("contact_text", _("Bitte nennen Sie nur eine Ansprechperson: oben oder hier."))
        return data


class RoundPaperForm(Form):
    """What belongs to the round."""

    number = _text(PAPER_NAMES["number"], 60)
    resolution = _text(PAPER_NAMES["resolution"], 1500, rows=5)
    financial_effect = _text(PAPER_NAMES["financial_effect"], 800, rows=3)
    participants = _text(
        PAPER_NAMES["participants"],
        600,
        rows=3,
        help_text=_("Ämter und Rollen genügen. In geteilten Links ohne Namen fehlt dieses Feld."),
    )
    method = _text(PAPER_NAMES["method"], 600, rows=3, help_text=_("Etwa: „Workshop am 12. März, danach schriftlich ergänzt“."))
    signatures = _text(
        PAPER_NAMES["signatures"], 300, rows=3, help_text=_("Eine Zeile je Unterschrift, etwa „Amtsleitung“. Höchstens sechs.")
    )
    version = version_field()

    def __init__(self, *args: Any, assessment: Assessment, paper: RoundPaper, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(paper, name) for name in (*RoundPaper.FIELDS, "version")}
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("number", "resolution", "financial_effect", "participants", "method", "signatures")
        self.helper.render_hidden_fields = True
        self.helper.add_input(Submit("speichern", _("Angaben speichern")))

    def clean_signatures(self) -> str:
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["signatures"]).splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > MAX_SIGNATURES:
            raise forms.ValidationError(_("Höchstens sechs Unterschriften haben Platz."))
        if any(len(line) > SIGNATURE_LENGTH for line in lines):
            raise forms.ValidationError(_("Eine Zeile darf höchstens 60 Zeichen lang sein."))
        return "\n".join(lines)
