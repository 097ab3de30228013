"""Leaving at once when the terminal, or the server of the browser, has gone: nothing is lost, nothing spins."""

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
_MOST_SECONDS_TO_SAVE = 5.0


def install_hangup_guard(save: Callable[[], None], *, in_browser: bool = False) -> None:
    """On hang-up save and end the process.

    The app's own shutdown writes to the terminal, which blocks when it is dead, so a hang-up goes around it. Where
    SIGHUP is ignored (nohup, some wrappers) a look at the terminal every two seconds notices the same. An app in a
    browser has a server instead, which is its parent.
    """
    server = os.getppid()
    has_gone = (lambda: os.getppid() != server) if in_browser else _terminal_has_gone

    def leave(_signal: int | None = None, _frame: FrameType | None = None) -> None:
        in_time = threading.Timer(_MOST_SECONDS_TO_SAVE, os._exit, [HANG_UP_EXIT])  # what is saved may be locked
        in_time.daemon = True
        in_time.start()
        try:
            save()
        finally:
            os._exit(HANG_UP_EXIT)

    signal.signal(signal.SIGHUP, leave)
    threading.Thread(target=_watch, args=(leave, has_gone), name="hangup-guard", daemon=True).start()


def _watch(leave: Callable[[], None], has_gone: Callable[[], bool]) -> None:
    while True:
        time.sleep(_POLL_SECONDS)
        if has_gone():
            leave()


def _terminal_has_gone() -> bool:
    assert sys.__stdin__ is not None
    try:
        termios.tcgetattr(sys.__stdin__.fileno())
    except termios.error:
        return True
    return False
