import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.signals import password_reset
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from scaling.accounts import attempts
from scaling.accounts.attempts import Limit
from scaling.accounts.devices import known_device
from scaling.accounts.models import User, normal_email
from scaling.accounts.single_sign_on.adapters import PENDING, SESSION
from scaling.accounts.single_sign_on.only import forbidding_provider
from scaling.common.addresses import absolute_url
from scaling.common.mail import send_later


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers alone: accounts are made by managers and operators."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try as a failed one before it is known how it ends (``authenticate`` takes that back). One statement."""
        self.failing = _limits_of_failures(request, str(credentials.get("email") or credentials.get("username") or ""))
        exceeded = attempts.count([_limit("address", client_address(request)), *self.failing])
        if any(limit.kind == "address" for limit in exceeded):
            raise ImmediateHttpResponse(respond_429(request))
        if exceeded:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The person with these credentials, whether or not the account is locked; None for none."""
        user = super().authenticate(request, **credentials)
        if user:
            attempts.take_back(self.failing)
        return user

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """By whatever way somebody comes (password, passkey, link of a mail): a provider's people come from there alone."""
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if response is not None or "sociallogin" in (kwargs.get("signal_kwargs") or {}):
            return response
        request.session.pop(PENDING, None)
        provider = forbidding_provider(user)
        if provider is None:
            return None
        messages.error(
            request, _("Sie melden sich nur mit dem Konto Ihrer Verwaltung an (%(name)s).") % {"name": provider.name}
        )
        return redirect("account_login")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Who came from a provider is signed out there, too."""
        noted = request.session.get(SESSION)
        if noted and noted["provider"] in settings.IDENTITY_PROVIDERS:
            return reverse("provider_signed_out", args=[noted["provider"]])
        url: str = super().get_logout_redirect_url(request)
        return url

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """No link where a password would open nothing: the mail says where to sign in instead."""
        provider = forbidding_provider(user)
        if provider is None:
            super().send_password_reset_mail(user, email, context)
        else:
            there = absolute_url(reverse("openid_connect_login", args=[provider.id]))
            self.send_mail("accounts/mail/sign_in_there", email, {"provider": provider, "there": there})

    def login(self, request: HttpRequest, user: Any) -> None:
        request.first_sign_in = user.last_login is None  # type: ignore[attr-defined]  # for ``devices``: signing in changes it
        super().login(request, user)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the address of this installation, never by the Host header of whoever asked for the mail."""
        return absolute_url(reverse("account_reset_password_from_key", kwargs={"uidb36": "x", "key": "y"})).replace("x-y", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By the queue: how long the mail server takes would tell whether an address has an account."""
        password_url = absolute_url(reverse("account_reset_password"))
        context = {"request": self.request, "email": email, "password_url": password_url, **context}
        send_later([self.render_mail(template_prefix, email, context)])


def client_address(request: HttpRequest) -> str:
    """Where the request comes from, of IPv6 the network; "-" where nobody told."""
    try:
        address = str(get_adapter(request).get_client_ip(request))
        found = ipaddress.ip_address(address)
    except (PermissionDenied, ValueError):  # PermissionDenied is allauth's word for an address nobody told
        return "-"
    return address if found.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))


def _limit(kind: str, who: str) -> Limit:
    most, seconds = settings.SIGN_IN_LIMITS[kind]
    return Limit(kind, who, most, seconds)


def _limits_of_failures(request: HttpRequest, email: str) -> list[Limit]:
    """By address, and by account; tries from a device its owner has signed in on before are counted apart (``devices``)."""
    who = f"{normal_email(email)}:{known_device(request, email)}"
    return [_limit("failed_address", client_address(request)), _limit("failed_account", who)]


def limits_of_codes(request: HttpRequest, user: User) -> list[Limit]:
    """Of wrong codes and keys of a second factor: by address together with wrong passwords, and by person."""
    return [_limit("failed_address", client_address(request)), _limit("failed_code", str(user.pk))]


def count_passkey(request: HttpRequest) -> None:
    """One answer of a passkey, of whomever. One statement; beyond the limit the answer is 429."""
    if attempts.count([_limit("passkey", client_address(request))]):
        raise ImmediateHttpResponse(respond_429(request))


@receiver(password_reset)
def let_the_owner_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who has set a new password by mail need not wait for what others tried."""
    attempts.forget(_limits_of_failures(request, user.email)[1:])
