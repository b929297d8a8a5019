"""What of the trail somebody wants to see."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Project
from scaling.accounts.models import Municipality
from scaling.common.forms import DayField, Form
from scaling.common.sorting import GermanOrder
from scaling.trail.reading import Wanted, people_in, projects_in
from scaling.trail.sources import KINDS, SHOWN


class TrailForm(Form):
    """In the address go numbers and words of ours, never a name or an address."""

    art = forms.ChoiceField(label=_("Art"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    kommune = forms.ChoiceField(label=_("Kommune"), required=False)
    projekt = forms.ChoiceField(label=_("Projekt"), required=False)
    von = DayField(label=_("Von"), required=False)
    bis = DayField(label=_("Bis"), required=False)

    def __init__(self, data: Any, *, municipality: Municipality | None) -> None:
        """Of one municipality, which then offers its projects; or of all, one of which can be chosen. Two queries."""
        super().__init__(data)
        self.municipality = municipality
        self.places: dict[str, Municipality] = {}
        self.projects: dict[str, Project] = {}
        shown = {source.kind for source in SHOWN if source.municipality or municipality is None}
        everything = ("", _("alle"))
        if municipality is None:
            del self.fields["projekt"]
            self.places = {one.public_id: one for one in Municipality.objects.order_by(GermanOrder("name"))}
            self.choose("kommune", [everything, *((key, one.name) for key, one in self.places.items())])
        else:
            shown.discard("anmeldungen")  # where somebody signs in is theirs and the operator's to know
            del self.fields["kommune"]
            self.projects = {one.public_id: one for one in projects_in(municipality)}
            self.choose("projekt", [everything, *((key, one.name) for key, one in self.projects.items())])
        self.choose("art", [everything, *((kind, name) for kind, name in KINDS.items() if kind in shown)])
        self.choose("person", [everything, *((str(pk), name) for pk, name in people_in(municipality))])

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
            since=found["von"],
            until=found["bis"],
        )
