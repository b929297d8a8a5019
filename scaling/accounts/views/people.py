"""The people of a municipality, for its managers; and the page behind an invitation's link, for whoever holds it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from scaling.accounts import invitations, second_factor
from scaling.accounts.belongings import belongings_of
from scaling.accounts.confirmed import confirmed
from scaling.accounts.devices import remember_device
from scaling.accounts.forms import DemandForm, InviteForm, JoinForm, OfficesForm, RemoveForm, RoleForm
from scaling.accounts.models import Invitation, Membership, Municipality, Role, User, normal_email
from scaling.accounts.single_sign_on.only import forbidding_provider_of
from scaling.accounts.workplaces import names_of_workplaces, offered_workplaces
from scaling.common.addresses import start_page
from scaling.common.history import removed_by
from scaling.common.offices import in_order, office_names
from scaling.common.sorting import GermanOrder
from scaling.common.versions import StaleRecord, two_versions

PEOPLE_PER_PAGE = 50
ONE_MANAGER_STAYS = gettext_lazy("Eine Person muss die Leitung behalten. Geben Sie zuerst jemand anderem die Rolle „Leitung“.")


def managed_municipality(request: HttpRequest, public_id: str) -> Municipality:
    """404 for strangers, 403 for who does not manage it."""
    municipality = get_object_or_404(Municipality.objects.visible_to(request.user), public_id=public_id)
    if not request.user.has_perm("accounts.manage_people", municipality):
        raise PermissionDenied
    return municipality


def _crumbs(municipality: Municipality, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(municipality.name, municipality.get_absolute_url()), *more]


@login_required
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    """Members, open invitations and the form to invite, with the offices of ``?stelle=`` ticked.

    Four queries more than any page, whatever the number of people.
    """
    municipality = managed_municipality(request, public_id)
    wanted = in_order(request.GET.getlist("stelle"))
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        initial={"offices": wanted, "workplaces": request.GET.getlist("projekt")},
        workplaces=offered_workplaces(municipality),
    )
    if request.method == "POST" and form.is_valid():
        earlier = municipality.invitations.open().filter(email=normal_email(form.cleaned_data["email"])).first()
        before = _in_words(earlier) if earlier else ""
        try:
            invitation = invitations.invite(municipality=municipality, by=request.user, **form.cleaned_data)
        except invitations.AlreadyMember:
            form.add_error("email", _("Diese Person gehört schon dazu."))
        except invitations.TooManyInvitations as error:
            form.add_error("email", str(error))
        else:
            _report_sending(request, invitation)
            if before and before != _in_words(invitation):
                text = _("Für diese Adresse gab es schon eine Einladung (%(before)s); jetzt gilt die neue (%(now)s).")
                messages.info(request, text % {"before": before, "now": _in_words(invitation)})
            return redirect("people", municipality.public_id)
    members = municipality.memberships.select_related("user").order_by(GermanOrder("user__name"), "user__email")
    context = {
        "municipality": municipality,
        "members": Paginator(members, PEOPLE_PER_PAGE).get_page(request.GET.get("seite")),
        "invitations": municipality.invitations.open().select_related("invited_by"),
        "roles": Role.choices,
        "demanded_of": [label for role, label in Role.choices if role in municipality.second_factor_roles],
        "form": form,
        "crumbs": _crumbs(municipality, (_("Personen"), "")),
    }
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


def _in_words(invitation: Invitation) -> str:
    """As what, for which offices and workplaces."""
    parts = (str(invitation.get_role_display()), office_names(invitation.offices), *names_of_workplaces(invitation))
    return ", ".join(filter(None, parts))


def _report_sending(request: HttpRequest, invitation: Invitation) -> None:
    messages.success(request, _("Die Einladung an %(email)s ist unterwegs.") % {"email": invitation.email})


@login_required
@require_POST
def role(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    municipality = managed_municipality(request, public_id)
    membership = get_object_or_404(municipality.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("people", municipality.public_id)
    try:
        invitations.change_role(membership=membership, by=request.user, **form.cleaned_data)
    except StaleRecord as error:
        last = membership.history.select_related("history_user").first()
        back = reverse("people", args=[municipality.public_id])
        crumbs = _crumbs(municipality, (_("Personen"), back), (str(membership.user), ""))
        who = str(last.history_user or "") if last else ""
        return two_versions(request, form, error, back=back, crumbs=crumbs, who=who)
    except invitations.LastManager:
        messages.error(request, ONE_MANAGER_STAYS)
    else:
        values = {"name": membership.user, "role": membership.get_role_display()}
        messages.success(request, _("%(name)s hat jetzt die Rolle „%(role)s“.") % values)
    if membership.user_id == request.user.pk and membership.role != Role.MANAGER:
        return redirect(municipality)
    return redirect("people", municipality.public_id)


@login_required
@require_http_methods(["GET", "POST"])
def offices(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """What a member can answer for."""
    municipality = managed_municipality(request, public_id)
    membership = get_object_or_404(municipality.memberships.select_related("user"), pk=pk)
    membership.municipality = municipality
    stored = {"offices": membership.offices, "version": membership.version}
    form = OfficesForm(request.POST if request.method == "POST" else None, initial=stored)
    back = reverse("people", args=[municipality.public_id])
    crumbs = _crumbs(municipality, (_("Personen"), back), (_("Stellen"), ""))
    if request.method == "POST" and form.is_valid():
        try:
            invitations.change_offices(membership=membership, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            last = membership.history.select_related("history_user").first()
            who = str(last.history_user or "") if last else ""
            return two_versions(request, form, error, back=back, crumbs=crumbs, who=who)
        values = {"name": membership.user, "offices": membership.office_names or _("nichts")}
        messages.success(request, _("%(name)s kann antworten für: %(offices)s.") % values)
        return redirect(back)
    context = {"municipality": municipality, "membership": membership, "form": form, "crumbs": crumbs}
    return render(request, "accounts/person_offices.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def second_factor_demand(request: HttpRequest, public_id: str) -> HttpResponse:
    """Of which roles a second factor is demanded. Whoever could weaken that shows first that it is them."""
    return _demand_page(request, municipality=managed_municipality(request, public_id))


@confirmed
def _demand_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    initial = {
        "roles": municipality.second_factor_roles,
        "due": municipality.second_factor_due,
        "version": municipality.version,
    }
    form = DemandForm(request.POST if request.method == "POST" else None, initial=initial)
    back = reverse("people", args=[municipality.public_id])
    crumbs = _crumbs(municipality, (_("Personen"), back), (_("Zweiter Faktor"), ""))
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.demand(municipality=municipality, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            last = municipality.history.select_related("history_user").first()
            who = str(last.history_user or "") if last else ""
            return two_versions(request, form, error, back=back, crumbs=crumbs, who=who)
        messages.success(request, _("Gespeichert."))
        return redirect(back)
    context = {"municipality": municipality, "form": form, "crumbs": crumbs, "grace": second_factor.GRACE}
    return render(request, "accounts/second_factor_demand.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """Asks first, and says what the person has in hand; a POST removes them and hands it over."""
    municipality = managed_municipality(request, public_id)
    membership = get_object_or_404(municipality.memberships.select_related("user"), pk=pk)
    person = membership.user
    membership.municipality = municipality
    others = User.objects.filter(memberships__municipality=municipality, is_active=True).exclude(pk=person.pk)
    form = RemoveForm(request.POST if request.method == "POST" else None, others=others)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            invitations.remove(membership=membership, by=request.user, to=to)
        except invitations.LastManager:
            messages.error(request, ONE_MANAGER_STAYS)
        except Membership.DoesNotExist:
            messages.success(request, _("%(name)s gehört nicht mehr dazu.") % {"name": person})
        else:
            text = (
                _("%(name)s gehört nicht mehr dazu. Alles Offene hat jetzt %(to)s.")
                if to
                else _("%(name)s gehört nicht mehr dazu.")
            )
            messages.success(request, text % {"name": person, "to": to})
            if person.pk == request.user.pk:
                return redirect(start_page())
        return redirect("people", municipality.public_id)
    context: dict[str, Any] = {
        "municipality": municipality,
        "membership": membership,
        "belongings": belongings_of(person, municipality),
        "form": form,
        "crumbs": _crumbs(
            municipality, (_("Personen"), reverse("people", args=[municipality.public_id])), (_("Person entfernen"), "")
        ),
    }
    return render(request, "accounts/person_remove.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def invitation_resend(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    municipality = managed_municipality(request, public_id)
    invitation = get_object_or_404(municipality.invitations.open(), pk=pk)
    try:
        invitations.resend(invitation=invitation, by=request.user)
    except invitations.NoInvitation as error:  # accepted a moment ago
        raise Http404 from error
    except invitations.TooManyInvitations as error:
        messages.error(request, str(error))
    else:
        _report_sending(request, invitation)
    return redirect("people", municipality.public_id)


@login_required
@require_POST
def invitation_revoke(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    municipality = managed_municipality(request, public_id)
    invitation = municipality.invitations.open().filter(pk=pk).first()
    if invitation is None and not removed_by(Invitation, pk, request.user, municipality_id=municipality.pk):
        raise Http404
    if invitation is None:  # from another tab, a moment ago
        messages.success(request, _("Die Einladung ist zurückgezogen."))
        return redirect("people", municipality.public_id)
    invitations.revoke(invitation=invitation, by=request.user)
    messages.success(request, _("Die Einladung an %(email)s ist zurückgezogen.") % {"email": invitation.email})
    return redirect("people", municipality.public_id)


@never_cache
@sensitive_post_parameters("password", "repeated")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder of a link may do: join with the account of the invited address, sign in to it, or make it."""
    try:
        found = invitations.find(token)
        return _answer_invitation(request, token, found)
    except invitations.NoInvitation:
        return _joined_already(request, token)


def _answer_invitation(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    context: dict[str, Any] = {
        "invitation": found,
        "municipality": found.municipality,
        "workplaces": names_of_workplaces(found),
    }
    if request.user.is_authenticated:
        if request.user.email != found.email:
            return render(request, "accounts/invitation.html", {**context, "way": "other"})
        if request.method == "POST":
            return _welcome(request, invitations.accept(token=token, user=request.user))
        return render(request, "accounts/invitation.html", {**context, "way": "join"})
    if User.objects.with_email(found.email):
        user = invitations.joined_just_now(token, request.POST.get("password", "")) if request.method == "POST" else None
        return (
            _sign_in_and_welcome(request, user)
            if user
            else render(request, "accounts/invitation.html", {**context, "way": "sign_in"})
        )
    if provider := forbidding_provider_of(found.municipality):
        there = {"name": provider.name, "url": reverse("openid_connect_login", args=[provider.id])}
        return render(request, "accounts/invitation.html", {**context, "way": "provider", "provider": there})
    form = JoinForm(request.POST if request.method == "POST" else None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            membership = invitations.accept_as_new(
                token=token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                language=get_language() or "de",
            )
        except (IntegrityError, invitations.NoInvitation):  # the account is there by now
            return _joined_already(request, token)
        login(request, membership.user, backend="django.contrib.auth.backends.ModelBackend")
        response = _welcome(request, membership)
        remember_device(response, membership.user.email)
        return response
    context |= {"way": "new", "form": form}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def _joined_already(request: HttpRequest, token: str) -> HttpResponse:
    """The second of two equal forms: it ends where the first did. Everybody else sees what has become of the link."""
    user = invitations.joined_just_now(token, request.POST.get("password", ""))
    if user is None:
        return render(request, "accounts/invitation_gone.html", {"start_page": start_page()}, status=404)
    return _sign_in_and_welcome(request, user)


def _sign_in_and_welcome(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return _welcome(request, user.memberships.select_related("municipality").latest("pk"))


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    municipality = membership.municipality
    messages.success(request, _("Willkommen! Sie gehören jetzt zu „%(name)s“.") % {"name": municipality.name})
    return redirect(membership.begin_at or start_page())  # it knows what comes first for each role
