"""One criterion with all five levels on one page."""

from typing import Any

from crispy_forms.layout import HTML, Field, Fieldset, Layout, Row
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.forms.document_form import DocumentForm, ReferencesField, spread
from catalogue.levels import DEFAULT_REQUIRED_LEVEL, DEFAULT_REQUIRED_LEVELS, Level
from catalogue.models import CROSS_PHASE, PROJECT_PHASES, EditorialMark, MilestoneKind, Phase, TitleSource, Workstream
from catalogue.services.document_rows import CRITERION_TEXTS

ONE_PER_LINE = gettext_lazy("Ein Eintrag je Zeile.")


class CriterionForm(DocumentForm):
    """``item`` is the criterion as in the edition's document; ``others`` are the criteria it can be related to."""

    title_source = forms.ChoiceField(label=gettext_lazy("Herkunft des Titels"), choices=TitleSource.choices)
    editorial = forms.MultipleChoiceField(
        label=gettext_lazy("Von der Redaktion gewählt"),
        choices=EditorialMark.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Was nicht in der Quelle steht. Es wird auf den Seiten so gekennzeichnet."),
    )
    phase = forms.ChoiceField(label=gettext_lazy("Ab Phase"))
    workstreams = forms.MultipleChoiceField(
        label=gettext_lazy("Workstreams"), widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("Mindestens einer.")
    )
    milestone_kind = forms.ChoiceField(
        label=gettext_lazy("Meilenstein"),
        choices=[("", gettext_lazy("kein Meilenstein")), *MilestoneKind.choices],
        required=False,
        help_text=gettext_lazy("Die Meilensteine bilden das Phasentor."),
    )
    required_level = forms.TypedChoiceField(
        label=gettext_lazy("Erforderliche Stufe"),
        coerce=int,
        choices=[(level.value, format_lazy("{} – {}", level.value, level.label)) for level in Level if level.value],
        initial=DEFAULT_REQUIRED_LEVEL,
        required=False,
        help_text=gettext_lazy("Für Meilensteine der Phasen P1 bis P5."),
    )
    related = forms.MultipleChoiceField(
        label=gettext_lazy("Verwandte Kriterien"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    references = ReferencesField()

    def __init__(
        self,
        data: Any = None,
        *,
        item: dict[str, Any],
        version: int,
        others: list[tuple[str, str]],
        preview_url: str = "",
    ) -> None:
        self.item = item
        super().__init__(data, initial=self._initial(item), version=version)
        fields: Any = self.fields
        fields["phase"].choices = [(phase.key, phase.label) for phase in Phase.objects.all()]
        fields["workstreams"].choices = [(workstream.key, workstream.name) for workstream in Workstream.objects.all()]
        fields["related"].choices = others
        title = self.add_texts("title", _("Titel"), line=200, german=True)
        texts = [
            self.add_texts(
                "summary", _("Kurzbeschreibung"), german=True, help_text=_("Worum es geht, in ein bis zwei Sätzen.")
            ),
            self.add_texts("why", _("Warum es zählt"), german=True),
            self.add_texts("note", _("In einfachen Worten"), help_text=_("Was der Begriff im Rathaus bedeutet.")),
            self.add_lines("questions", _("Leitfragen"), help_text=ONE_PER_LINE),
            self.add_lines("evidence_examples", _("Beispiele für Nachweise"), help_text=ONE_PER_LINE),
        ]
        levels = [self._level(level) for level in Level]
        per_phase = self._add_required_levels()
        layout = Layout(
            "version",
            Fieldset(_("Titel und Einordnung"), title, Row("title_source", "phase"), "workstreams", "editorial"),
            Fieldset(_("Meilenstein"), Row("milestone_kind", "required_level"), *per_phase),
            Fieldset(_("Texte"), *texts),
            *levels,
            Fieldset(_("Verweise"), Field("related", wrapper_class="choice-box"), "references"),
        )
        self.lay_out(layout, preview_url)

    def _add_required_levels(self) -> list[Any]:
        """A level for each phase: what a cross-phase milestone asks for at each gate."""
        names = []
        for phase in PROJECT_PHASES:
            name = f"required_level_{phase}"
            field: Any = self.fields["required_level"]
            self.fields[name] = forms.TypedChoiceField(
                label=_("Stufe für %s") % phase.upper(), coerce=int, choices=field.choices, required=False
            )
            names.append(name)
        hint = _("Ein durchgehender Meilenstein verlangt je Phase eine Stufe; sie sinkt von Phase zu Phase nicht.")
        return [HTML(f'<p class="small muted">{hint}</p>'), Row(*names)]

    def _level(self, level: Level) -> Fieldset:
        number = level.value
        rows = [self.add_texts(f"level_{number}_description", _("Beschreibung"))]
        if number < 4:
            rows.append(self.add_texts(f"level_{number}_next_step", _("Schritt zur nächsten Stufe"), rows=2))
        for row in rows:
            for name in row.fields:
                # Every label has to make sense without the fieldset around it.
                self.fields[name].label = _("Stufe %(number)d: %(field)s") % {
                    "number": number,
                    "field": self.fields[name].label,
                }
        hint = HTML('<p class="small muted">{}</p>'.format(_("Was Außenstehende sehen würden; ganz erfüllt oder gar nicht.")))
        legend = _("Stufe %(number)d – %(name)s") % {"number": number, "name": level.label}
        return Fieldset(legend, *([hint] if number == 0 else []), *rows)

    @staticmethod
    def _initial(item: dict[str, Any]) -> dict[str, Any]:
        initial = {name: item[name] for name in ("title_source", "editorial", "phase", "workstreams", "related", "references")}
        initial |= spread(item, CRITERION_TEXTS)
        if item["milestone"]:
            initial["milestone_kind"] = item["milestone"]["kind"]
            initial["required_level"] = item["milestone"].get("required_level", DEFAULT_REQUIRED_LEVEL)
        levels = (item["milestone"] or {}).get(
            "required_levels", dict(zip(PROJECT_PHASES, DEFAULT_REQUIRED_LEVELS, strict=True))
        )
        initial |= {f"required_level_{phase}": level for phase, level in levels.items()}
        for level in item["levels"]:
            for field in ("description", "next_step"):
                for language, text in level.get(field, {}).items():
                    initial[f"level_{level['level']}_{field}_{language}"] = text
        return initial

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("milestone_kind") and data.get("phase") == CROSS_PHASE:
            levels = [data.get(f"required_level_{phase}") or 0 for phase in PROJECT_PHASES]
            if 0 in levels:
                place = PROJECT_PHASES[levels.index(0)]
                self.add_error(f"required_level_{place}", _("Bitte eine Stufe wählen."))
            elif levels != sorted(levels):
                self.add_error("required_level_p5", _("Die erforderliche Stufe darf von Phase zu Phase nicht sinken."))
        return data

    def _milestone(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not data["milestone_kind"]:
            return None
        if data["phase"] == CROSS_PHASE:
            levels = {phase: data[f"required_level_{phase}"] for phase in PROJECT_PHASES}
            return {"kind": data["milestone_kind"], "required_levels": levels}
        return {"kind": data["milestone_kind"], "required_level": data["required_level"] or DEFAULT_REQUIRED_LEVEL}

    def document(self) -> dict[str, Any]:
        """The criterion as the form says, for ``editing.save_criterion``. For a valid form only."""
        data = self.cleaned_data
        levels = []
        for number in range(5):
            level: dict[str, Any] = {"level": number, "description": self.both(f"level_{number}_description")}
            if number < 4:
                level["next_step"] = self.both(f"level_{number}_next_step")
            levels.append(level)
        return {
            "key": self.item["key"],
            "phase": data["phase"],
            "workstreams": data["workstreams"],
            "title_source": data["title_source"],
            "editorial": data["editorial"],
            **{name: self.both(name) for name in CRITERION_TEXTS},
            "levels": levels,
            "related": data["related"],
            "milestone": self._milestone(),
            "references": data["references"],
        }
