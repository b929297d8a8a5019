"""What only the operator does: rename a municipality, name curators, lock an account. Everything else has a page in the app."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from scaling.accounts import sign_ins
from scaling.accounts.confirmed import confirmed
from scaling.accounts.models import Membership, Municipality, Role, User, normal_email
from scaling.accounts.profile import write_down
from scaling.accounts.second_factor import settle, take_away
from scaling.common.admin import LongList, VersionedAdmin, VersionedForm
from scaling.common.history import attribute_to
from scaling.common.locks import delete
from scaling.common.sorting import GermanOrder
from scaling.common.text import look_alike

admin.site.site_header = "Skalierungscheck"
admin.site.site_title = "Skalierungscheck"
admin.site.index_title = _("Verwaltung")
admin.site.enable_nav_sidebar = False
# Rights are a mark on the person or a membership, addresses a field: these two pages of others would only mislead.
admin.site.unregister(Group)
admin.site.unregister(EmailAddress)
# Its pages would show secrets, and let somebody change whose they are.
admin.site.unregister(Authenticator)
# Providers stand in the settings, and who is who there decides their sign-in.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


class UserForm(VersionedForm):
    class Meta:
        model = User
        fields = ("name", "email", "language", "is_curator", "is_active", "is_staff", "is_superuser")

    def clean_email(self) -> str:
        return normal_email(self.cleaned_data["email"])

    def clean_is_active(self) -> bool:
        """Keeps what ``invitations`` keeps: a municipality has a manager whose account is active."""
        active = bool(self.cleaned_data["is_active"])
        if not active and self.instance.pk:
            managed = Membership.objects.filter(user=self.instance, role=Role.MANAGER).values("municipality")
            others = Membership.objects.filter(role=Role.MANAGER, user__is_active=True).exclude(user=self.instance)
            left_alone = Municipality.objects.filter(pk__in=managed).exclude(pk__in=others.values("municipality"))
            if left_alone:
                names = ", ".join(str(municipality) for municipality in left_alone)
                raise forms.ValidationError(gettext("Ohne diese Person hätte niemand mehr die Leitung: %s") % names)
        return active


#: Of an account, what its history tells.
_TOLD = ("name", "email", "language", "is_active", "is_curator", "is_staff", "is_superuser")


@admin.register(User)
class UserAdmin(LongList, VersionedAdmin, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Accounts are locked, not deleted: what a person wrote keeps its author. Nobody's password is set here."""

    form = UserForm
    list_display = ("name", "email", "is_active", "is_curator", "is_staff", "last_login")
    list_filter = ("is_active", "is_curator", "is_staff")
    search_fields = ("name", "email")
    ordering = (GermanOrder("name"), "email")
    actions = ("take_second_factor_away",)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "email", "language"),
                "description": _(
                    "Mitglieder einer Kommune lädt ihre Leitung ein. Wer hier angelegt wird, etwa für die Redaktion, "
                    "setzt das Passwort selbst: auf der Anmeldeseite über „Passwort vergessen?“."
                ),
            },
        ),
        (_("Rechte"), {"fields": ("is_active", "is_curator", "is_staff", "is_superuser")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Zweiten Faktor entfernen (Gerät und Notfall-Codes verloren)"), permissions=["change"])
    def take_second_factor_away(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponseBase | None:
        return _take_second_factor_away(request, self, queryset)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        before = User.objects.filter(pk=obj.pk).values(*_TOLD).first()
        super().save_model(request, obj, form, change)
        if before:
            write_down(obj, before, by=request.user)  # type: ignore[arg-type]
        settle(obj)
        if not obj.is_active:
            sign_ins.end_all_of(obj)
        if "email" in form.changed_data:
            # allauth keeps its own copy, by which the old address could still ask for a new password.
            delete(EmailAddress.objects.filter(user=obj))


@confirmed
def _take_second_factor_away(request: HttpRequest, pages: UserAdmin, people: QuerySet[User]) -> HttpResponseBase | None:
    """Each person is told by mail, in their language: it is what an attacker would ask for."""
    helped = [person for person in people if take_away(person, by=request.user)]  # type: ignore[arg-type]
    for person in helped:
        with translation.override(person.language):
            get_adapter().send_notification_mail("accounts/mail/second_factor_taken_away", person)
    text = ngettext("Entfernt bei einer Person.", "Entfernt bei %(number)s Personen.", len(helped))
    pages.message_user(request, text % {"number": len(helped)})
    return None


class MunicipalityForm(VersionedForm):
    class Meta:
        model = Municipality
        fields = ("name", "ags", "population", "population_source", "is_fictional")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Municipality.objects.filter(name_key=look_alike(name)).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                gettext("Eine Kommune mit diesem Namen gibt es schon. Nennen Sie etwa den Landkreis dazu.")
            )
        return name


@admin.register(Municipality)
class MunicipalityAdmin(LongList, VersionedAdmin, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Made by ``municipalities.create_municipality``, on its own page or by command, which invites the first manager, too."""

    form = MunicipalityForm
    list_display = ("name", "ags", "is_fictional")
    search_fields = ("name", "ags")
    ordering = (GermanOrder("name"), "ags")
    view_on_site = False  # its page is its members' own

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Municipality, form: Any, change: bool) -> None:
        attribute_to(obj, request.user)
        super().save_model(request, obj, form, change)
