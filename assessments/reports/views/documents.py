"""Whether a document is what was approved: for anyone who holds it, without signing in, and nothing else about it."""

import re
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from assessments.models import AssessmentRecord, RecordRendition
from assessments.reports.profile.cover import SHORT_CHECKSUM
from assessments.views.access import number_in
from scaling.accounts import attempts
from scaling.accounts.adapter import client_address
from scaling.common.forms import Form

#: Who asked so often for what there is not waits until the time since the first question is over.
MAX_FAILURES, SECONDS = 20, 600
#: What can stand in an address as it is. No number has other signs; what was typed with some is unknown right away.
ADDRESSED = re.compile(r"[A-Z0-9-]+")


class RecordCheckForm(Form):
    number = forms.CharField(label=_("Dokumentnummer"), max_length=24, help_text=_("Sie steht unten auf jeder Seite."))
    pruefsumme = forms.CharField(
        label=_("Prüfsumme"),
        max_length=100,
        help_text=_("Die ersten 16 Zeichen genügen; Leerzeichen und Großschreibung sind egal."),
    )

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split()).upper()

    def clean_pruefsumme(self) -> str:
        checksum = "".join(self.cleaned_data["pruefsumme"].split()).lower()
        if not re.fullmatch(r"[0-9a-f]+", checksum):
            raise forms.ValidationError(_("Eine Prüfsumme besteht aus Ziffern und den Buchstaben a bis f."))
        if not SHORT_CHECKSUM <= len(checksum) <= 64:
            raise forms.ValidationError(_("Bitte geben Sie mindestens die ersten 16 Zeichen an."))
        return checksum


@require_safe
def check(request: HttpRequest, number: str = "") -> HttpResponse:
    """Current, superseded or unknown; a wrong checksum is as unknown as a number there is not. One query, three with the limit.

    Without a checksum nothing is looked up. 429 for whoever guesses.
    """
    values = {"number": number or request.GET.get("number", ""), "pruefsumme": request.GET.get("pruefsumme", "")}
    asked = bool(values["number"] and values["pruefsumme"]) or "pruefen" in request.GET
    form = RecordCheckForm(values if asked else None, initial=values)
    state, status = "", 200
    if asked and form.is_valid():
        if not number and ADDRESSED.fullmatch(form.cleaned_data["number"]):
            address = reverse("reports:document", args=[form.cleaned_data["number"]])
            return redirect(f"{address}?{urlencode({'pruefsumme': form.cleaned_data['pruefsumme']})}")
        state = _state(request, **form.cleaned_data, rendition=request.GET.get("fassung") or "1")
        status = 429 if state == "limited" else 200
    elif asked:
        status = 422
    context = {"form": form, "state": state, "number": form.cleaned_data.get("number", "") if asked and form.is_valid() else ""}
    response = render(request, "report/document.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _state(request: HttpRequest, *, number: str, pruefsumme: str, rendition: str) -> str:
    """``rendition`` comes from the code on the paper: one that was never made is as unknown as a number there is not."""
    limit = attempts.Limit("document", client_address(request), MAX_FAILURES, SECONDS)
    if attempts.is_reached(limit):
        return "limited"
    found = AssessmentRecord.objects.filter(number=number, checksum__startswith=pruefsumme)
    if rendition != "1":
        made = RecordRendition.objects.filter(record=OuterRef("pk"), number=number_in(rendition))
        found = found.filter(Exists(made))
    superseded = found.values_list("superseded_at", flat=True)[:1]
    for since in superseded:
        return "current" if since is None else "superseded"
    return "limited" if attempts.count([limit]) else "unknown"
