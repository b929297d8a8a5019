"""Strict helpers for environment variables: a wrong value fails loudly, with the name of the variable."""

import difflib
import hmac
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

#: Never a link, not even by setting: what browsers run, or take for a page of their own or of ours.
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "vbscript", "livescript", "blob", "filesystem", "about", "view-source"})
MAILBOX = re.compile(r"[^@\s:/<>,]+@[^@\s:/<>,]+")
SCHEME = re.compile(r"[a-z][a-z0-9+-]*")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}

#: Django's mail backend and the usual port, by the scheme of an address.
MAIL = {"smtp": ("smtp", 25), "smtp+tls": ("smtp", 587), "smtp+ssl": ("smtp", 465), "consolemail": ("console", 25)}


class Env:
    """Reads variables; a secret may be given as a file by ``NAME_FILE`` (Docker and systemd secrets).

    ``asked_for`` are the names that were read: all there are, once the settings have been read.
    """

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self.values = values
        self.asked_for: set[str] = set()
        self._read: dict[str, str] = {}

    def text(self, name: str, default: str | None = None) -> str:
        """The variable's value. Raises ImproperlyConfigured where it is missing and has no default."""
        self.asked_for.add(name)
        path = self.values.get(f"{name}_FILE")
        if path is not None:
            if name in self.values:
                raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
            try:
                self._read[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ImproperlyConfigured(f"{name}_FILE: cannot read {path} ({error.strerror}).") from error
            return self._read[name]
        value = self.values.get(name, default)
        if value is None:
            raise ImproperlyConfigured(f"Set the environment variable {name} (or {name}_FILE).{self.hint(name)}")
        return value

    def marked(self, key: str) -> dict[str, str]:
        """A mark of the value of each variable that is set and was asked for: another value has another one.

        HMAC-SHA256 under ``key``, shortened to 64 bits: without the key nobody can try out which value it stands for.
        """
        read = {name: self._read.get(name, self.values.get(name, "")) for name in sorted(self.asked_for) if self.is_set(name)}
        return {
            name: hmac.digest(key.encode(), f"{name}\n{value}".encode(), "sha256").hex()[:16] for name, value in read.items()
        }

    def hint(self, name: str) -> str:
        """What is set under nearly this name, as a question to add to a complaint; empty where nothing is."""
        near = difflib.get_close_matches(name, [other for other in self.values if other not in self.asked_for], n=1, cutoff=0.8)
        return f" {near[0]} is set: is {name} meant?" if near else ""

    def is_set(self, name: str) -> bool:
        return name in self.values or f"{name}_FILE" in self.values

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "1" if default else "0").strip().lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
        return value in TRUE

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of the words; the first where nothing is set."""
        value = self.text(name, choices[0]).strip().lower()
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not {value!r}.")
        return value

    def folder(self, name: str, default: str) -> Path:
        """A folder, which need not be there yet. A path from where somebody happens to stand would be a new one each time."""
        path = Path(self.text(name, default))
        if not path.is_absolute():
            raise ImproperlyConfigured(f"{name} must be a whole path, from / on, not {str(path)!r}.")
        return path

    def number(self, name: str, default: int, *, lowest: int = 0) -> int:
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
        if number < lowest:
            raise ImproperlyConfigured(f"{name} must be at least {lowest}, not {number}.")
        return number

    def words(self, name: str, default: str = "") -> list[str]:
        """A list, separated by commas, or, in a file, a line each."""
        return [word.strip() for word in re.split(r"[,\n]", self.text(name, default)) if word.strip()]

    def some_of(self, name: str, choices: Sequence[str]) -> list[str]:
        """Any of the words, none by default."""
        found = self.words(name)
        for word in found:
            if word not in choices:
                raise ImproperlyConfigured(f"{name} may hold {', '.join(choices)}, not {word!r}.")
        return found

    def day(self, name: str) -> date | None:
        """A day such as 2026-12-31; None where nothing is set."""
        value = self.text(name, "").strip()
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a day such as 2026-12-31, not {value!r}.") from None

    def schemes(self, name: str) -> list[str]:
        """What addresses may begin with, such as enaio,d3; in lower case, without those that are never a link."""
        schemes = [word.lower().removesuffix("://").removesuffix(":") for word in self.words(name)]
        for scheme in schemes:
            if scheme in FORBIDDEN_SCHEMES or not SCHEME.fullmatch(scheme):
                raise ImproperlyConfigured(f"{name} must be a list of schemes such as enaio,d3, and cannot hold {scheme!r}.")
        return schemes

    def address(self, name: str, default: str | None = None) -> str:
        """An address such as https://check.example.org, without a slash at its end."""
        value = self.text(name, default).strip().rstrip("/")
        if not value.startswith(("https://", "http://")) or any(character.isspace() for character in value):
            raise ImproperlyConfigured(f"{name} must begin with https:// or http://, not {value!r}.")
        try:
            urlsplit(value).port  # noqa: B018 – asks whether it is one
        except ValueError:
            raise ImproperlyConfigured(f"{name} is {value}: after the colon belongs a port, a number up to 65535.") from None
        return value

    def contact(self, name: str, default: str) -> str:
        """A page (https://…) or a mailbox, as an address to follow; empty where neither is named."""
        value = self.text(name, default).strip()
        if re.fullmatch(r"(https://|mailto:)\S+", value):
            return value
        if MAILBOX.fullmatch(value):
            return f"mailto:{value}"
        if self.is_set(name) and value:
            raise ImproperlyConfigured(f"{name} must be an address of a mailbox or begin with https://, not {value!r}.")
        return ""

    def sender(self, name: str, default: str) -> str:
        """Whom mails come from: a mailbox, or a name and <mailbox>."""
        value = self.text(name, default).strip()
        if "\n" in value or "\r" in value or len(found := getaddresses([value])) != 1 or not MAILBOX.fullmatch(found[0][1]):
            raise ImproperlyConfigured(f"{name} must be an address, or a name and <address>, not {value!r}.")
        return value

    def mailboxes(self, name: str) -> list[str]:
        """A list of addresses that mails go to."""
        found = self.words(name)
        for word in found:
            if not MAILBOX.fullmatch(word):
                raise ImproperlyConfigured(f"{name} must hold addresses of mailboxes, separated by commas, not {word!r}.")
        return found

    def database(self, name: str, default: str | None = None) -> dict[str, Any]:
        """A PostgreSQL address, read by PostgreSQL's own rules, as Django's settings of a database. Any other is refused."""
        url = self.text(name, default)
        if not url.startswith(("postgresql://", "postgres://")):
            raise ImproperlyConfigured(f"{name} must begin with postgresql:// – the app runs on PostgreSQL only.")
        try:
            parts = conninfo_to_dict(url)
        except psycopg.Error:
            raise ImproperlyConfigured(f"{name} is no address PostgreSQL understands.") from None  # it may hold a password
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        config = {setting: str(parts.pop(part, None) or "") for setting, part in names.items()}
        return {"ENGINE": "django.db.backends.postgresql", **config, "OPTIONS": parts}

    def email(self, name: str, default: str | None) -> dict[str, Any]:
        """A mail server's address such as smtp+tls://user:password@mail.example.org:587 as Django's settings."""
        url = urlsplit(self.text(name, default))
        if url.scheme not in MAIL:
            raise ImproperlyConfigured(f"{name} must begin with smtp://, smtp+tls://, smtp+ssl:// or consolemail://.")
        if url.path.strip("/") or url.query or url.fragment:
            # A password with one of these signs would silently name another host.
            raise ImproperlyConfigured(
                f"{name} must look like {url.scheme}://user:password@mail.example.org:587; "
                "write / as %2F, # as %23 and ? as %3F in user and password."
            )
        backend, port = MAIL[url.scheme]
        try:
            port = url.port or port
        except ValueError:
            raise ImproperlyConfigured(f"{name} names no port.") from None
        if backend == "smtp" and not url.hostname:
            raise ImproperlyConfigured(f"{name} names no mail server: write {url.scheme}://mail.example.org.")
        return {
            "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
            "EMAIL_HOST": url.hostname or "localhost",
            "EMAIL_PORT": port,
            "EMAIL_HOST_USER": unquote(url.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
            "EMAIL_USE_TLS": url.scheme == "smtp+tls",
            "EMAIL_USE_SSL": url.scheme == "smtp+ssl",
        }

    def cache(self, name: str) -> str:
        """The address of a Valkey or Redis as Django's cache takes it; empty where none is named."""
        value = self.text(name, "").strip()
        if value.startswith("valkey"):  # the same server by its newer name; the client knows the older one
            value = "redis" + value.removeprefix("valkey")
        if value and not value.startswith(("redis://", "rediss://")):
            raise ImproperlyConfigured(f"{name} must begin with valkey://, redis:// or rediss:// (with TLS).")
        return value

    def clamd(self, name: str) -> str:
        """Where ClamAV's daemon listens: unix:///run/clamav/clamd.ctl or tcp://host:3310; empty where there is none."""
        value = self.text(name, "").strip()
        url = urlsplit(value)
        try:
            is_good = (url.scheme == "unix" and url.path and not url.netloc) or (
                url.scheme == "tcp" and url.hostname and url.port != 0
            )
        except ValueError:  # no port
            is_good = False
        if value and not is_good:
            raise ImproperlyConfigured(f"{name} must look like unix:///run/clamav/clamd.ctl or tcp://host:3310.")
        return value

    def object_storage(self, name: str) -> dict[str, Any]:
        """A bucket such as s3://key:secret@storage.example.org/bucket as options of django-storages; none where nothing is set.

        ``s3+http://`` for one in the same network, without TLS; ``?region=`` where it asks for one.
        """
        value = self.text(name, "").strip()
        if not value:
            return {}
        url = urlsplit(value)
        scheme = {"s3": "https", "s3+http": "http"}.get(url.scheme)
        bucket, query = url.path.strip("/"), parse_qs(url.query)
        if scheme is None or not bucket or "/" in bucket or not (url.hostname and url.username and url.password):
            raise ImproperlyConfigured(f"{name} must look like s3://key:secret@storage.example.org/bucket.")
        try:
            port = f":{url.port}" if url.port else ""
        except ValueError:
            raise ImproperlyConfigured(f"{name} names no port.") from None
        return {
            "endpoint_url": f"{scheme}://{url.hostname}{port}",
            "access_key": unquote(url.username),
            "secret_key": unquote(url.password),
            "bucket_name": bucket,
            "region_name": query.get("region", ["us-east-1"])[0],
        }

    def unknown(self, names: Iterable[str]) -> list[str]:
        """A sentence for each name that nobody asked for, with the nearest right one."""
        known = self.asked_for | {f"{name}_FILE" for name in self.asked_for}
        said = []
        for name in sorted(set(names) - known):
            near = difflib.get_close_matches(name.upper(), known, n=1)
            said.append(f"{name} is no variable of this app" + (f"; is {near[0]} meant?" if near else "."))
        return said

    def misspelt(self) -> list[str]:
        """The same for variables of the process, which may belong to others: only those that are nearly one of ours."""
        known = self.asked_for | {f"{name}_FILE" for name in self.asked_for}
        return self.unknown(
            name
            for name in self.values
            if len(name) > 7 and name not in known and difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.88)
        )
