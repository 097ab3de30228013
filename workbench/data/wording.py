"""Names as a list in a sentence."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

from workbench.i18n import _


def listed(names: Collection[str]) -> str:
    """The names with the comma of the language between them, which in Chinese is one of its own for lists."""
    return reduce(lambda before, name: _("{names}, {name}").format(names=before, name=name), names) if names else ""
