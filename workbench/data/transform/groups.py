"""Which rows are drawn for the test side: a share of every group, and rows that train the same together."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Literal

from workbench.data.conversation import Conversation, Sample
from workbench.data.languages import language_of
from workbench.data.near_duplicates import fingerprint, text_of

By = Literal["system", "language"]


class Groups:
    """What is known of every row, in order of reading. Takes 12 bytes a row, and more while the test side is drawn.

    Args:
        by: what the rows of a group have in common; None puts all rows into one.
        seed: of the drawn order.
    """

    def __init__(self, by: By | None, seed: int) -> None:
        self._name_of = _NAMES[by] if by else _no_name
        self._seed = seed
        self._numbers: dict[str, int] = {}
        self._group_of = array("I")
        self._keys = array("Q")
        self.sizes: list[int] = []

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._keys)

    @property
    def names(self) -> list[str]:
        """The groups in the order in which they were met."""
        return list(self._numbers)

    def add(self, sample: Sample) -> None:
        """Take the next row."""
        number = self._numbers.setdefault(self._name_of(sample), len(self._numbers))
        if number == len(self.sizes):
            self.sizes.append(0)
        self.sizes[number] += 1
        self._group_of.append(number)
        self._keys.append(_drawn_key(sample, self._seed))

    def tests(self, share: float) -> tuple[bytearray, list[int]]:
        """For every row whether it is on the test side, 0 or 1, and for every group how many are.

        Where rows are repeated, the test side may be a little smaller than the share says.
        """
        of_groups: list[array[int]] = [array("Q") for _size in self.sizes]
        for number, key in zip(self._group_of, self._keys, strict=True):
            of_groups[number].append(key)
        counts = _rounded(self.sizes, share)
        chosen = [_first_keys(keys, count) for keys, count in zip(of_groups, counts, strict=True)]
        rows = zip(self._group_of, self._keys, strict=True)
        tests = bytearray(key in chosen[number] for number, key in rows)
        counted = [0] * len(self.sizes)
        for number, is_test in zip(self._group_of, tests, strict=True):
            counted[number] += is_test
        return tests, counted


def _drawn_key(sample: Sample, seed: int) -> int:
    """64 bits that put rows into a drawn order; the same for rows that train the same."""
    data = f"{seed} {fingerprint(sample)}".encode()
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def _rounded(sizes: Sequence[int], share: float) -> Iterator[int]:
    """The share of each size, rounded so that they add up to the share of all."""
    rows = taken = 0
    for size in sizes:
        rows += size
        count = round(rows * share) - taken
        taken += count
        yield count


def _first_keys(keys: array[int], count: int) -> set[int]:
    """Keys in rising order whose rows add up to the count; one with more rows than are missing is passed over."""
    chosen: set[int] = set()
    for key, same in groupby(sorted(keys)):
        if count <= 0:
            break
        size = sum(1 for _row in same)
        if size <= count:
            chosen.add(key)
            count -= size
    return chosen


def _no_name(_sample: Sample) -> str:
    return ""


def _system_text(sample: Sample) -> str:
    turns = sample.turns if isinstance(sample, Conversation) else ()
    return "\n".join(turn.content for turn in turns if turn.role == "system")


_NAMES: dict[By, Callable[[Sample], str]] = {
    "system": _system_text,
    "language": lambda sample: language_of(text_of(sample)),
}
