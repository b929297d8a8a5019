"""Settings that are each right and do not go together: refused at the start, with what to do."""

from collections.abc import Collection
from urllib.parse import urlsplit

from django.http.request import validate_host


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
    if address.path or address.query or address.fragment:
        said.append(f"SITE_URL is {site_url}, but the app needs a host name of its own: write https://{host}")
    if not validate_host(host, allowed_hosts):
        said.append(f"SITE_URL leads to {host}, which ALLOWED_HOSTS refuses: add {host} to it, or leave ALLOWED_HOSTS out.")
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
