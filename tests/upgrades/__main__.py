"""``python -m tests.upgrades 1.0.0``: keeps the tables and demo data of a release, for upgrades to begin from."""

import sys

from tests.upgrades.dumps import make

if len(sys.argv) != 2:
    sys.exit("usage: python -m tests.upgrades VERSION")
path = make(sys.argv[1])
print(f"{path} ({path.stat().st_size // 1024} kB)")  # noqa: T201 – a command's output
