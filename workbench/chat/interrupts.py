"""Ctrl+c on a plain terminal: it ends an answer that comes, and is an interrupt again at a prompt."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


class Interrupts:
    """While an answer comes (``with``), ctrl+c asks it to stop.

    Args:
        stop: ends the answer.
    """

    def __init__(self, stop: Callable[[], Awaitable[None]]) -> None:
        self._stop = stop
        self._stopping: list[asyncio.Future[None]] = []

    def __enter__(self) -> Interrupts:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._ask_to_stop)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)

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

    def _ask_to_stop(self) -> None:
        self._stopping.append(asyncio.ensure_future(self._stop()))
