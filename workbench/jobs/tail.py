"""Reading events and logs as they grow, by polling a byte offset (file watchers do not work on network folders)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from workbench.jobs.events import Event, parse_event

_BLOCK = 64 * 1024
_STEP_MARK = b'"event":"step"'
_LINE_ENDS = re.compile(rb"[\r\n]+")


class _Tail:
    """Whole lines appended to a file since the last call; begins again if the file was truncated."""

    line_ends: tuple[bytes, ...] = (b"\n",)

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0

    def _new_bytes(self, max_bytes: int) -> bytes:
        """New content up to its last line end; empty if there is none."""
        try:
            with self.path.open("rb") as stream:
                size = os.fstat(stream.fileno()).st_size
                if size < self.offset:
                    self.offset = 0
                if size == self.offset:
                    return b""
                stream.seek(self.offset)
                data = stream.read(max_bytes)
        except OSError:
            return b""
        whole = data[: max(map(data.rfind, self.line_ends)) + 1]
        if not whole and len(data) == max_bytes:
            whole = data  # one line longer than the block: hand it out in pieces rather than stop for ever
        self.offset += len(whole)
        return whole


class EventTail(_Tail):
    """The events of a job, a few at a time."""

    def poll(self, max_bytes: int = _BLOCK * 4, *, without_steps: bool = False) -> list[Event]:
        """Events appended since the last call, from at most ``max_bytes`` of the file; torn lines are passed over.

        Steps are nearly all of a long run's events; ``without_steps`` passes over them unparsed.
        """
        lines = self._new_bytes(max_bytes).splitlines()
        if without_steps:
            lines = [line for line in lines if _STEP_MARK not in line[:64]]
        return [event for line in lines if (event := parse_event(line)) is not None]

    def rest(self, *, without_steps: bool = False) -> Iterator[Event]:
        """Every event up to the end of the file."""
        before = -1
        while self.offset != before:
            before = self.offset
            yield from self.poll(without_steps=without_steps)


class LogTail(_Tail):
    """The lines of a log, progress bars (which end in a carriage return) included."""

    line_ends = (b"\n", b"\r")

    def poll(self, max_bytes: int = _BLOCK) -> list[str]:
        """Lines appended since the last call."""
        pieces = _LINE_ENDS.split(self._new_bytes(max_bytes))
        return [piece.decode("utf-8", errors="replace") for piece in pieces if piece]

    def skip_to_last(self, byte_count: int = _BLOCK) -> None:
        """Pass over all but the last bytes of a long log."""
        try:
            self.offset = max(self.path.stat().st_size - byte_count, 0)
        except OSError:
            self.offset = 0


def last_event(path: Path, kinds: tuple[type, ...], within_bytes: int = _BLOCK * 4) -> Event | None:
    """The newest event of the given kinds near the end of the file; None if there is none."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(size - within_bytes, 0))
            lines = stream.read().splitlines()
    except OSError:
        return None
    events = (parse_event(line) for line in reversed(lines))
    return next((event for event in events if isinstance(event, kinds)), None)


def last_log_lines(path: Path, count: int) -> list[str]:
    """The end of a log."""
    tail = LogTail(path)
    tail.skip_to_last()
    return tail.poll()[-count:]
