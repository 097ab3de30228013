"""Answers side by side on one model: each computes for a moment while the others wait, as if it were alone."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

import torch

_SECONDS_A_TURN = 0.05
"""Short enough that all answers seem to be written at once."""
_TIMES_SWITCHING, _MOST_SECONDS_A_TURN = 10, 0.5
"""A turn lasts so many times as long as putting on what it needs took, within reason, so that switching costs little."""


class Baton:
    """Only who holds it uses the model. It goes round in the order in which it was asked for."""

    def __init__(self) -> None:
        self._line: deque[object] = deque()
        self._moved = threading.Condition()

    def take(self) -> None:
        """Wait until it is one's turn."""
        place = object()
        with self._moved:
            self._line.append(place)
            self._moved.wait_for(lambda: self._line[0] is place)

    def give(self) -> None:
        """Let the next one have it."""
        with self._moved:
            self._line.popleft()
            self._moved.notify_all()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for it."""
        return len(self._line) > 1


class Share:
    """The part that one answer has of a model; within it the model is as the answer needs it.

    Args:
        put_on: makes the model so.
        seed: of the answer's random choices, which go on where they were when the model comes back.
    """

    def __init__(self, baton: Baton, put_on: Callable[[], None], seed: int) -> None:
        self._baton = baton
        self._put_on = put_on
        self._seed = seed
        self._random: list[torch.Tensor] = []
        self._ends_at = 0.0

    def __enter__(self) -> Self:
        try:
            self._take()
        except BaseException:
            self._baton.give()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._baton.give()

    def pause(self) -> None:
        """Let the others compute if they wait and this answer had its moment."""
        if self._baton.is_wanted and time.monotonic() >= self._ends_at:
            self._stop_drawing()
            self._baton.give()
            self._take()

    def _take(self) -> None:
        self._baton.take()
        began = time.monotonic()
        self._put_on()
        self._go_on_drawing()
        ready = time.monotonic()
        self._ends_at = ready + min(max(_SECONDS_A_TURN, _TIMES_SWITCHING * (ready - began)), _MOST_SECONDS_A_TURN)

    def _go_on_drawing(self) -> None:
        if not self._random:
            _sow(self._seed)
            return
        torch.set_rng_state(self._random[0])
        if torch.cuda.is_available():
            torch.cuda.set_rng_state(self._random[1])

    def _stop_drawing(self) -> None:
        self._random = [torch.get_rng_state()]
        if torch.cuda.is_available():
            self._random.append(torch.cuda.get_rng_state())


def _sow(seed: int) -> None:
    """As ``torch.manual_seed``, which takes as long as a token of a small model, for devices that are not there."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed(seed)
