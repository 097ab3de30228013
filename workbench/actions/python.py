"""The command line of a heavy module of ours, as jobs start it."""

from __future__ import annotations

import sys


def module_command(module: str, *arguments: str) -> list[str]:
    """``python -P -m MODULE …``; ``-P`` keeps a folder called workbench in the project from shadowing the package."""
    return [sys.executable, "-P", "-m", module, *arguments]
