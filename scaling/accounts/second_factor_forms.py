"""allauth's forms of the second factor in our words, tidying text as ours do."""

import struct
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.utils.translation import gettext_lazy as _

from scaling.accounts import attempts
from scaling.accounts.adapter import count_passkey, limits_of_codes
from scaling.common.forms import TidyText


def code_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class CountedTries:
    """Wrong codes are counted like wrong passwords: by network address, and by person whatever the device."""

    user: Any

    def clean_code(self) -> Any:
        return counted(self.user, super().clean_code)  # type: ignore[misc]


def counted(user: Any, ask: Callable[[], Any]) -> Any:
    """What ``ask`` gives, unless there were too many wrong tries. Two statements; one where it raises ValidationError."""
    adapter = get_account_adapter()
    limits = limits_of_codes(adapter.request, user)
    if attempts.count(limits):
        raise adapter.validation_error("too_many_login_attempts")
    found = ask()
    attempts.take_back(limits)
    return found


class AuthenticateForm(CountedTries, TidyText, base.AuthenticateForm):
    """The second step of signing in."""

    code = code_field(_("Sechs Ziffern aus Ihrer App, oder ein Notfall-Code."))


class ReauthenticateForm(CountedTries, TidyText, base.ReauthenticateForm):
    """Before something dangerous."""

    code = code_field(_("Sechs Ziffern aus Ihrer App, oder ein Notfall-Code."))


class ActivateForm(CountedTries, TidyText, totp.ActivateTOTPForm):
    """Setting up an app for codes."""

    code = code_field(_("Sechs Ziffern, die Ihre App für den Skalierungscheck zeigt."))

    @property
    def secret_in_groups(self) -> str:
        """Four by four, as apps take it, too."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class DeactivateForm(TidyText, totp.DeactivateTOTPForm):
    """Giving the app up."""


class GenerateCodesForm(TidyText, recovery_codes.GenerateRecoveryCodesForm):
    """New codes for emergencies."""


class NameField(forms.CharField):
    """What a person calls a key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Name des Schlüssels"), max_length=80, help_text=_("Daran erkennen Sie ihn wieder."), **kwargs)


#: What a made-up answer of a key leads to in allauth and fido2, which look at some of it themselves.
AMISS = (
    ArithmeticError,
    AttributeError,
    InvalidSignature,
    LookupError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


class KeyAnswer:
    """An answer of a key that is none is a wrong one, not an error of ours."""

    def clean_credential(self) -> Any:
        ask = getattr(super(), "clean_credential", None)
        if ask is None:
            return self.cleaned_data["credential"]  # type: ignore[attr-defined]
        user = getattr(self, "user", None)  # nobody yet where a passkey alone says who it is: no one could lock others out so
        return counted(user, lambda: _or_wrong(ask)) if user else _or_wrong(ask)

    def clean(self) -> Any:
        return _or_wrong(super().clean)  # type: ignore[misc]


def _or_wrong(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except AMISS as error:
        raise get_adapter().validation_error("incorrect_code") from error


class AddKeyForm(KeyAnswer, TidyText, webauthn.AddWebAuthnForm):
    """A new key."""

    mark_optional = False

    name = NameField(required=False)
    passwordless = forms.BooleanField(
        label=_("Damit auch ohne Passwort anmelden (Passkey)"),
        required=False,
        initial=True,
        help_text=_("Das Gerät fragt dann nach PIN, Fingerabdruck oder Gesicht."),
    )


class EditKeyForm(TidyText, webauthn.EditWebAuthnForm):
    """Another name."""

    name = NameField()


class SignInKeyForm(KeyAnswer, TidyText, webauthn.LoginWebAuthnForm):
    """Signing in by a passkey alone. allauth's own count took eight queries."""

    def full_clean(self) -> None:
        count_passkey(get_account_adapter().request)
        super().full_clean()


class AuthenticateKeyForm(KeyAnswer, TidyText, webauthn.AuthenticateWebAuthnForm):
    """The second step of signing in, by a key."""


class ReauthenticateKeyForm(KeyAnswer, TidyText, webauthn.ReauthenticateWebAuthnForm):
    """Before something dangerous, by a key."""
