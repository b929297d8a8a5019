"""allauth's forms, tidying text as ours do: an address pasted with an invisible character is the address."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext as _

from scaling.common.forms import TidyText


class LoginForm(TidyText, forms.LoginForm):
    """Signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "remember" in self.fields:  # allauth's label is "Remember Me" in English
            self.fields["remember"].label = _("Angemeldet bleiben")


class ResetPasswordForm(TidyText, forms.ResetPasswordForm):
    """Asking for a new password."""
