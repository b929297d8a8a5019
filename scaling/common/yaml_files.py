"""YAML files that come with the app."""

from pathlib import Path
from typing import Any

import yaml

#: PyYAML's loader over libyaml, a tenth of the time; a wheel for an uncommon machine may lack it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """What the file holds. Raises OSError and yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 – a safe one
