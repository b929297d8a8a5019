"""Signs out here whom the provider signs out or locks there: OpenID Connect Back-Channel Logout 1.0.

The provider's own server says so by a signed token. Nothing of it is believed before its signature.
"""

import time
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session

from scaling.accounts import attempts, sign_ins
from scaling.accounts.attempts import Limit
from scaling.accounts.models import SignIn, User
from scaling.accounts.single_sign_on.adapters import SESSION, ConfiguredAdapter
from scaling.common.identity_providers import IdentityProvider
from scaling.common.transactions import atomic

EVENT = "http://schemas.openid.net/event/backchannel-logout"
#: Signatures with a key that only the provider has.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: Seconds that a token is good for, and that two clocks may differ by.
MAX_AGE, LEEWAY = 300, 60
#: What PyJWT raises for what is none, or whose figures and depth are beyond Python.
UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


class BadToken(Exception):
    """It is not the provider's, not for us, not about signing out, too old or used. Says which, and no word of the token."""


def sign_out(*, provider: IdentityProvider, adapter: ConfiguredAdapter, token: str) -> int:
    """End the sign-ins by this provider that the token names, and return how many. Raises BadToken.

    Asks the provider for its address of keys and for these: raises as ``requests`` where it is away. Eight queries, and one for
    each person.
    """
    claims = _verified(token, provider, adapter)
    subject, session = claims.get("sub"), claims.get("sid")
    if subject is None and session is None:
        raise BadToken("It names neither a person nor a session.")
    if session is not None and not isinstance(session, str):
        raise BadToken("Its session is no text.")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise BadToken("It is about something else than signing out.")
    if "nonce" in claims:
        raise BadToken("It has a nonce, as tokens for signing in have.")
    return _end(provider=provider, subject=subject, session=session, number=claims["jti"])


def _verified(token: str, provider: IdentityProvider, adapter: ConfiguredAdapter) -> dict[str, Any]:
    """What the provider has signed, of these minutes."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except UNREADABLE as error:
        raise BadToken("It cannot be read.") from error
    config = adapter.openid_config
    with get_adapter().get_requests_session() as there:
        answer = there.get(config["jwks_uri"])
        answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
    key = next((key for key in keys if key.key_id == name and key.algorithm_name in ALGORITHMS), None)
    if name is None or key is None:
        raise BadToken("It is signed by none of the provider's keys.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            issuer=config["issuer"],
            audience=provider.client_id,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "iat", "jti", "events"]},
        )
        age = time.time() - float(claims["iat"])
    except UNREADABLE as error:
        raise BadToken(f"It is refused: {type(error).__name__}.") from error
    if not -LEEWAY <= age <= MAX_AGE:
        raise BadToken("It is too old.")
    return claims


@atomic
def _end(*, provider: IdentityProvider, subject: str | None, session: str | None, number: str) -> int:
    used = Limit("logout_token", f"{provider.id}:{number}", most=1, seconds=2 * (MAX_AGE + LEEWAY))
    if attempts.count([used]):
        raise BadToken("It was used before.")
    accounts = SocialAccount.objects.filter(provider=provider.id)
    if subject is not None:
        accounts = accounts.filter(uid=subject)
    found = {sign_in.session_id: sign_in for sign_in in SignIn.objects.lasting().filter(user__in=accounts.values("user"))}
    kept = {key: one.get_decoded().get(SESSION) for key, one in Session.objects.in_bulk(found).items()}
    named = [sign_in for key, sign_in in found.items() if _is_named(kept.get(key), provider, session)]
    ended = sign_ins.end(SignIn.objects.filter(pk__in=[sign_in.pk for sign_in in named]))
    for person in User.objects.filter(pk__in={sign_in.user_id for sign_in in named}).order_by("pk"):
        user_logged_out.send(sender=User, request=None, user=person)
    return ended


def _is_named(noted: dict[str, Any] | None, provider: IdentityProvider, session: str | None) -> bool:
    """A sign-in by a password of ours, or by another provider, is none of its business."""
    return noted is not None and noted["provider"] == provider.id and session in (None, noted.get("sid"))
