"""One name means one thing in templates, too: a page that loads two libraries has the later one's of two alike."""

from collections import defaultdict
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_no_two_of_our_libraries_mean_two_things_by_one_name():
    found = defaultdict(set)
    for path in sorted(ROOT.glob("[a-z]*/**/templatetags/[a-z]*.py")):
        register = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)).register
        for kind, functions in (("filter", register.filters), ("tag", register.tags)):
            for name, function in functions.items():
                found[kind, name].add(function)
    assert len(found) > 100
    assert not {key: functions for key, functions in found.items() if len(functions) > 1}
