"""Our own checks of ``manage.py check --deploy``: each names what a town hall set wrongly, and says what to do."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from django.core import checks

from scaling.checks import safety
from scaling.common.identity_providers import IdentityProvider

KEY = "0123456789abcdefghijklmnopqrstuvwxyz" * 2
PROVIDER = IdentityProvider("stadt", "Stadt", "https://a.example", "x", "geheim-7", ("a.example",), "groups", (), False, 10)
#: As an installation has them; the tests themselves run as a demo.
SAFE: dict[str, Any] = {
    "DEBUG": False,
    "DEMO": False,
    "ALLOWED_HOSTS": ["check.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://check.example.org"],
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "SECRET_KEY": KEY,
    "SECRET_KEY_FALLBACKS": [],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "LANGUAGE_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 60 * 60 * 24 * 365,
    "SECURE_SSL_REDIRECT": True,
    "SITE_URL": "https://check.example.org",
    "IDENTITY_PROVIDERS": {"stadt": PROVIDER},
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_HOST_PASSWORD": "geheim-8",
    "EMAIL_USE_TLS": True,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    "SECOND_FACTOR_ROLES": ["operator"],
    "OBJECT_STORAGE": {},
}


@pytest.fixture
def safe(settings: Any) -> Any:
    for name, value in deepcopy(SAFE).items():
        setattr(settings, name, value)
    settings.LOGGING = {**settings.LOGGING, "root": {**settings.LOGGING["root"], "level": "WARNING"}}
    return settings


def test_what_is_shipped_says_nothing(safe):
    assert safety() == []


def policy(**directives: list[str]) -> Any:
    from scaling.settings import CONTENT_SECURITY_POLICY

    names = {name.replace("_", "-"): sources for name, sources in directives.items()}
    return {"DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"] | names}


def provider(**fields: Any) -> dict[str, IdentityProvider]:
    return {"stadt": replace(PROVIDER, **fields)}


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("scaling.E001", {"DEBUG": True}),
    ("scaling.E001", {"DEMO": True}),
    ("scaling.W001", {"LOGGING": {"root": {"level": "DEBUG"}}}),
    ("scaling.E002", {"CONTENT_SECURITY_POLICY": policy(script_src=["'self'", "'unsafe-inline'"])}),
    ("scaling.E002", {"CONTENT_SECURITY_POLICY": policy(script_src=["'self'", "https://cdn.example"])}),
    ("scaling.E002", {"CONTENT_SECURITY_POLICY": policy(style_src=["*"])}),
    ("scaling.E002", {"CONTENT_SECURITY_POLICY": policy(script_src=["data:"])}),
    ("scaling.E003", {"CONTENT_SECURITY_POLICY": policy(default_src=["'self'"])}),
    ("scaling.E003", {"CONTENT_SECURITY_POLICY": policy(frame_ancestors=["'self'"])}),
    ("scaling.E003", {"CONTENT_SECURITY_POLICY": policy(form_action=["'self'", "pay.example"])}),
    ("scaling.E003", {"X_FRAME_OPTIONS": "SAMEORIGIN"}),
    ("scaling.E004", {"ALLOWED_HOSTS": ["*"]}),
    ("scaling.E004", {"ALLOWED_HOSTS": [".example.org"]}),
    ("scaling.E005", {"CSRF_TRUSTED_ORIGINS": ["https://*.example.org"]}),
    ("scaling.E005", {"CSRF_TRUSTED_ORIGINS": ["http://check.example.org"]}),
    ("scaling.E006", {"ALLAUTH_TRUSTED_PROXY_COUNT": 0}),
    ("scaling.E006", {"ALLAUTH_TRUSTED_PROXY_COUNT": 9}),
    ("scaling.E007", {"SECRET_KEY_FALLBACKS": ["kurz"]}),
    ("scaling.E007", {"SECRET_KEY_FALLBACKS": ["a" * 60]}),
    ("scaling.E008", {"SECRET_KEY_FALLBACKS": [KEY]}),
    ("scaling.W002", {"SECRET_KEY_FALLBACKS": [f"{KEY}{number}" for number in range(4)]}),
    ("scaling.E009", {"EMAIL_HOST_PASSWORD": KEY}),
    ("scaling.E009", {"OBJECT_STORAGE": {"secret_key": KEY}}),
    ("scaling.E009", {"IDENTITY_PROVIDERS": provider(secret=KEY)}),
    ("scaling.E010", {"SESSION_COOKIE_SECURE": False}),
    ("scaling.E011", {"CSRF_COOKIE_HTTPONLY": False}),
    ("scaling.E012", {"LANGUAGE_COOKIE_SAMESITE": "None"}),
    ("scaling.W003", {"SESSION_COOKIE_AGE": 60 * 60 * 24 * 31}),
    ("scaling.W004", {"SECURE_HSTS_SECONDS": 3600}),
    ("scaling.E013", {"SECURE_SSL_REDIRECT": False}),
    ("scaling.E014", {"SITE_URL": "http://check.example.org"}),
    ("scaling.E015", {"IDENTITY_PROVIDERS": provider(issuer="http://a.example")}),
    ("scaling.W005", {"IDENTITY_PROVIDERS": provider(secret="")}),
    ("scaling.E016", {"IDENTITY_PROVIDERS": provider(domains=("*",))}),
    ("scaling.E017", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ("scaling.E018", {"EMAIL_USE_TLS": False}),
    ("scaling.W006", {"OBJECT_STORAGE": {"secret_key": "geheim-9", "endpoint_url": "http://storage.example"}}),
    ("scaling.E019", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}),
    ("scaling.E020", {"MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": True}),
    ("scaling.I001", {"SECOND_FACTOR_ROLES": []}),
]


@pytest.mark.parametrize("place", range(len(WRONG)), ids=[f"{number}-{one[0]}" for number, one in enumerate(WRONG)])
def test_wrong_setting_is_named_with_what_to_do(safe, place):
    wanted, changed = WRONG[place]
    for name, value in changed.items():
        setattr(safe, name, value)
    found = safety()
    assert {message.id for message in found} == {wanted}
    assert all(message.hint for message in found)


def test_they_are_asked_by_check_deploy_alone(safe):
    safe.X_FRAME_OPTIONS = "SAMEORIGIN"
    ids = [
        [one.id for one in checks.run_checks(include_deployment_checks=deploy, tags=["security"])] for deploy in (True, False)
    ]
    assert "scaling.E003" in ids[0]
    assert "scaling.E003" not in ids[1]
