"""Imports point one way (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Each layer may import itself and what stands before it.
LAYERS = ["scaling.accounts", "catalogue", "assessments", "assessments.reports"]
# The site's own small tools serve every layer and import none of them.
TOOLS = {
    "scaling.common.public_ids",
    "scaling.common.markdown",
    "scaling.common.environment",
    "scaling.common.word_diff",
    "scaling.common.glossary",
    "scaling.common.translations",
}


def layer_of(module: str) -> str | None:
    found = [layer for layer in LAYERS if module == layer or module.startswith(f"{layer}.")]
    return max(found, key=len) if found else None


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_imports_only_what_stands_before_it(layer):
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    wrong = []
    for path in (ROOT / layer.replace(".", "/")).rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if layer_of(module) != layer or "migrations" in path.parts:
            continue
        for name in imports(path):
            target = layer_of(name)
            if (target is not None and target not in allowed) or name.startswith(("scaling.views", "scaling.urls", "tests")):
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_tools_import_no_layer():
    wrong = []
    for tool in TOOLS:
        path = ROOT / f"{tool.replace('.', '/')}.py"
        if path.exists():
            wrong += [f"{tool} imports {name}" for name in imports(path) if layer_of(name)]
    assert wrong == []
