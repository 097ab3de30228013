"""Short names of models that stand side by side. No Textual here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

_AND = "+"
"""Stands between a model and what is put on it."""


def told_apart(names: Sequence[str]) -> list[str]:
    """Of each name the last parts of its paths, as few as tell all of them apart; a base that all share is named once.

    Args:
        names: each ``MODEL`` or ``MODEL+ADAPTER``; all different.
    """
    if len({name.partition(_AND)[0] for name in names}) == 1 < len(names):
        alone = [name.partition(_AND)[2] or name for name in names]
        names = alone if len(set(alone)) == len(names) else names
    longest = max((len(PurePath(part).parts) for name in names for part in name.split(_AND)), default=0)
    lengths = range(1, max(longest, 1) + 1)
    shortened = ([_AND.join(_end(part, length) for part in name.split(_AND)) for name in names] for length in lengths)
    return next((short for short in shortened if len(set(short)) == len(set(names))), list(names))


def alike_told_apart(labels: Sequence[str], names: Sequence[str]) -> list[str]:
    """Labels as they are; those that several have, as the ends of their names that tell these apart."""
    told = list(labels)
    for label in {label for label, count in Counter(labels).items() if count > 1}:
        places = [place for place, other in enumerate(labels) if other == label]
        for place, short in zip(places, told_apart([names[place] for place in places]), strict=True):
            told[place] = short
    return told


def _end(path: str, parts: int) -> str:
    return str(PurePath(*PurePath(path).parts[-parts:])) if path else path
