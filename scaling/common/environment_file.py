"""The one file of settings that pages, workers, timers and commands of an installation read (docs/operation.md)."""

import os
import re
from collections.abc import MutableMapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment import Env

#: Names another file; empty: none is read.
FILE = "SKALIERUNGSCHECK_ENV"
DEFAULT = Path("/etc/skalierungscheck/skalierungscheck.env")
LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")


def load_environment_file(environ: MutableMapping[str, str] = os.environ, default: Path = DEFAULT) -> dict[str, str]:
    """Add the file's variables to ``environ``, where what is set already stays, and return all that the file says.

    The demo (``DEMO=1``) reads a file only if ``SKALIERUNGSCHECK_ENV`` names one: it has to work beside an installation.
    To call it again changes nothing. Raises ImproperlyConfigured.
    """
    named = environ.get(FILE)
    if named == "" or (named is None and Env(environ).flag("DEMO", default=False)):
        return {}
    path = Path(named or default)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if named is None:
            return {}
        raise ImproperlyConfigured(f"{FILE} names {path}, which is not there.") from None
    except PermissionError:
        raise ImproperlyConfigured(f"{path} may not be read by this user: run the command as the app's own.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path} cannot be read ({error}).") from None
    values = parse(text, path.name)
    for name, value in values.items():
        # A secret may stand here as a file and there as a value: what is set already is one of both.
        other = name.removesuffix("_FILE") if name.endswith("_FILE") else f"{name}_FILE"
        if name not in environ and (other not in environ or other in values):
            environ[name] = value
    return values


def parse(text: str, name: str) -> dict[str, str]:
    """``NAME=value`` a line, in quotes or not; blank lines and lines that begin with # say nothing. No escapes, no variables:
    so the file means the same to systemd and to containers. Raises ImproperlyConfigured with the number of the line.
    """
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise ImproperlyConfigured(
                f"{name}, line {number}: write NAME=value, without “export” and without blanks at the =."
            )
        variable, value = found.groups()
        if value[:1] in ("'", '"'):
            if len(value) < 2 or value[-1] != value[0] or value[0] in value[1:-1]:
                raise ImproperlyConfigured(
                    f"{name}, line {number}: the quotation mark before {variable} is not closed at the end."
                )
            value = value[1:-1]
        if variable in values:
            raise ImproperlyConfigured(f"{name}, line {number}: {variable} stands there twice.")
        if variable == "DEMO":
            raise ImproperlyConfigured(f"{name}, line {number}: DEMO is for ./run alone; remove the line.")
        values[variable] = value
    return values
