"""What a town hall could set wrongly for its safety: checks for ``manage.py check --deploy``, beside Django's own.

What cannot be served at all is refused at the start (scaling/settings.py, scaling/contradictions.py), and what only the outside
can tell is the doctor's. These look at the settings as they are in the end, whoever changed them: a file, a module of the
operator's own that imports ours, or a later version of ours.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

DAY = int(timedelta(days=1).total_seconds())
#: What would let a text of somebody's run in the browser of somebody else, or let a page be read from elsewhere.
LOOSE = ("'unsafe-", "*", "http:", "https:", "data:", "blob:")
#: KERN's icons are pictures of the style sheet itself.
TAKEN = {("img-src", "data:")}
CLOSED = ("default-src", "base-uri", "frame-ancestors")
SHORTEST_KEY, FEWEST_SIGNS, MAX_OLD_KEYS = 50, 5, 3
COOKIES = ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE")
WEAK_HASHERS = ("MD5", "SHA1", "Unsalted")
LOCAL = ("localhost", "127.0.0.1", "::1", "")


def _error(number: int, text: str, hint: str) -> checks.Error:
    return checks.Error(text, hint=hint, id=f"scaling.E{number:03}")


def _warning(number: int, text: str, hint: str) -> checks.Warning:
    return checks.Warning(text, hint=hint, id=f"scaling.W{number:03}")


@checks.register(checks.Tags.security, deploy=True)
def safety(**_options: Any) -> list[checks.CheckMessage]:
    """All of them; no database is asked."""
    parts = (_kind(), _policy(), _hosts(), _keys(), _cookies(), _transport(), _providers(), _mail(), _people())
    return [message for part in parts for message in part]


def _kind() -> Iterator[checks.CheckMessage]:
    if settings.DEBUG or settings.DEMO:
        yield _error(1, "DEBUG or DEMO is on: settings and published passwords are everybody's.", "Remove both.")
    logging: Any = settings.LOGGING
    if logging.get("root", {}).get("level") == "DEBUG":
        yield _warning(1, "LOG_LEVEL=debug writes what people type into the log.", "Remove it once the fault is found.")


def _policy() -> Iterator[checks.CheckMessage]:
    directives: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY.get("DIRECTIVES", {})
    for name, sources in directives.items():
        for source in sources:
            if (name, source) not in TAKEN and source.startswith(LOOSE):
                yield _error(2, f"The Content-Security-Policy allows {source} as {name}.", "Leave the policy as it is shipped.")
    for name in CLOSED:
        if directives.get(name) != ["'none'"]:
            yield _error(3, f"The Content-Security-Policy leaves {name} open.", f"Set {name} to 'none', as it is shipped.")
    if directives.get("form-action") != ["'self'"]:
        yield _error(3, "The Content-Security-Policy lets forms be sent elsewhere.", "Set form-action to 'self'.")
    if settings.X_FRAME_OPTIONS != "DENY":
        yield _error(3, "Pages may be shown inside those of others.", "Set X_FRAME_OPTIONS to DENY.")


def _hosts() -> Iterator[checks.CheckMessage]:
    for name in settings.ALLOWED_HOSTS:
        if "*" in name or name.startswith("."):
            yield _error(4, f"ALLOWED_HOSTS takes {name}: links would lead to hosts that others run.", "Name each host.")
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if "*" in origin or not origin.startswith("https://"):
            yield _error(5, f"CSRF_TRUSTED_ORIGINS takes forms of {origin}.", "Name one host, with https://.")
    if not 1 <= settings.ALLAUTH_TRUSTED_PROXY_COUNT <= 3:
        number = settings.ALLAUTH_TRUSTED_PROXY_COUNT
        text = f"TRUSTED_PROXY_COUNT={number}: sign-ins are counted for an address that anybody can make up, or for nobody's."
        yield _error(6, text, "Set it to the number of proxies before the app, usually 1; manage.py doctor looks at it.")


def _keys() -> Iterator[checks.CheckMessage]:
    kept = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    for key in kept[1:]:
        if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS:
            text = "SECRET_KEY_FALLBACKS holds a key that can be guessed, and what it signs is believed."
            yield _error(7, text, "Leave it out; who it signed in signs in again.")
    if len(set(kept)) < len(kept):
        yield _error(8, "SECRET_KEY stands among SECRET_KEY_FALLBACKS, or one of them twice.", "Leave it there once.")
    if len(kept) > MAX_OLD_KEYS + 1:
        text = f"SECRET_KEY_FALLBACKS holds {len(kept) - 1} keys: whoever has one of them is believed."
        yield _warning(2, text, "Leave out those of more than two weeks ago (docs/operation.md, another secret key).")
    others = {
        "DATABASE_URL": settings.DATABASES["default"].get("PASSWORD"),
        "EMAIL_URL": settings.EMAIL_HOST_PASSWORD,
        "UPLOADS_URL": (settings.OBJECT_STORAGE or {}).get("secret_key"),
        **{f"OIDC_{one.id.upper()}_CLIENT_SECRET": one.secret for one in settings.IDENTITY_PROVIDERS.values()},
    }
    for name, secret in others.items():
        if secret and secret in kept:
            yield _error(
                9, f"{name} and SECRET_KEY are one secret: whoever learns it there has both.", "Make a key of its own."
            )


def _cookies() -> Iterator[checks.CheckMessage]:
    for name in COOKIES:
        if not getattr(settings, f"{name}_SECURE"):
            yield _error(10, f"{name}_SECURE is off: the cookie goes in clear text.", "Leave it as it is shipped.")
        if not getattr(settings, f"{name}_HTTPONLY"):
            yield _error(11, f"{name}_HTTPONLY is off: scripts read the cookie.", "Leave it as it is shipped.")
        if getattr(settings, f"{name}_SAMESITE") not in ("Lax", "Strict"):
            yield _error(12, f"{name}_SAMESITE is off: forms of other sites send the cookie.", "Leave it as it is shipped.")
    if settings.SESSION_COOKIE_AGE > 30 * DAY:
        yield _warning(3, "People stay signed in for more than 30 days.", "Set SESSION_COOKIE_AGE to 1209600 at most.")


def _transport() -> Iterator[checks.CheckMessage]:
    if settings.SECURE_HSTS_SECONDS < 180 * DAY:
        text = "Browsers are told for less than half a year to stay with https (SECURE_HSTS_SECONDS)."
        yield _warning(4, text, "Leave it out: a year.")
    if not settings.SECURE_SSL_REDIRECT:
        yield _error(13, "Who comes without https is not led to it (SECURE_SSL_REDIRECT).", "Leave it as it is shipped.")
    if not settings.SITE_URL.startswith("https://"):
        yield _error(14, f"Links in mails begin with {settings.SITE_URL}, without https.", "Set SITE_URL to https://…")


def _providers() -> Iterator[checks.CheckMessage]:
    for one in settings.IDENTITY_PROVIDERS.values():
        prefix = f"OIDC_{one.id.upper()}_"
        if not one.issuer.startswith("https://"):
            text = f"{prefix}ISSUER is {one.issuer}: whoever listens on the way signs in as anybody."
            yield _error(15, text, "Write https://.")
        if not one.secret:
            text = f"{prefix}CLIENT_SECRET is missing: others can pass for this app at the provider."
            yield _warning(5, text, "Enter the app there as a confidential client, and set its secret.")
        if any("*" in domain or "." not in domain for domain in one.domains):
            text = f"{prefix}DOMAINS names {', '.join(one.domains)}: the provider speaks for addresses that are not its own."
            yield _error(16, text, "Name whole domains, such as stadt.example.")


def _mail() -> Iterator[checks.CheckMessage]:
    if settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "filebased.EmailBackend", "dummy.EmailBackend")):
        text = "Mails are printed instead of sent: links that open accounts stand in the log."
        yield _error(17, text, "Set EMAIL_URL=smtp+tls://…")
    is_closed = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if settings.EMAIL_HOST_PASSWORD and not is_closed and settings.EMAIL_HOST not in LOCAL:
        text = f"The password of the mail server {settings.EMAIL_HOST} goes over the network in clear text."
        yield _error(18, text, "Write smtp+tls:// or smtp+ssl:// in EMAIL_URL.")
    storage = urlsplit((settings.OBJECT_STORAGE or {}).get("endpoint_url", "https://x"))
    if storage.scheme == "http" and storage.hostname not in LOCAL:
        text = f"Evidence goes to {storage.hostname} in clear text (UPLOADS_URL)."
        yield _warning(6, text, "Right for a network of the operator's own alone; else use https there.")


def _people() -> Iterator[checks.CheckMessage]:
    if any(word in settings.PASSWORD_HASHERS[0] for word in WEAK_HASHERS):
        yield _error(19, f"Passwords are kept by {settings.PASSWORD_HASHERS[0]}.", "Leave PASSWORD_HASHERS as it is shipped.")
    if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        yield _error(20, "Passkeys are taken without https.", "Remove MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN.")
    if "operator" not in settings.SECOND_FACTOR_ROLES:
        text = "No second factor is demanded of operators, who may do everything."
        hint = "Set SECOND_FACTOR_ROLES=operator (manager, curator …) and SECOND_FACTOR_DUE."
        yield checks.Info(text, hint=hint, id="scaling.I001")
