"""What stands lower knows nothing of what stands above it (docs/architecture.md): neither by an import nor by a name."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
#: From the bottom to the top: each layer may know itself and what stands before it. ``scaling`` is all that is left: the site.
LAYERS = ["scaling.common", "scaling.accounts", "catalogue", "assessments", "assessments.reports", "scaling"]
TOP_PACKAGES = ("scaling", "catalogue", "assessments")
ANY_ASSIGNMENT = (ast.AnnAssign, ast.AugAssign, ast.For, ast.NamedExpr)
TEMPLATES = {
    "components": "scaling.common",
    "kern": "scaling.common",
    "accounts": "scaling.accounts",
    "catalogue": "catalogue",
    "assessments": "assessments",
    "report": "assessments.reports",
}
#: What a page of a lower layer offers of a higher one. These links are all there is: nothing is computed or drawn there.
LINKS_UPWARDS = {
    "reports:profile",
    "reports:collected",
    "reports:municipal",
    "reports:peers",
    "reports:peers_membership",
    "reports:plan",
    "reports:portfolio",
    "reports:what_if",
    "reports:example",
    "reports:example_criterion",
    "reports:form",
    "reports:short_check_pdf",
    "trail",
    "api_tokens",
    "trail_of_all",
    "own_data",
    "people_list",
    "data_of_member",
    "municipality_data",
}
#: Classes that Django asks for by name.
SAME_BY_CONVENTION = {"Command", "Migration", "Meta"}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    module_of(path): path
    for top in TOP_PACKAGES
    for path in sorted((ROOT / top).rglob("*.py"))
    if "migrations" not in path.parts
}


def layer_of(name: str) -> str | None:
    """The layer of a module, or of a name in one; None for what is not ours."""
    found = [layer for layer in LAYERS if name == layer or name.startswith(f"{layer}.")]
    return max(found, key=len) if found else None


def is_above(layer: str, other: str | None) -> bool:
    return other is not None and LAYERS.index(other) > LAYERS.index(layer)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_expected_in(package: str, name: str) -> bool:
    """Whether a name can only be a module of this package: a layer holds nothing else but its version."""
    return package in LAYERS and not name.startswith("__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module is not None
            # „from scaling import settings“ names a module, „from scaling.urls import home“ something in one.
            yield from (
                name
                if (name := f"{node.module}.{alias.name}") in MODULES or is_expected_in(node.module, alias.name)
                else node.module
                for alias in node.names
            )


def strings(tree: ast.Module) -> Iterator[str]:
    """The string constants that are no docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def url_names() -> dict[str, str]:
    """The layer of each address that a urls module of ours names, as ``reverse`` takes it."""
    found = {}
    for module, path in MODULES.items():
        if not module.endswith(".urls"):
            continue
        text = path.read_text(encoding="utf-8")
        space = re.search(r'^app_name = "(\w+)"', text, re.MULTILINE)
        layer = layer_of(module)
        assert layer is not None
        for name in re.findall(r'name=f?"([\w{}.]+)"', text):
            found[f"{space[1]}:{name}" if space else name] = layer
        if space:
            found[f"{space[1]}:"] = layer
    return found


URL_NAMES = url_names()


def layer_of_address(name: str) -> str | None:
    space, colon, _rest = name.partition(":")
    return URL_NAMES.get(space + colon) if colon else URL_NAMES.get(name)


def accessors() -> dict[str, str]:
    """Attributes and lookups that a layer's foreign keys add to models of a lower one, with the layer that adds them."""
    found = {}
    for model in apps.get_models():
        target = layer_of(model.__module__)
        if target is None:
            continue
        for relation in model._meta.related_objects:
            layer = layer_of(relation.related_model.__module__)
            if layer and is_above(target, layer) and not relation.hidden:
                found[str(relation.get_accessor_name())] = layer
    return found


def test_every_layer_is_there():
    """A layer that was moved or renamed would otherwise be held to nothing."""
    assert [layer for layer in LAYERS if not (ROOT / layer.replace(".", "/") / "__init__.py").exists()] == []
    assert [folder for folder in TEMPLATES if not (ROOT / "templates" / folder).is_dir()] == []
    assert {layer_of(module) for module in MODULES} == set(LAYERS)
    assert set(URL_NAMES.values()) == {"scaling.accounts", "catalogue", "assessments", "assessments.reports", "scaling"}


def test_every_import_exists():
    """An import of ours that leads nowhere would be of no layer."""
    packages = {module.rpartition(".")[0] for module in MODULES}
    wrong = [
        f"{module} imports {name}"
        for module, path in MODULES.items()
        for name in imports(path)
        if name.split(".")[0] in TOP_PACKAGES and name not in MODULES and name not in packages
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_imports_only_what_stands_before_it(layer):
    wrong = [
        f"{module} imports {name}"
        for module, path in MODULES.items()
        if layer_of(module) == layer
        for name in imports(path)
        if is_above(layer, layer_of(name))
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_names_only_what_stands_before_it(layer):
    """Addresses (``reverse``, ``redirect``), dotted paths, permissions, and attributes that another app adds to a model."""
    added = {name for name, origin in accessors().items() if is_above(layer, origin)}
    wrong = []
    for module, path in MODULES.items():
        if layer_of(module) != layer:
            continue
        tree = tree_of(path)
        for text in strings(tree):
            dotted = layer_of(text) if re.fullmatch(r"\w+(\.\w+)+", text) else None
            if is_above(layer, layer_of_address(text)) or is_above(layer, dotted) or text.split("__")[0] in added:
                wrong.append(f"{module}: “{text}”")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in added:
                wrong.append(f"{module}: .{node.attr}")
            elif isinstance(node, ast.keyword) and (node.arg or "").split("__")[0] in added and "__" in (node.arg or ""):
                wrong.append(f"{module}: {node.arg}=")
    assert wrong == []


@pytest.mark.parametrize("folder", TEMPLATES)
def test_templates_name_only_what_stands_before_them(folder):
    """Addresses, included templates, and attributes that another app adds to a model."""
    layer = TEMPLATES[folder]
    added = "|".join(name for name, origin in accessors().items() if is_above(layer, origin)) or r"(?!)"
    wrong = []
    for path in sorted((ROOT / "templates" / folder).rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"\{% *url +[\"']([\w:]+)", text):
            if name not in LINKS_UPWARDS and is_above(layer, layer_of_address(name)):
                wrong.append(f"{path.name}: {name}")
        for other in re.findall(r"\{% *include +[\"'](\w+)/", text):
            if is_above(layer, TEMPLATES.get(other)):
                wrong.append(f"{path.name}: {other}/")
        wrong += [f"{path.name}: {found}" for found in re.findall(rf"\{{[^}}]*\w\.(?:{added})\b[^}}]*\}}", text)]
    assert wrong == []


def attributes_of_models() -> dict[str, set[str]]:
    """What the instances of each model of ours have, by the name a variable for one would bear; annotations count."""
    return {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower(): {
            *dir(model),
            *(name for base in model.__mro__ for name in vars(base).get("__annotations__", ())),
            *(str(field.attname) for field in model._meta.concrete_fields),
        }
        for model in apps.get_models()
        if layer_of(model.__module__)
    }


def assigned_attributes(tree: ast.Module) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ANY_ASSIGNMENT) else []
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            yield from (part for part in parts if isinstance(part, ast.Attribute))


def test_nothing_is_stuck_onto_instances_of_models():
    """What a page needs beside an object stands in a row of its own, and what a query adds is declared in the model.

    Found are attributes of variables that are named for their model, and whatever mypy was told to overlook. A request
    carries what belongs to it; fields of forms, which have no such type, stand as ``form.fields["name"]``.
    """
    known = attributes_of_models()
    wrong = []
    for module, path in MODULES.items():
        if module == "scaling.common.history":  # simple_history asks for its author there
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for target in assigned_attributes(tree_of(path)):
            base = target.value.attr if isinstance(target.value, ast.Attribute) else getattr(target.value, "id", "")
            overlooked = "type: ignore[attr-defined]" in lines[target.lineno - 1] and base not in ("", "request", "self")
            if overlooked or target.attr not in known.get(base, {target.attr}):
                wrong.append(f"{module}:{target.lineno}: {ast.unparse(target)}")
    assert wrong == []
    assert "counts" in known["assessment"]
    assert "latest_round" not in known["project"]


def names_at_the_top(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def test_names_of_classes_and_types_stand_once():
    """One name means one thing, whether a class or another word for a type. Inner classes count only by their outer one."""
    names = Counter(
        name
        for path in MODULES.values()
        for name in names_at_the_top(tree_of(path))
        if re.fullmatch(r"[A-Z][a-z]\w+", name) and name not in SAME_BY_CONVENTION
    )
    assert sorted(name for name, number in names.items() if number > 1) == []


def test_limits_are_called_max():
    wrong = [
        f"{module}: {name}"
        for module, path in MODULES.items()
        for name in re.findall(r"\b(?:MOST|LONGEST|DEEPEST|KEPT)(?:_\w+)?\b", path.read_text("utf-8"))
    ]
    assert wrong == []
