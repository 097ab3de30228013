"""The app in a process of its own on a terminal that is a file descriptor: what reaches it, and what it leaves behind."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LONGEST_WAIT_SECONDS = 60.0


class PseudoTerminal:
    """``python -m workbench`` as the leader of a session on a terminal of 80×24.

    Args:
        is_controlling: whether a hang-up of the terminal is told to the app by a signal.
        environment: variables that differ from those of the test.
    """

    def __init__(self, folder: Path, *, is_controlling: bool = True, **environment: str) -> None:
        self.master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.settings = self._attributes()
        self.output = b""

        def take_terminal() -> None:
            if is_controlling:
                fcntl.ioctl(self._slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench"],
            cwd=folder,
            env=os.environ | {"WORKBENCH_LANG": "en", "LC_ALL": "C.UTF-8"} | environment,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            preexec_fn=take_terminal,
        )

    def _attributes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    @property
    def is_as_before(self) -> bool:
        """Whether lines are read and echoed as a shell expects it."""
        return self._attributes() == self.settings

    def read(self) -> None:
        """Take in what was written so far."""
        while select.select([self.master], [], [], 0)[0]:
            self.output += os.read(self.master, 1 << 16)

    def wait_for(self, text: str) -> None:
        """Read until a text has come."""
        self._wait(lambda: text.encode() in self.output, text)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def hang_up(self) -> None:
        """The other end is gone."""
        os.close(self._slave)
        os.close(self.master)
        self.master = -1

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Go on reading until a condition holds."""
        self._wait(condition, "what was waited for")

    def exit_code(self) -> int | None:
        """Wait for the end."""
        self._wait(lambda: self.process.poll() is not None, "the end")
        return self.process.returncode

    def _wait(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + _LONGEST_WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, f"{what} never came; the terminal has got …{self.output[-2000:]!r}"
            if self.master >= 0:
                select.select([self.master], [], [], 0.02)
                self.read()
            else:
                time.sleep(0.02)

    def close(self) -> None:
        """End whatever is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.master >= 0:
            self.hang_up()
