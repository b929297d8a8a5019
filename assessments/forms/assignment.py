"""The form that hands criteria to a person."""

from collections.abc import Collection, Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import ButtonHolder, Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments.queries.offices import OfficeShare
from assessments.queries.overview import Group
from scaling.accounts.models import User
from scaling.common.crispy_layout import CachedLayout
from scaling.common.forms import Form


class AssignForm(Form):
    """Which criteria, and to whom: one group of the overview, all of it or what is still open."""

    mark_optional = False

    group = forms.ChoiceField(label=_("Kriterien"))
    only_free = forms.BooleanField(label=_("nur solche ohne Zuständige"), required=False)
    person = forms.ChoiceField(label=_("Zuständig"), required=False)

    def __init__(
        self, *args: Any, phases: Collection[Group], workstreams: Collection[Group], people: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"auto_id": "zuweisen_%s", **kwargs})
        self._groups = {f"phase-{g.key}": g for g in phases} | {f"workstream-{g.key}": g for g in workstreams}
        self._people = {str(person.pk): person for person in people}
        choices = [(key, group.name) for key, group in self._groups.items()]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]
        self.fields["person"].choices = person_choices(self._people.values())  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        submit = Submit("zuweisen", _("Zuweisen"), css_class="kern-btn--secondary")
        self.helper.layout = Layout(Row("group", "person"), "only_free", ButtonHolder(submit))

    @property
    def chosen(self) -> tuple[list[int], User | None]:
        """Primary keys of the scores, and the person."""
        scores = self._groups[self.cleaned_data["group"]].scores
        if self.cleaned_data["only_free"]:
            scores = tuple(score for score in scores if score.assigned_to_id is None)
        return [score.pk for score in scores], self._people.get(self.cleaned_data["person"])


class AssignByOfficeForm(Form):
    """Who answers for which office: a choice for each office that a free criterion names, preset to whoever holds it."""

    mark_optional = False

    def __init__(self, *args: Any, shares: Collection[OfficeShare], people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "stelle_%s", **kwargs})
        self._people = {str(person.pk): person for person in people}
        choices = person_choices(self._people.values())
        self.offices = [share.office.value for share in shares if share.free]
        for share in shares:
            if not share.free:
                continue
            free = ngettext("%(number)s Kriterium", "%(number)s Kriterien", share.free) % {"number": share.free}
            self.fields[share.office.value] = forms.ChoiceField(
                label=f"{share.office.label} ({free})",
                choices=choices,
                required=False,
                initial=str(share.holders[0].pk) if share.holders else "",
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        # Each is kept by itself: only the number of what is free changes from one page to the next.
        submit = Submit("verteilen", _("Nach Stellen zuweisen"), css_class="kern-btn--secondary")
        fields = (CachedLayout(office, office) for office in self.offices)
        self.helper.layout = Layout(*fields, CachedLayout("submit", ButtonHolder(submit)))

    @property
    def chosen(self) -> dict[str, User]:
        """The person for each office that somebody was chosen for."""
        chosen = {office: self._people.get(self.cleaned_data[office]) for office in self.offices}
        return {office: person for office, person in chosen.items() if person is not None}


def person_choices(people: Iterable[User]) -> list[tuple[str, Any]]:
    return [("", _("niemand")), *((str(person.pk), str(person)) for person in people)]
