"""Parts of names that are taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

EPOCHS = r"_e(?P<epochs>[1-9]\d?)"


def one_of(keys: Iterable[str]) -> str:
    """A pattern for one of some keys; a longer one comes before what it begins with."""
    return "|".join(sorted(map(re.escape, filter(None, keys)), key=len, reverse=True))
