"""A list of people: brought, shown, carried out. For managers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from assessments.views.access import get_municipality, require
from scaling.accounts.invitations import LastManager, TooManyInvitations
from scaling.accounts.models import Municipality, PeopleList
from scaling.common.forms import FileForm
from scaling.common.locks import delete
from scaling.common.text import tidy_line
from scaling.people_list.plan import Plan, PlanOutdated, carry_out, people_of, plan
from scaling.people_list.reading import LineProblem, UnreadableList, read, unread_columns


class ListForm(FileForm):
    """A list of people (``people_list.reading``)."""

    file = forms.FileField(
        label=gettext_lazy("Liste"),
        help_text=gettext_lazy("Eine Datei .csv, höchstens 1 MB und 2.000 Zeilen."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
        allow_empty_file=True,
    )


def _managed(request: HttpRequest, public_id: str) -> Municipality:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_people", municipality)
    return municipality


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring a list: it is read and kept, and the preview says what it would change."""
    municipality = _managed(request, public_id)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    problems: list[LineProblem] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            people, problems = read(content, municipality)
        except UnreadableList as error:
            form.add_error("file", str(error))
        else:
            if not problems:
                user: Any = request.user
                delete(PeopleList.objects.filter(user=user, municipality=municipality))
                upload = PeopleList.objects.create(
                    municipality=municipality,
                    user=user,
                    file_name=tidy_line(str(file.name))[:200],
                    rows=[one.as_row() for one in people],
                )
                if unread := unread_columns(content):
                    names = ", ".join(f"„{name}“" for name in unread[:10])
                    messages.warning(
                        request, _("Diese Spalten sagen hier nichts und sind nicht gelesen: %(names)s.") % {"names": names}
                    )
                return redirect("people_list_preview", public_id, upload.public_id)
    context = {"municipality": municipality, "form": form, "problems": problems, "crumbs": _crumbs(municipality)}
    return render(request, "people_list/list.html", context, status=422 if form.errors or problems else 200)


def _crumbs(municipality: Municipality) -> list[tuple[str, str]]:
    people = reverse("people", args=[municipality.public_id])
    return [(municipality.name, municipality.get_absolute_url()), (_("Personen"), people), (_("Liste einlesen"), "")]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people_list_preview(request: HttpRequest, public_id: str, upload_id: str) -> HttpResponse:
    """What the list would change, computed anew each time; a POST makes it so, or drops it."""
    municipality = _managed(request, public_id)
    user: Any = request.user
    upload = PeopleList.objects.waiting().filter(municipality=municipality, user=user, public_id=upload_id).first()
    if upload is None:
        if request.method != "POST":
            raise Http404
        messages.info(request, _("Diese Liste ist schon eingelesen oder verworfen."))
        return redirect("people", public_id)
    if request.method != "POST":
        return _preview(request, municipality, upload, plan(municipality, people_of(upload), user))
    if "verwerfen" in request.POST:
        upload.delete()
        messages.success(request, _("Die Liste ist verworfen; es hat sich nichts geändert."))
        return redirect("people_list", public_id)
    try:
        done = carry_out(upload=upload, by=user, seen=request.POST.get("gesehen", ""))
    except PeopleList.DoesNotExist:
        messages.info(request, _("Diese Liste ist schon eingelesen oder verworfen."))
        return redirect("people", public_id)
    except (PlanOutdated, LastManager):
        messages.warning(
            request, _("Inzwischen hat sich etwas geändert. Es ist noch nichts übernommen; bitte sehen Sie noch einmal durch.")
        )
        return _preview(request, municipality, upload, plan(municipality, people_of(upload), user), status=409)
    except TooManyInvitations as error:
        messages.error(request, _("%(problem)s Es ist nichts übernommen.") % {"problem": error})
        return _preview(request, municipality, upload, plan(municipality, people_of(upload), user), status=422)
    new, changed = len(done.new), len(done.changed)
    text = ngettext("%(number)s Person ist eingeladen", "%(number)s Personen sind eingeladen", new) % {"number": new}
    text += ngettext(", %(number)s ist geändert", ", %(number)s sind geändert", changed) % {"number": changed}
    messages.success(request, f"{text}.")
    return redirect("people", public_id)


def _preview(
    request: HttpRequest, municipality: Municipality, upload: PeopleList, found: Plan, *, status: int = 200
) -> HttpResponse:
    context = {"municipality": municipality, "upload": upload, "plan": found, "crumbs": _crumbs(municipality)}
    return render(request, "people_list/preview.html", context, status=status)
