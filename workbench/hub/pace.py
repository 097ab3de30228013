"""How fast bytes come, and how long the rest will take."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from workbench.jobs.events import BYTES, EventLog, Progress

_SECONDS_BETWEEN_EVENTS = 0.5
_SECONDS_LOOKED_BACK = 10.0
_SECONDS_TO_JUDGE = 1.0
"""A speed is told once it was seen for so long."""


class Pace:
    """Counts the bytes of a stage from any thread and tells the job's events, at most twice a second.

    Args:
        done: bytes that are there already; they count as done, but not for the speed.
    """

    def __init__(
        self, events: EventLog, stage: str, total: int, done: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._events, self._stage, self._total, self._done = events, stage, total, done
        self._clock = clock
        self._lock = threading.Lock()
        self._told_at = float("-inf")
        self._recent: deque[tuple[float, int]] = deque([(clock(), done)])

    def add(self, count: int) -> None:
        """So many bytes more; negative if some were thrown away."""
        with self._lock:
            self._done += count
            if self._clock() - self._told_at >= _SECONDS_BETWEEN_EVENTS:
                self._tell()

    def finish(self) -> None:
        """Tell the last figure."""
        with self._lock:
            self._tell()

    def _tell(self) -> None:
        now = self._told_at = self._clock()
        self._recent.append((now, self._done))
        while len(self._recent) > 2 and now - self._recent[0][0] > _SECONDS_LOOKED_BACK:
            self._recent.popleft()
        began, before = self._recent[0]
        rate = (self._done - before) / (now - began) if now - began >= _SECONDS_TO_JUDGE else 0.0
        left = (self._total - self._done) / rate if rate > 0 else None
        self._events.write(
            Progress(
                stage=self._stage, done=self._done, total=self._total, unit=BYTES, rate=max(rate, 0.0) or None, eta=left
            )
        )
