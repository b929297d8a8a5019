"""The way to a provider of accounts and back, and signing out there, too."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from scaling.accounts import attempts
from scaling.accounts.adapter import client_address
from scaling.accounts.single_sign_on import back_channel
from scaling.accounts.single_sign_on.adapters import ConfiguredAdapter
from scaling.common.addresses import absolute_url, start_page

logger = logging.getLogger("signin")
#: What a provider that is away, or says something else than the standard, leads to.
OUT_OF_ORDER = (RequestException, OAuth2Error, ValueError, KeyError, TypeError)
#: Refused tokens to sign somebody out, after which an address has to wait: each has us ask the provider for its keys.
MAX_REFUSED, SECONDS = 30, 300


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


# The token's signature is the authority, and the provider's server knows no CSRF token.
@csrf_exempt
@never_cache
@require_POST
def ended_there(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The provider's server says whom it has signed out. The answers are those of Back-Channel Logout 1.0, section 2.8."""
    provider = settings.IDENTITY_PROVIDERS.get(provider_id)
    if provider is None:
        raise Http404
    who = client_address(request)
    limit = attempts.Limit("refused_logout_token", who, MAX_REFUSED, SECONDS)
    if attempts.is_reached(limit):
        return JsonResponse({"error": "too_many_requests"}, status=429, headers={"Retry-After": str(SECONDS)})
    try:
        token = request.POST.get("logout_token", "")
        ended = back_channel.sign_out(provider=provider, adapter=ConfiguredAdapter(request, provider_id), token=token)
    except back_channel.BadToken as error:
        reason = str(error)
    except OUT_OF_ORDER:
        logger.exception("The provider %s is away or answers amiss.", provider_id)
        reason = "Its keys cannot be had."
    else:
        logger.info("The provider %s has ended %d sign-ins.", provider_id, ended)
        return HttpResponse()
    attempts.count([limit])
    logger.warning("Refused a logout token for %s from %s: %s", provider_id, who, reason)
    return JsonResponse({"error": "invalid_request", "error_description": reason}, status=400)
