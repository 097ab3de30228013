"""Leaving at once when the terminal has gone, without losing anything and without spinning."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from types import FrameType

HANG_UP_EXIT = 128 + signal.SIGHUP
TERMINATED_EXIT = 128 + signal.SIGTERM
_POLL_SECONDS = 2.0


def install_hangup_guard(save: Callable[[], None]) -> None:
    """On hang-up save and end the process.

    The app's own shutdown writes to the terminal, which blocks when it is dead, so a hang-up goes around it. Where
    SIGHUP is ignored (nohup, some wrappers) a look at the terminal every two seconds notices the same.
    """

    def leave(_signal: int | None = None, _frame: FrameType | None = None) -> None:
        try:
            save()
        finally:
            os._exit(HANG_UP_EXIT)

    signal.signal(signal.SIGHUP, leave)
    threading.Thread(target=_watch, args=(leave,), name="hangup-guard", daemon=True).start()


def _watch(leave: Callable[[], None]) -> None:
    assert sys.__stdin__ is not None
    terminal = sys.__stdin__.fileno()
    while True:
        time.sleep(_POLL_SECONDS)
        try:
            termios.tcgetattr(terminal)
        except termios.error:
            leave()
