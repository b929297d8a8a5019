"""The providers of accounts (OpenID Connect) that the environment names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment import Env

ROLES = ("manager", "team", "reader")
_ID = re.compile(r"[a-z][a-z0-9]*")
_RULE = re.compile(r"(?P<group>[^=]+)=(?P<ags>\d{8}):(?P<role>[a-z]+)")


@dataclass(frozen=True)
class IdentityProvider:
    """One of them. ``rules`` are (group, AGS, role); without any, people come by invitation and only sign in there.

    ``domains`` are those of the e-mail addresses it may speak for; ``only`` says that its people sign in nowhere else.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    secret: str
    domains: tuple[str, ...]
    groups_claim: str
    rules: tuple[tuple[str, str, str], ...]
    only: bool
    hours: int

    @property
    def municipalities(self) -> frozenset[str]:
        """The AGS of those whose members its groups decide about."""
        return frozenset(ags for _group, ags, _role in self.rules)

    def roles_of(self, groups: Iterable[str]) -> dict[str, str]:
        """The highest role by AGS for somebody in these groups."""
        held = set(groups)
        lowest_first = sorted(self.rules, key=lambda rule: -ROLES.index(rule[2]))
        return {ags: role for group, ags, role in lowest_first if group in held}

    def speaks_for(self, email: str) -> bool:
        return email.rpartition("@")[2] in self.domains

    def as_app(self) -> Mapping[str, object]:
        """As allauth's settings know it."""
        settings = {"server_url": self.issuer, "oauth_pkce_enabled": True}
        names = {"provider_id": self.id, "name": self.name, "client_id": self.client_id, "secret": self.secret}
        return {**names, "settings": settings}


def identity_providers(env: Env) -> dict[str, IdentityProvider]:
    """Those that ``OIDC_PROVIDERS`` names, by id. Raises ImproperlyConfigured with the name of the variable."""
    return {name: _provider(env, name) for name in env.words("OIDC_PROVIDERS")}


def _provider(env: Env, name: str) -> IdentityProvider:
    if not _ID.fullmatch(name):
        raise ImproperlyConfigured(f"OIDC_PROVIDERS names {name!r}: use small letters and figures alone, such as stadt.")
    prefix = f"OIDC_{name.upper()}_"
    domains = tuple(domain.lower().removeprefix("@") for domain in env.words(f"{prefix}DOMAINS"))
    if not domains:
        raise ImproperlyConfigured(f"{prefix}DOMAINS has to name the domains of its e-mail addresses, such as stadt.example.")
    issuer = env.address(f"{prefix}ISSUER")
    return IdentityProvider(
        id=name,
        name=env.text(f"{prefix}NAME"),
        issuer=issuer,
        client_id=env.text(f"{prefix}CLIENT_ID"),
        secret=env.text(f"{prefix}CLIENT_SECRET", ""),
        domains=domains,
        groups_claim=env.text(f"{prefix}GROUPS_CLAIM", "groups"),
        rules=tuple(_rule(f"{prefix}ROLES", word) for word in env.words(f"{prefix}ROLES")),
        only=env.flag(f"{prefix}ONLY", default=False),
        hours=env.number(f"{prefix}HOURS", 10, lowest=1),
    )


def _rule(variable: str, word: str) -> tuple[str, str, str]:
    found = _RULE.fullmatch(word)
    if found is None or found["role"] not in ROLES:
        raise ImproperlyConfigured(
            f"{variable} holds {word!r}; write GROUP=AGS:ROLE, such as sk-leitung=09461000:manager, with {', '.join(ROLES)}."
        )
    return found["group"].strip(), found["ags"], found["role"]
