"""What allauth asks about providers of accounts, and what we ask of them beyond it."""

import time
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from scaling.accounts.single_sign_on.admission import NotAdmitted, admit
from scaling.common.identity_providers import IdentityProvider

#: In the session: by which provider somebody signed in, as which session there, and until when they need not go there again.
SESSION = "single_sign_on"
#: In the session while somebody is on the way: the provider they come from, and its own name for the session there.
PENDING = "single_sign_on_pending"


class ConfiguredAdapter(OpenIDConnectOAuth2Adapter):
    """Believes the provider that is named in the settings, and only what it has signed."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        issuer = settings.IDENTITY_PROVIDERS[self.provider_id].issuer
        if str(config.get("issuer", "")).rstrip("/") != issuer:
            raise OAuth2Error(f"The provider calls itself {config.get('issuer')!r}, not {issuer!r}.")
        return config

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Any:
        data = super().get_access_token_data(*args, **kwargs)
        # allauth would skip the signature of a token that came by https; a proxy in between is reason enough to look.
        self.did_fetch_access_token = False
        return data

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        login = super().complete_login(request, app, token, **kwargs)
        data = login.account.extra_data
        claims, signed = data.get("userinfo") or {}, data.get("id_token")
        if not signed or signed.get("sub") != claims.get("sub", signed.get("sub")):
            raise OAuth2Error("The token and the provider's word on the person are of two people, or there is no token.")
        request.provider_claims = {**signed, **claims}  # type: ignore[attr-defined]
        login.account.extra_data = {}  # what is kept of it stands with the person
        return login


class SocialAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> Any:
        """Those of the settings; none from the database. No query."""
        from allauth.socialaccount.models import SocialApp

        apps = []
        for known in settings.IDENTITY_PROVIDERS.values():
            if provider in (None, "openid_connect", known.id) and client_id in (None, known.client_id):
                apps.append(SocialApp(provider="openid_connect", **known.as_app()))
        return apps

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Accounts are made by ``admit`` alone."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Decides who this is here, and whether they may come in."""
        provider: IdentityProvider = settings.IDENTITY_PROVIDERS[sociallogin.account.provider]
        known = sociallogin.user if sociallogin.account.pk else None  # allauth has looked for provider and number
        try:
            user = admit(provider=provider, known=known, claims=request.provider_claims)  # type: ignore[attr-defined]
        except NotAdmitted as refusal:
            context = {"reason": refusal.reason, "provider": provider}
            raise ImmediateHttpResponse(render(request, "accounts/not_admitted.html", context, status=403)) from None
        if known is None:
            sociallogin.connect(request, user)
        # A second factor of ours may come in between.
        request.session[PENDING] = {"provider": provider.id, "sid": request.provider_claims.get("sid")}  # type: ignore[attr-defined]


def note_in_session(request: HttpRequest) -> None:
    """After the sign-in."""
    pending = request.session.pop(PENDING, None)
    provider = settings.IDENTITY_PROVIDERS.get(pending["provider"]) if pending else None
    if provider is not None:
        until = int(time.time()) + provider.hours * 3600
        request.session[SESSION] = {"provider": provider.id, "sid": pending["sid"], "until": until}
