"""How much of a model's weights has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging

OnShare = Callable[[float], None]
"""Told a share, 0 to 1."""
_READING = "Loading weights"
"""How transformers names that loop, each turn of which is a tensor."""


def ignored(_share: float) -> None:
    """For whom no share is told."""


@contextmanager
def weights_counted(tell: OnShare) -> Iterator[None]:
    """While it lasts, each percent of the tensors that a model is loaded from is told."""

    def watched(make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return _told(given[0], tell) if named.get("desc") == _READING else make(*given, **named)

    before = logging.set_tqdm_hook(watched)
    try:
        yield
    finally:
        logging.set_tqdm_hook(before)


def _told(tensors: Any, tell: OnShare) -> Iterator[Any]:
    percent, count = 0, len(tensors) if isinstance(tensors, Sized) else 0
    for number, tensor in enumerate(tensors, start=1):
        yield tensor
        if count and number * 100 // count > percent:
            percent = number * 100 // count
            tell(percent / 100)
