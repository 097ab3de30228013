"""Ctrl+c on a plain terminal: it ends an answer that comes, and is an interrupt again at a prompt.

So do a terminal that is gone and a request to end, after which nothing more is asked.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_ENDS = (signal.SIGHUP, signal.SIGTERM)


class Interrupts:
    """While an answer comes (``with``), ctrl+c asks it to stop.

    Args:
        stop: ends the answer.
    """

    def __init__(self, stop: Callable[[], Awaitable[None]]) -> None:
        self._stop = stop
        self._stopping: list[asyncio.Future[None]] = []
        self._heard = [number for number in _ENDS if signal.getsignal(number) is signal.SIG_DFL]  # not under nohup
        self.asked_to_end = 0
        """The signal by which the process was asked to end; 0 if it was not."""

    def __enter__(self) -> Interrupts:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._ask_to_stop)
        for number in self._heard:
            loop.add_signal_handler(number, self._end, number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, *self._heard):
            asyncio.get_running_loop().remove_signal_handler(number)

    def typed(self, typing: TextIO) -> str:
        """A line that the user types in the middle of an answer; ctrl+c ends the answer and gives an empty one."""
        with self._suspended():
            try:
                return typing.readline()
            except KeyboardInterrupt:
                self._ask_to_stop()
                return ""

    @contextmanager
    def _suspended(self) -> Iterator[None]:
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def _end(self, number: int) -> None:
        self.asked_to_end = number
        self._ask_to_stop()

    def _ask_to_stop(self) -> None:
        self._stopping.append(asyncio.ensure_future(self._stop()))
