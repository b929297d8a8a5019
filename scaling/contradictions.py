"""Settings that are each right and do not go together: refused at the start, with what to do."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django.http.request import validate_host

#: As a browser names it; with a dot before it, all below it; or an address.
HOST_NAME = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)


def contradictions(
    *,
    site_url: str,
    allowed_hosts: Collection[str],
    trusted_origins: Collection[str],
    proxies: int,
    mail_is_printed: bool,
    secret_key: str,
    debug: bool,
) -> list[str]:
    """What is wrong about the settings of an installation (not of the demo), a sentence each. Pure."""
    address = urlsplit(site_url)
    host = address.hostname or ""
    said = []
    if debug:
        said.append("DEBUG=1 shows settings and program code to whoever makes a mistake in an address: remove it.")
    if address.scheme != "https":
        said.append(f"SITE_URL is {site_url}, but the app answers over https only: write https:// instead.")
    if complaint := _no_host_name(host):
        return [*said, complaint.replace("ALLOWED_HOSTS", "SITE_URL", 1)]
    if address.username is not None:
        said.append(f"SITE_URL holds a user or a password, which mails would tell everybody: write https://{host}")
    if address.path or address.query or address.fragment:
        said.append(f"SITE_URL is {site_url}, but the app needs a host name of its own: write https://{host}")
    if not validate_host(host, allowed_hosts):
        said.append(f"SITE_URL leads to {host}, which ALLOWED_HOSTS refuses: add {host} to it, or leave ALLOWED_HOSTS out.")
    said += [complaint for name in allowed_hosts if name != "*" and (complaint := _no_host_name(name))]
    if "*" in allowed_hosts:
        said.append(f"ALLOWED_HOSTS=* takes any host name that somebody invents: name yours, {host}.")
    said += [
        f"CSRF_TRUSTED_ORIGINS names {origin}: write https:// and a host name, nothing else."
        for origin in trusted_origins
        if not origin.startswith("https://") or urlsplit(origin).path not in ("", "/")
    ]
    if proxies == 0:
        said.append(
            "TRUSTED_PROXY_COUNT=0 means that nothing stands in front of the app, but https has to end somewhere: set it to "
            "the number of proxies, usually 1."
        )
    if mail_is_printed:
        said.append("EMAIL_URL=consolemail:// prints mails instead of sending them: name a mail server, smtp+tls://…")
    if len(set(secret_key)) < 5:
        said.append("SECRET_KEY is not random. A new one: openssl rand -base64 48")
    return said


def _no_host_name(name: str) -> str:
    """Why no request can ever name this host; empty where one can."""
    if not name.isascii():
        return f"ALLOWED_HOSTS names {name}, but browsers send its other spelling, which holds xn--: write that one."
    if HOST_NAME.fullmatch(name):
        return ""
    return f"ALLOWED_HOSTS names {name}: write the host name alone, without https://, port, path or blanks."
