"""What of the trail somebody wants to see."""

import re
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models import Project
from scaling.accounts.models import Municipality
from scaling.common.forms import DayField, Form
from scaling.common.sorting import GermanOrder, sort_key
from scaling.trail.reading import Wanted, criteria_in, people_in, projects_in, rounds_in
from scaling.trail.sources import KINDS, SHOWN

#: After a change of municipality or project, what was chosen below it stands for another one.
_ELSEWHERE = {"invalid_choice": _("Gehört nicht zu dem, was Sie darüber gewählt haben. Wählen Sie neu oder „alle“.")}


#: Of more municipalities none is offered to choose from: their key is asked for.
MAX_OFFERED = 200
#: As many digits as a primary key has at most.
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)


def _number(word: str) -> int | None:
    return int(word) if _DIGITS.fullmatch(word) else None


class TrailForm(Form):
    """In the address go numbers and words of ours, never a name or an address."""

    art = forms.ChoiceField(label=_("Art"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    kommune = forms.ChoiceField(label=_("Kommune"), required=False)
    projekt = forms.ChoiceField(label=_("Projekt"), required=False, error_messages=_ELSEWHERE)
    runde = forms.ChoiceField(label=_("Runde"), required=False, error_messages=_ELSEWHERE)
    kriterium = forms.ChoiceField(label=_("Kriterium"), required=False, error_messages=_ELSEWHERE)
    von = DayField(label=_("Von"), required=False)
    bis = DayField(label=_("Bis"), required=False)

    def __init__(self, data: Any, *, municipality: Municipality | None) -> None:
        """Of one municipality, which then offers its projects and rounds; or of all, one of which can be chosen and then does
        the same. Five queries at most.
        """
        super().__init__(data)
        self.municipality = municipality
        self.places: dict[str, Municipality] = {}
        self.projects: dict[str, Project] = {}
        shown = {source.kind for source in SHOWN if source.municipality or municipality is None}
        everything = ("", _("alle"))
        if municipality is None:
            of = self._choose_place(str(self.data.get("kommune", "")))
        else:
            shown.discard("anmeldungen")  # where somebody signs in is theirs and the operator's to know
            del self.fields["kommune"]
            of = municipality
        if of is None:
            del self.fields["projekt"]
            del self.fields["runde"]
        else:
            self.projects = {one.public_id: one for one in projects_in(of)}
            self.choose("projekt", [everything, *((key, one.name) for key, one in self.projects.items())])
            self.choose("runde", [everything, *self._rounds(of)])
        self.choose("kriterium", [everything, *sorted(criteria_in(of).items(), key=lambda one: sort_key(one[1]))])
        self.choose("art", [everything, *((kind, name) for kind, name in KINDS.items() if kind in shown)])
        people = people_in(of, over_all=municipality is None, chosen=_number(self.data.get("person", "")))
        self.choose("person", [everything, *((str(pk), name) for pk, name in people)])

    def _choose_place(self, chosen: str) -> Municipality | None:
        """One or two queries, however many municipalities there are."""
        offered = list(Municipality.objects.order_by(GermanOrder("name"))[: MAX_OFFERED + 1])
        if len(offered) <= MAX_OFFERED:
            self.places = {one.public_id: one for one in offered}
            self.choose("kommune", [("", _("alle")), *((key, one.name) for key, one in self.places.items())])
            return self.places.get(chosen)
        self.fields["kommune"] = forms.CharField(label=_("Kommune (Gemeindeschlüssel)"), required=False, max_length=16)
        found = Municipality.objects.filter(Q(ags=chosen) | Q(public_id=chosen)).first() if chosen else None
        self.places = {chosen: found} if found else {}
        return found

    def clean_kommune(self) -> str:
        typed = str(self.cleaned_data["kommune"])
        if typed and typed not in self.places:
            raise forms.ValidationError(_("Keine Kommune hat diesen Schlüssel. Er hat acht Ziffern."))
        return typed

    def _rounds(self, municipality: Municipality) -> Iterator[tuple[str, str]]:
        """Of the project that is chosen, or of all."""
        project = self.projects.get(str(self.data.get("projekt", "")))
        for one in rounds_in(municipality):
            if project is None:
                yield one.public_id, f"{one.project.name} · {one.round_label}"
            elif one.project_id == project.pk:
                yield one.public_id, one.round_label

    def choose(self, name: str, choices: list[Any]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("von"), cleaned.get("bis")
        if since and until and since > until:
            self.add_error("bis", _("Der letzte Tag liegt vor dem ersten."))
        return cleaned

    def wanted(self) -> Wanted:
        """Of a form that is valid."""
        found = self.cleaned_data
        return Wanted(
            municipality=self.municipality or self.places.get(found.get("kommune", "")),
            kind=found["art"],
            person=int(found["person"]) if found["person"] else None,
            project=self.projects.get(found.get("projekt", "")),
            round=found.get("runde", ""),
            criterion=found["kriterium"],
            since=found["von"],
            until=found["bis"],
        )
