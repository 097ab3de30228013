"""A program in a pseudo-terminal: keys in, bytes and time of what it paints out."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType

import psutil

from tests.bench.environment import environment
from tests.bench.screen import Screen
from tests.e2e.project import WORKBENCH, Project

SIZE = (100, 30)
"""Columns and rows of every measurement that does not say otherwise."""
_KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "ctrl+g": "\x07",
    "ctrl+o": "\x0f",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    **dict(zip(("f1", "f2", "f3", "f4"), ("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"), strict=True)),
    **{f"f{number}": f"\x1b[{code}~" for number, code in zip(range(5, 11), (15, 17, 18, 19, 20, 21), strict=True)},
}
_QUESTION, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Whether the terminal knows synchronised output; yes, as those in use do."""
_LONGEST_WAIT = 60.0


class Terminal:
    """The other end of the pseudo-terminal. Use it as a context: the program is ended with it.

    Args:
        project: the folder to start in, and the user's settings.
        command: instead of ``workbench``.
        size: columns and rows.
    """

    def __init__(self, project: Project, command: Sequence[str] = (WORKBENCH,), size: tuple[int, int] = SIZE) -> None:
        shutil.rmtree(project.environment["WORKBENCH_STATE_DIR"], ignore_errors=True)  # every start is at Home
        self.screen = Screen(*size)
        self.byte_count = 0
        self.has_ended = False
        self.began = time.perf_counter()
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            _become(project, command)
        columns, rows = size
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if psutil.pid_exists(self._pid):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._descriptor)

    # -- what a person does

    def press(self, key: str) -> float:
        """Press a key by its name, or type a character; gives the time just before."""
        now = time.perf_counter()
        os.write(self._descriptor, _KEYS.get(key, key).encode())
        return now

    def wait(self, condition: Callable[[Screen], object], what: str) -> float:
        """When the frame was complete in which the condition first holds.

        Raises:
            TimeoutError: it never does.
        """
        deadline = time.perf_counter() + _LONGEST_WAIT
        while time.perf_counter() < deadline and not self.has_ended:
            now = self._read(deadline - time.perf_counter())
            if now is not None and not self.screen.in_frame and condition(self.screen):
                return now
        raise TimeoutError(f"never came: {what}; on screen:\n{self.screen.text}")

    def see(self, *texts: str) -> float:
        """When all these texts were on the screen."""
        if all(text in self.screen.text for text in texts):
            return time.perf_counter()
        return self.wait(lambda screen: all(text in screen.text for text in texts), ", ".join(texts))

    def wait_for_quiet(self, seconds: float) -> None:
        """Wait until nothing was painted for so long."""
        deadline = time.perf_counter() + _LONGEST_WAIT
        while self._read(seconds) is not None:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"it never stops painting; on screen:\n{self.screen.text}")

    def bytes_within(self, seconds: float) -> int:
        """Watch for so long; how many bytes came."""
        before, deadline = self.byte_count, time.perf_counter() + seconds
        while not self.has_ended and (left := deadline - time.perf_counter()) > 0:
            self._read(left)
        return self.byte_count - before

    def wait_for_end(self) -> None:
        """Read until the program has closed the terminal."""
        while not self.has_ended:
            self._read(_LONGEST_WAIT)

    # -- what is measured

    @property
    def resident_megabytes(self) -> float:
        """Memory of the program that is in RAM now, shared libraries included; 1 MB is a million bytes."""
        return float(psutil.Process(self._pid).memory_info().rss) / 1e6

    def _read(self, seconds: float) -> float | None:
        """Take in what comes within this time; when it came, None if nothing did."""
        if not select.select([self._descriptor], [], [], max(seconds, 0.0))[0]:
            return None
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:  # how Linux tells that nobody holds the other end any more
            self.has_ended = True
            return None
        now = time.perf_counter()
        self.byte_count += len(data)
        self.screen.feed(data)
        if _QUESTION in data:
            os.write(self._descriptor, _ANSWER)
        return now


def _become(project: Project, command: Sequence[str]) -> None:
    """In the child: turn into the program."""
    os.chdir(project.folder)
    try:
        os.execvpe(command[0], list(command), environment(project))
    finally:
        os._exit(127)
