"""One criterion with all five levels on one page."""

from typing import Any

from crispy_forms.layout import HTML, Field, Fieldset, Layout, Row
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.forms.document_form import DocumentForm, ReferencesField, no_markup, spread
from catalogue.forms.legal_notes import LegalNotesField
from catalogue.levels import DEFAULT_REQUIRED_LEVEL, DEFAULT_REQUIRED_LEVELS, Level
from catalogue.models import (
    CROSS_PHASE,
    PROJECT_PHASES,
    EditorialMark,
    MilestoneKind,
    Phase,
    Subject,
    TitleSource,
    Workstream,
)
from catalogue.services.document_rows import CRITERION_TEXTS, LEVEL_TEXTS, WORDING_TEXTS
from scaling.common.crispy_layout import Folded
from scaling.common.offices import Office

#: How the fields of the second wording begin.
MUNICIPALITY = "municipality_"
#: The fields whose value in the form is that of the document.
_PLAIN = (
    "title_source",
    "editorial",
    "phase",
    "workstreams",
    "subject",
    "offices",
    "related",
    "references",
    "legal_notes",
)
ONE_PER_LINE = gettext_lazy("Ein Eintrag je Zeile.")


def no_markup_in_notes(notes: list[dict[str, Any]]) -> None:
    """The rule of catalogue files for every text of legal notes."""
    no_markup([text for note in notes for part in (note["text"], note["source"]["title"]) for text in part.values()])


def _of_levels(levels: list[dict[str, Any]], prefix: str) -> dict[str, str]:
    return {
        f"{prefix}level_{level['level']}_{field}_{language}": text
        for level in levels
        for field in LEVEL_TEXTS
        for language, text in level.get(field, {}).items()
    }


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
    subject = forms.ChoiceField(
        label=gettext_lazy("Gegenstand"),
        choices=Subject.choices,
        help_text=gettext_lazy("Was auch die Kommune insgesamt betrifft, braucht unten einen zweiten Wortlaut für sie."),
    )
    offices = forms.MultipleChoiceField(
        label=gettext_lazy("Wer weiß das?"),
        choices=Office.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Die Stellen, die diese Frage meist beantworten können: eine bis vier."),
    )
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
    legal_notes = LegalNotesField(validators=[no_markup_in_notes])
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
            self.add_texts(
                "not_here",
                _("Gehört nicht hierher"),
                rows=2,
                help_text=_("Ein Satz, der ein nahes Kriterium abgrenzt, mit dessen Titel."),
            ),
        ]
        levels = [self._level(level) for level in Level]
        wording = self._municipality_wording()
        per_phase = self._add_required_levels()
        layout = Layout(
            "version",
            Folded(_("Titel und Einordnung"), title, Row("title_source", "phase"), "workstreams", "editorial", is_open=True),
            Folded(_("Gegenstand"), "subject", "offices"),
            Folded(_("Meilenstein"), Row("milestone_kind", "required_level"), *per_phase),
            Folded(_("Texte"), *texts),
            Folded(_("Fünf Stufen"), *levels),
            Folded(_("Kommune insgesamt"), *wording),
            Folded(_("Verweise"), Field("related", wrapper_class="choice-box"), "references", "legal_notes"),
        )
        self.lay_out(layout, preview_url, autosave=True)

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

    def _municipality_wording(self) -> list[Any]:
        """The second wording: the same fields again, about the whole administration."""
        hint = _("Nur für Kriterien, die auch die Kommune insgesamt betreffen; sonst bleibt alles leer.")
        rows = [
            self.add_texts("municipality_summary", _("Kommune insgesamt: Kurzbeschreibung")),
            self.add_lines("municipality_questions", _("Kommune insgesamt: Leitfragen"), help_text=ONE_PER_LINE),
            self.add_lines(
                "municipality_evidence_examples", _("Kommune insgesamt: Beispiele für Nachweise"), help_text=ONE_PER_LINE
            ),
        ]
        return [HTML(f'<p class="small muted">{hint}</p>'), *rows, *(self._level(level, MUNICIPALITY) for level in Level)]

    def _level(self, level: Level, prefix: str = "") -> Fieldset:
        number = level.value
        rows = [self.add_texts(f"{prefix}level_{number}_description", _("Beschreibung"))]
        if number < 4:
            rows.append(self.add_texts(f"{prefix}level_{number}_next_step", _("Schritt zur nächsten Stufe"), rows=2))
        for row in rows:
            for name in row.fields:
                # Every label has to make sense without the fieldset around it.
                whole = _("Kommune insgesamt, Stufe %(number)d: %(field)s") if prefix else _("Stufe %(number)d: %(field)s")
                self.fields[name].label = whole % {"number": number, "field": self.fields[name].label}
        hint = HTML('<p class="small muted">{}</p>'.format(_("Was Außenstehende sehen würden; ganz erfüllt oder gar nicht.")))
        whole = _("Kommune insgesamt: Stufe %(number)d – %(name)s") if prefix else _("Stufe %(number)d – %(name)s")
        legend = whole % {"number": number, "name": level.label}
        return Fieldset(legend, *([hint] if number == 0 else []), *rows)

    @staticmethod
    def _initial(item: dict[str, Any]) -> dict[str, Any]:
        initial = {name: item[name] for name in _PLAIN}
        initial |= spread(item, CRITERION_TEXTS)
        if item["milestone"]:
            initial["milestone_kind"] = item["milestone"]["kind"]
            initial["required_level"] = item["milestone"].get("required_level", DEFAULT_REQUIRED_LEVEL)
        levels = (item["milestone"] or {}).get(
            "required_levels", dict(zip(PROJECT_PHASES, DEFAULT_REQUIRED_LEVELS, strict=True))
        )
        initial |= {f"required_level_{phase}": level for phase, level in levels.items()}
        initial |= _of_levels(item["levels"], "")
        if wording := item["municipality_wording"]:
            initial |= {f"{MUNICIPALITY}{name}": text for name, text in spread(wording, WORDING_TEXTS).items()}
            initial |= _of_levels(wording["levels"], MUNICIPALITY)
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

    def _levels(self, prefix: str) -> list[dict[str, Any]]:
        levels = []
        for number in range(5):
            level: dict[str, Any] = {"level": number, "description": self.both(f"{prefix}level_{number}_description")}
            if number < 4:
                level["next_step"] = self.both(f"{prefix}level_{number}_next_step")
            levels.append(level)
        return levels

    def _wording(self) -> dict[str, Any]:
        texts = {name: self.both(f"{MUNICIPALITY}{name}") for name in WORDING_TEXTS}
        return texts | {"levels": self._levels(MUNICIPALITY)}

    def document(self) -> dict[str, Any]:
        """The criterion as the form says, for ``editing.save_criterion``. For a valid form only."""
        data = self.cleaned_data
        return {
            "key": self.item["key"],
            "phase": data["phase"],
            "workstreams": data["workstreams"],
            "title_source": data["title_source"],
            "editorial": data["editorial"],
            "subject": data["subject"],
            "offices": data["offices"],
            **{name: self.both(name) for name in CRITERION_TEXTS},
            "levels": self._levels(""),
            "municipality_wording": None if data["subject"] == Subject.SOLUTION else self._wording(),
            "related": data["related"],
            "milestone": self._milestone(),
            "legal_notes": data["legal_notes"],
            "references": data["references"],
        }
