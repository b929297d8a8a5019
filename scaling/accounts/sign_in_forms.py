"""allauth's forms, tidying text as ours do: an address pasted with an invisible character is the address."""

from allauth.account import forms

from scaling.common.forms import TidyText


class LoginForm(TidyText, forms.LoginForm):
    """Signing in."""


class ResetPasswordForm(TidyText, forms.ResetPasswordForm):
    """Asking for a new password."""
