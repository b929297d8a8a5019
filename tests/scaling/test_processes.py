"""What a worker frees goes back to the machine, and a process looks for garbage once it has started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from scaling.common.processes import SERVE_PID

#: 40 MB in blocks of 100 kB, all freed but the last, which keeps the heap from shrinking by itself.
PROGRAM = """
import ctypes, re
from pathlib import Path
from scaling.common.processes import give_back, hold_little
def held():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
hold_little()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
before = held()
blocks = [libc.malloc(100_000) for _ in range(400)]
for block in blocks:
    ctypes.memset(block, 1, 100_000)
for block in blocks[:-1]:
    libc.free(block)
print(held() - before)
give_back()
print(held() - before)
"""

#: Both ways to start: a command, and the pages of a server that ``serve`` has looked after.
STARTS = {
    "a command": ["manage.py", "shell", "--no-imports", "-v0", "-c", "import gc; print(gc.isenabled(), gc.get_freeze_count())"],
    "pages": ["-c", "import scaling.wsgi; import gc; print(gc.isenabled(), gc.get_freeze_count())"],
}


@pytest.mark.parametrize("start", STARTS)
def test_garbage_is_looked_for_once_all_is_loaded_and_not_among_that(start):
    environment = os.environ | {SERVE_PID: str(os.getpid())}
    command = [sys.executable, *STARTS[start]]
    told = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    is_on, left_out = told.split()
    assert is_on == "True"
    assert int(left_out) > 50_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux alone tells what a process holds.")
def test_freed_memory_is_given_back():
    told = subprocess.run([sys.executable, "-c", PROGRAM], check=True, stdout=subprocess.PIPE, text=True).stdout
    held, after = map(int, told.split())
    assert held > 30_000
    assert after < 5_000
