"""What a worker frees goes back to the machine."""

import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux alone tells what a process holds.")
def test_freed_memory_is_given_back():
    told = subprocess.run([sys.executable, "-c", PROGRAM], check=True, stdout=subprocess.PIPE, text=True).stdout
    held, after = map(int, told.split())
    assert held > 30_000
    assert after < 5_000
