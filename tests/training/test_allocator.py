"""What is freed goes back to the system where a training asks for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_LEFT_WITH_A_GAP = """
import sys
from pathlib import Path
from workbench.training.allocator import give_back_at_once

if sys.argv[1] == "at once":
    give_back_at_once()
bytearray(24 << 20)  # from now on pieces of this size come from the heap, unless it was told otherwise
below, above = bytearray(16 << 20), bytearray(1 << 20)
full = int(Path("/proc/self/statm").read_text().split()[1])
del below
print(full - int(Path("/proc/self/statm").read_text().split()[1]))
"""


@pytest.mark.parametrize(("when", "mb"), [("usually", 0), ("at once", 16)])
def test_freed_memory_is_kept_unless_it_is_asked_for(when: str, mb: int) -> None:
    pages = subprocess.run([sys.executable, "-c", _LEFT_WITH_A_GAP, when], capture_output=True, text=True, check=True)
    assert int(pages.stdout) * os.sysconf("SC_PAGE_SIZE") // 2**20 == mb
