"""Sizes as people write them."""

from __future__ import annotations

import re

from workbench.errors import WorkbenchError
from workbench.i18n import _

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def parse_size(text: str, where: str) -> int:
    """``2GB`` → bytes; decimal and binary units as Hugging Face uses them.

    Args:
        where: the option that it is the value of.

    Raises:
        WorkbenchError: it is no size.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", text)
    unit = _UNITS.get(match[2].upper()) if match else None
    if match is None or unit is None or float(match[1]) <= 0:
        raise WorkbenchError(_("{text} is no size.").format(text=text), where=where, fix=_("For example 2GB or 500MB."))
    return int(float(match[1]) * unit)


def in_words(size: float) -> str:
    """Bytes as ``7.3 MB``; decimal units."""
    for unit in ("GB", "MB", "KB"):
        if size >= _UNITS[unit]:
            return f"{size / _UNITS[unit]:.1f} {unit}"
    return f"{size:.0f} B"
