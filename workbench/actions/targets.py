"""Where results go when the user does not say."""

from __future__ import annotations

from pathlib import Path


def free_name(wanted: Path) -> Path:
    """The path itself, or with ``-2``, ``-3`` … behind it if something is there."""
    number, path = 1, wanted
    while path.exists():
        number += 1
        path = wanted.with_name(f"{wanted.name}-{number}")
    return path
