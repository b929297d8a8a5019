"""Finds texts that no translation can reach: ``python -m tests.hardcoded`` names them, a line each.

A heuristic. In templates: words in text and spoken attributes outside ``trans`` and ``blocktrans``. In Python and in
scripts: German words outside gettext. And two ways in which gettext misses a text it should find: inside an f-string, and with
an escaped character.
A text that stays as it is on purpose carries ``untranslated:`` and the reason in a comment on its line.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["scaling", "catalogue", "assessments"]
MARK = "untranslated:"

GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
GERMAN = re.compile(
    r"[äöüÄÖÜß„]|(?i:\b(und|oder|der|die|das|dem|den|nicht|kein|keine|mit|für|von|vom|zum|zur|bitte|Sie|Ihre?|noch|wird|werden|ist)\b)"
)
#: The same in every language.
NAMES = re.compile(
    r"Skalierungscheck|Smart City|KERN|PDF|XLSX|CSV|JSON|YAML|HTML|EUPL-1\.2|https?:\S+|&\w+;|&#\d+;|AGS|BITV|WCAG|UA-1|A-2a"
)
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
#: A capitalised word or several words: no key, no part of an address, no set of characters.
TEXT = re.compile(r"[A-ZÄÖÜ][a-zäöüß]{3,}|[a-zäöüß]{3,} [A-Za-zÄÖÜäöüß]{2,}")
#: Where strings are data, patterns or markup for machines.
DATA = {
    "catalogue/search.py",
    "scaling/accounts/ags.py",
    "assessments/services/demo.py",
    "scaling/common/glossary.py",
    "scaling/load_data/patterns.py",
    "scaling/load_data/places.py",
}


def problems() -> list[str]:
    found = [line for path in sorted((ROOT / "templates").rglob("*")) if path.is_file() for line in in_template(path)]
    found += [line for path in sorted((ROOT / "static" / "js").glob("*.js")) for line in in_script(path)]
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and "commands" not in path.parts:
                found += in_python(path)
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


# --- Templates --------------------------------------------------------------------------------------------------------------


def _blank(match: re.Match[str]) -> str:
    """Nothing, on as many lines."""
    return "\n" * match.group(0).count("\n")


def in_template(path: Path) -> Iterator[str]:
    source = path.read_text()
    lines = source.splitlines()
    for line, text in _texts(source, is_html=path.suffix in (".html", ".svg")):
        if WORD.search(NAMES.sub("", text)) and MARK not in lines[line - 1]:
            yield f"{_name(path)}:{line}: {text!r} outside trans"


def _texts(source: str, *, is_html: bool) -> Iterator[tuple[int, str]]:
    source = re.sub(r"\{%-?\s*comment.*?endcomment\s*%\}|\{#.*?#\}", _blank, source, flags=re.DOTALL)
    source = re.sub(r"\{%\s*block body_class\s*%\}.*?endblock[^%]*%\}", _blank, source)
    source = re.sub(r"\{%\s*blocktrans(late)?\b.*?endblocktrans(late)?\s*%\}", _blank, source, flags=re.DOTALL)
    for match in re.finditer(r"\{%\s*(?:include|with)\b(.*?)%\}", source, flags=re.DOTALL):
        # Words given to an include have to be marked there: title=_("…").
        for given in re.finditer(r"\b(?:title|text|label|action|note|summary|preline|definition)=\"([^\"]*)\"", match.group(1)):
            yield source.count("\n", 0, match.start()) + 1, given.group(1)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", _blank, source, flags=re.DOTALL)
    if is_html:
        source = re.sub(
            r"<(script|style)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", _blank, source, flags=re.DOTALL | re.IGNORECASE
        )
        for match in re.finditer(r"\b(?:aria-label|alt|title|placeholder|data-label)=\"([^\"]*)\"", source):
            yield source.count("\n", 0, match.start()) + 1, match.group(1)
        source = re.sub(r"<[^>]*>", _blank, source, flags=re.DOTALL)
    for number, text in enumerate(source.splitlines(), 1):
        if text.strip():
            yield number, text.strip()


def in_script(path: Path) -> Iterator[str]:
    """Scripts take their texts from the page's data attributes."""
    source = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", _blank, path.read_text(), flags=re.DOTALL)
    for number, line in enumerate(source.splitlines(), 1):
        for text in re.findall(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`", line):
            said = "".join(text)
            if TEXT.search(said) and GERMAN.search(said) and MARK not in line:
                yield f"{_name(path)}:{number}: {said!r} in a script"


# --- Python -----------------------------------------------------------------------------------------------------------------


def in_python(path: Path) -> Iterator[str]:
    source = path.read_text()
    lines = source.splitlines()
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    is_data = _name(path) in DATA
    for line, said in finder.found:
        if MARK not in lines[line - 1] and not (is_data and said.endswith("outside gettext")):
            yield f"{_name(path)}:{line}: {said}"


class _Finder(ast.NodeVisitor):
    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[tuple[int, str]] = []
        self.in_fstring = False

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring otherwise
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = (
            node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        )
        if name not in GETTEXT:
            self.generic_visit(node)
            return
        text = ast.get_source_segment(self.source, node.args[0]) if node.args else None
        if text and self.in_fstring:
            self.found.append((node.lineno, f"{text} inside an f-string, where gettext does not look"))
        if text and re.search(r"\\[uxN]", text):
            self.found.append((node.lineno, f"{text} with an escaped character, which gettext takes as it is written"))
        for argument in node.args[2:]:
            self.visit(argument)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        before, self.in_fstring = self.in_fstring, True
        self.generic_visit(node)
        self.in_fstring = before

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and TEXT.search(node.value) and GERMAN.search(node.value):
            self.found.append((node.lineno, f"{node.value[:60]!r} outside gettext"))


if __name__ == "__main__":
    for problem in problems():
        print(problem)  # noqa: T201 – a command's output
