"""Accounts of the town hall: whether each provider answers, is the one that is named, and knows us."""

from collections.abc import Iterator
from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings

from scaling.common.identity_providers import IdentityProvider
from scaling.doctor.findings import Check, Complaint, problem

SECONDS = 10
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def providers() -> Iterator[Complaint]:
    """Asks as the app does, so with its certificates and its way out. Signs nobody in."""
    for provider in settings.IDENTITY_PROVIDERS.values():
        yield from _provider(provider, f"OIDC_{provider.id.upper()}_")


def _provider(provider: IdentityProvider, prefix: str) -> Iterator[Complaint]:
    nobody = f"nobody signs in by “{provider.name}”."
    with get_adapter().get_requests_session() as session:
        try:
            answer = session.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=SECONDS)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except requests.exceptions.SSLError as error:
            yield problem(
                f"The certificate of {provider.issuer} is not trusted: {nobody} ({error})",
                "Where a house's own authority made it, name that one's file in REQUESTS_CA_BUNDLE of the services.",
            )
            return
        except (requests.RequestException, ValueError) as error:
            yield problem(
                f"{provider.issuer} does not say how to sign in: {nobody} ({error})",
                f"Correct {prefix}ISSUER: its /.well-known/openid-configuration has to open from this machine.",
            )
            return
        if str(found.get("issuer", "")).rstrip("/") != provider.issuer:
            said = f"{provider.issuer} calls itself {found.get('issuer')}: {nobody}"
            yield problem(said, f"Set {prefix}ISSUER={found.get('issuer')}, if that is the one.")
            return
        if missing := [name for name in NEEDED if not found.get(name)]:
            yield problem(f"{provider.issuer} does not name its {', '.join(missing)}: {nobody}", f"Correct {prefix}ISSUER.")
            return
        if refused := _refused(session, provider, found):
            yield problem(
                f"{provider.issuer} does not take us for {provider.client_id} ({refused}): {nobody}",
                f"Compare {prefix}CLIENT_ID and {prefix}CLIENT_SECRET with what is entered there.",
            )


def _refused(session: requests.Session, provider: IdentityProvider, found: dict[str, Any]) -> str:
    """What the provider says against our name and secret, if anything: it looks at them before the code, which is none."""
    form = {"grant_type": "authorization_code", "code": "doctor", "redirect_uri": settings.SITE_URL, "code_verifier": "x" * 43}
    methods = found.get("token_endpoint_auth_methods_supported", [])
    by_header = "client_secret_post" not in methods and "client_secret_basic" in methods  # as allauth decides
    if not by_header:
        form |= {"client_id": provider.client_id, "client_secret": provider.secret}
    auth = (provider.client_id, provider.secret) if by_header else None
    try:
        answer = session.post(found["token_endpoint"], data=form, auth=auth, timeout=SECONDS)
        said = answer.json().get("error", "")
    except (requests.RequestException, ValueError, AttributeError) as error:
        return str(error)
    return str(said) if said in ("invalid_client", "unauthorized_client") or answer.status_code == 401 else ""


CHECKS = [Check("sign-in providers", providers, in_demo=False)]
