"""The way to a provider of accounts and back, and signing out there, too."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from scaling.accounts.single_sign_on.adapters import ConfiguredAdapter
from scaling.common.addresses import absolute_url, start_page

logger = logging.getLogger("signin")
#: What a provider that is away, or says something else than the standard, leads to.
OUT_OF_ORDER = (RequestException, OAuth2Error, ValueError, KeyError, TypeError)


@never_cache
@require_GET
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leads to the provider. Of the address, ``next`` alone is heard: allauth would take scopes and more from it."""
    asked = QueryDict(mutable=True)
    asked["process"] = "login"
    if "next" in request.GET:
        asked["next"] = request.GET["next"]
    request.GET = asked  # type: ignore[assignment]
    return _by(OAuth2LoginView, request, provider_id)


@never_cache
@require_GET
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _by(OAuth2CallbackView, request, provider_id)


def _by(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if provider_id not in settings.IDENTITY_PROVIDERS:
        raise Http404
    answer: Callable[[HttpRequest], HttpResponse] = view.adapter_view(ConfiguredAdapter(request, provider_id))
    try:
        return answer(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except OUT_OF_ORDER:
        logger.exception("The provider %s is away or answers amiss.", provider_id)
        return render(request, "socialaccount/authentication_error.html", status=503)


@never_cache
@require_GET
def signed_out(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Signed out here; on to the provider to do so there. By a page: from a form's answer, our CSP lets nobody go elsewhere."""
    provider = settings.IDENTITY_PROVIDERS.get(provider_id)
    if provider is None or request.user.is_authenticated:
        raise Http404
    try:
        end = ConfiguredAdapter(request, provider_id).openid_config.get("end_session_endpoint")
    except OUT_OF_ORDER:
        logger.exception("The provider %s is away or answers amiss.", provider_id)
        end = None
    there = ""
    if end:
        values = {"client_id": provider.client_id, "post_logout_redirect_uri": absolute_url(start_page())}
        there = f"{end}{'&' if '?' in end else '?'}{urlencode(values)}"
    response = render(request, "accounts/signed_out.html", {"provider": provider, "there": there})
    if there:
        response["Refresh"] = f"0; url={there}"
    return response
