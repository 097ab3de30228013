"""A bound on the work of a chat template, which is a program that may never end: counted in steps, not in seconds.

Every turn of a loop and every call is a step, and so are 4,096 characters that are written or put together. The same
conversation is therefore refused on every machine, or on none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from contextvars import ContextVar
from typing import Any

MOST_STEPS = 1_000_000
MOST_CHARACTERS = 256 * 1024**2
"""Of one text, or items of one list, that a template puts together."""
_CHARACTERS_A_STEP = 4096
_NUMBERS_A_STEP = 64
_LARGEST_NUMBER_BITS = 4096
COUNTED = "workbench_counted"
JOINED = "workbench_joined"
"""Names of the filters around what every loop goes through and around every text put together by ``~``."""


class EndlessError(Exception):
    """A template does more than any honest one."""


_steps_left: ContextVar[list[int]] = ContextVar("_steps_left")


def begin() -> None:
    """Give a rendering its steps."""
    _steps_left.set([MOST_STEPS])


def spend(steps: int = 1) -> None:
    """Take steps from those of this rendering.

    Raises:
        EndlessError: there are not so many left.
    """
    left = _steps_left.get(None)
    if left is None:  # a constant is worked out while the template is read
        return
    left[0] -= steps
    if left[0] < 0:
        raise EndlessError


def joined(made: Any) -> Any:
    """What was put together, counted by its size."""
    if isinstance(made, str | list | tuple):
        if len(made) > MOST_CHARACTERS:
            raise EndlessError
        spend(1 + len(made) // _CHARACTERS_A_STEP)
    return made


class Counted:
    """What a loop goes through, each turn of it counted."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __len__(self) -> int:
        if isinstance(self._items, Sized):
            return len(self._items)
        raise TypeError  # as of an iterator, which the loop then gathers

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            spend()
            yield item


def counted_range(*bounds: int) -> range:
    """Python's ``range``, counted by its length.

    Raises:
        EndlessError: it is too long.
    """
    numbers = range(*bounds)
    spend(1 + len(numbers) // _NUMBERS_A_STEP)
    return numbers


def refuse_large(operator: str, left: Any, right: Any) -> None:
    """Raise for a product or a power that would fill the memory before it could be counted.

    Raises:
        EndlessError: it would.
    """
    if operator == "*":
        for text, times in ((left, right), (right, left)):
            if isinstance(text, str | list | tuple) and isinstance(times, int) and len(text) * times > MOST_CHARACTERS:
                raise EndlessError
        if _bits(left) + _bits(right) > _LARGEST_NUMBER_BITS:
            raise EndlessError
    elif operator == "**" and isinstance(right, int) and _bits(left) * abs(right) > _LARGEST_NUMBER_BITS:
        raise EndlessError


def _bits(number: Any) -> int:
    return number.bit_length() if isinstance(number, int) else 0
