"""``python -m tests.texts.files FILE…``: what the rules find in editions, or in files that hold criteria by key."""

import sys
from pathlib import Path
from typing import Any

import yaml

from tests.texts.rules import Problem, Text, figures, problems, texts_of

ROOT = Path(__file__).resolve().parents[2]
EXCEPTIONS = Path(__file__).with_name("exceptions.yaml")


def criteria_in(path: Path) -> dict[str, Any]:
    """The criteria of an edition, or of a mapping from key to criterion, by key."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    items: Any = data.get("criteria", data)
    if isinstance(items, list):
        return {item["key"]: item for item in items}
    return {key: item for key, item in items.items() if isinstance(item, dict) and "levels" in item}


def texts_in(path: Path) -> list[Text]:
    return texts_of(criteria_in(path))


def exceptions() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    return entries


def without_exceptions(found: list[Problem], allowed: list[dict[str, str]]) -> tuple[list[Problem], set[tuple[str, str]]]:
    """The problems that no exception excuses, and the exceptions that excused something."""
    names = {(entry["rule"], entry["path"]) for entry in allowed if entry["reason"]}
    used = {(problem.rule, problem.path) for problem in found} & names
    return [problem for problem in found if (problem.rule, problem.path) not in names], used


def edition_problems() -> list[str]:
    """What the rules find in the shipped editions, a line each."""
    allowed = exceptions()
    lines, used = [], set()
    for path in sorted((ROOT / "fixtures/catalogue").glob("edition-*.yaml")):
        left, excused = without_exceptions(problems(texts_in(path)), allowed)
        lines += [f"{path.name}: {problem}" for problem in left]
        used |= excused
    needless = [entry for entry in allowed if (entry["rule"], entry["path"]) not in used]
    return lines + [f"{EXCEPTIONS.name}: needless: {entry['rule']} {entry['path']}" for entry in needless]


def main(arguments: list[str]) -> int:
    number = 0
    for name in arguments:
        texts = texts_in(Path(name))
        left, _used = without_exceptions(problems(texts), exceptions())
        number += len(left)
        print(f"{name}: {len(left)} problems in {len(texts)} texts")  # noqa: T201 – a command's output
        print(*left, *figures(texts), sep="\n")  # noqa: T201
    return 1 if number else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
