"""Skalierungscheck."""

#: Semantic version; the one place it stands (docs/releasing.md). Shown in the footer and by ``./run manage version``.
__version__ = "0.1.0"
