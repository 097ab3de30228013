"""Runs the real command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def workbench(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """``workbench ARGUMENTS`` in a folder, English unless the environment says otherwise, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        cwd=cwd,
        env=os.environ | {"WORKBENCH_LANG": "en", "COLUMNS": "200"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
