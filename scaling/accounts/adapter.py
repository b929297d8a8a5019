from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from scaling.accounts.devices import known_device
from scaling.common.addresses import absolute_url
from scaling.common.mail import send_later


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers alone: accounts are made by managers and operators."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts from a device its owner has signed in on before are counted apart (``scaling.accounts.devices``)."""
        email = str(credentials.get("email") or credentials.get("username") or "")
        device = known_device(request, email)
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{device}" if device else key

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the address of this installation, never by the Host header of whoever asked for the mail."""
        return absolute_url(reverse("account_reset_password_from_key", kwargs={"uidb36": "x", "key": "y"})).replace("x-y", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By the queue: how long the mail server takes would tell whether an address has an account."""
        send_later([self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})])
