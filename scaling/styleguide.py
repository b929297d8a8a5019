"""The component page: every part of the look in every state, on one page. For us and for whoever updates KERN."""

import datetime
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, ButtonHolder, Column, Div, Field, Fieldset, Layout, MultiField, Row, Submit
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from assessments.scoring import Counts
from scaling.common.forms import Form


@dataclass(frozen=True)
class LevelChoice:
    """What kern/level_cards.html reads from a choice's label; number is None for "weiß nicht" and "trifft nicht zu"."""

    name: Any
    number: int | None = None
    description: Any = ""

    def __str__(self) -> str:
        return str(self.name) if self.number is None else f"{self.number} – {self.name}"


LEVELS = [
    ("0", LevelChoice(_("nicht begonnen"), 0, _("Das Thema ist noch nicht aufgegriffen."))),
    ("1", LevelChoice(_("geplant"), 1, _("Es gibt einen Plan mit Zuständigkeit und Termin."))),
    ("2", LevelChoice(_("in Umsetzung"), 2, _("Die Arbeit läuft; erste Ergebnisse liegen vor."))),
    ("3", LevelChoice(_("umgesetzt"), 3, _("Die Beschreibung ist vollständig erfüllt."))),
    ("4", LevelChoice(_("fest verankert"), 4, _("Es wird regelmäßig überprüft und verbessert."))),
    ("unknown", LevelChoice(_("weiß nicht"))),
    ("not_applicable", LevelChoice(_("trifft nicht zu"), None, _("Bitte begründen Sie das kurz."))),
]
PHASES = [
    ("", _("Bitte wählen")),
    ("P1", _("Ideenfindung")),
    ("P2", _("Prototyp")),
    ("P3", _("Pilot")),
]
WORKSTREAMS = [
    ("finanziell", _("finanziell")),
    ("organisatorisch", _("organisatorisch")),
    ("technisch", _("technisch")),
    ("wirtschaftlich", _("wirtschaftlich")),
]


class StyleguideForm(Form):
    """One field for every widget the template pack knows."""

    read_only = False
    mark_optional = True

    name = forms.CharField(label=_("Name des Projekts"), help_text=_("So, wie Sie im Haus davon sprechen."))
    email = forms.EmailField(label=_("E-Mail-Adresse"), required=False)
    password = forms.CharField(label=_("Passwort"), widget=forms.PasswordInput, required=False)
    rationale = forms.CharField(
        label=_("Begründung"),
        help_text=_("Zwei, drei Sätze genügen."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=PHASES)
    workstreams = forms.MultipleChoiceField(label=_("Workstreams"), choices=WORKSTREAMS, required=False)
    target_date = forms.DateField(
        label=_("Zieltermin"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    evidence = forms.FileField(label=_("Nachweis"), required=False, help_text=_("PDF oder Bild, höchstens 10 MB."))
    level = forms.ChoiceField(
        label=_("Wo stehen Sie?"),
        choices=LEVELS,
        widget=forms.RadioSelect,
        help_text=_("Eine Stufe ist erreicht, wenn ihre Beschreibung vollständig zutrifft."),
    )
    visibility = forms.ChoiceField(
        label=_("Wer darf das sehen?"),
        choices=[("team", _("nur das Team")), ("all", _("alle in der Kommune"))],
        widget=forms.RadioSelect,
    )
    topics = forms.MultipleChoiceField(
        label=_("Worum geht es?"), choices=WORKSTREAMS, widget=forms.CheckboxSelectMultiple, required=False
    )
    confirmed = forms.BooleanField(
        label=_("Wir haben diese Einschätzung gemeinsam bestätigt"), help_text=_("Erst danach zählt sie als geprüft.")
    )
    author = forms.CharField(label=_("Angelegt von"), disabled=True, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            "version",
            Row(Column("name"), Column("email", "password")),
            "rationale",
            Field("level", template="kern/level_cards.html"),
            Fieldset(_("Einordnung"), Row("phase", "target_date"), "workstreams", "visibility", "topics"),
            MultiField(_("Angaben zur Person"), "author"),
            Div("evidence", "confirmed"),
            HTML('<hr class="kern-divider" aria-hidden="true">'),
            ButtonHolder(
                Submit("save", _("Speichern und weiter")),
                Submit("later", _("Später weitermachen"), css_class="kern-btn--secondary"),
            ),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("level") == "not_applicable" and not data.get("rationale"):
            raise forms.ValidationError(_("„Trifft nicht zu“ braucht eine Begründung."))
        return data


class ExampleMeasureForm(Form):
    """A row of the demo formset."""

    title = forms.CharField(label=_("Maßnahme"))
    due = forms.DateField(label=_("Termin"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    status = forms.ChoiceField(label=_("Stand"), choices=[("planned", _("geplant")), ("done", _("erledigt"))])


ExampleMeasureFormSet = forms.formset_factory(ExampleMeasureForm, extra=1)

EXAMPLE = {
    "name": _("Parkraum in Echtzeit"),
    "rationale": _("Der Rat hat den Betrieb beschlossen."),
    "phase": "P3",
    "workstreams": ["finanziell", "technisch"],
    "topics": ["organisatorisch"],
    "target_date": datetime.date(2027, 3, 31),
    "level": "3",
    "visibility": "all",
    "confirmed": True,
    "author": "Alice Beispiel",
}


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Needs no rights and no query: it shows nothing but made-up examples."""
    readonly_form = StyleguideForm(initial=EXAMPLE, prefix="readonly")
    readonly_form.read_only = True
    disabled_form = StyleguideForm(initial=EXAMPLE, prefix="disabled")
    for field in disabled_form.fields.values():
        field.disabled = True
    measures = ExampleMeasureFormSet(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-title": _("Betriebskosten klären"), "form-1-due": "morgen"}
    )
    table_helper = FormHelper()
    table_helper.template = "kern/table_inline_formset.html"
    table_helper.form_tag = False
    states = (
        "open rated unknown not_applicable unconfirmed confirmed draft submitted returned approved reached blocked "
        "not_examined published retired planned in_progress done dropped due overdue invited editorial official"
    )
    context = {
        "form": StyleguideForm(initial={"author": EXAMPLE["author"], "version": 3}),
        "bound_form": StyleguideForm({"bound-rationale": "x" * 230, "bound-email": "alice"}, prefix="bound"),
        "disabled_form": disabled_form,
        "readonly_form": readonly_form,
        "formset": measures,
        "table_helper": table_helper,
        "crumbs": [(_("Start"), "/"), (_("Katalog"), "/katalog/"), (_("Bausteine"), "")],
        "states": states.split(),
        "levels": [None, 0, 1, 2, 3, 4],
        "progress": [
            Counts(total=21, rated=10, unknown=1, not_applicable=1, open=9, unconfirmed=0),
            Counts(total=21, rated=18, unknown=1, not_applicable=2, open=0, unconfirmed=21),
            Counts(total=21, rated=18, unknown=1, not_applicable=2, open=0, unconfirmed=8),
            Counts(total=21, rated=0, unknown=0, not_applicable=0, open=21, unconfirmed=0),
        ],
        "page_obj": Paginator(range(240), 20).page(5),
        "demo_messages": [
            Message(constants.SUCCESS, gettext("Gespeichert um 14:03 Uhr.")),
            Message(constants.INFO, gettext("Seit gestern gibt es eine neue Katalogausgabe.")),
            Message(constants.WARNING, gettext("Drei übernommene Einschätzungen sind noch nicht bestätigt.")),
            Message(constants.ERROR, gettext("Das hat nicht geklappt. Ihr Text steht noch im Feld.")),
        ],
        "phases": [
            {"name": _("Ideenfindung"), "state": "reached"},
            {"name": _("Prototyp"), "state": "blocked", "note": _("2 Meilensteine offen")},
            {"name": _("Pilot"), "state": "current"},
            {"name": _("Verstetigung"), "state": "open"},
            {
                "name": _("Transfer"),
                "state": "not_examined",
                "note": _("Der Meilenstein von P5 selbst ist noch nicht eingeschätzt."),
            },
        ],
    }
    return render(request, "styleguide.html", context)
