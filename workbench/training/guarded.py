"""How a process that trains knows the guard beside it. Light: the standard library alone."""

from __future__ import annotations

import ctypes
import os
import signal

GUARDED_VARIABLE = "WORKBENCH_GUARDED"
"""Carries the job's folder in the environment of the processes that train, beside which a guard stands."""
_PR_SET_PDEATHSIG, _PR_SET_PTRACER = 1, 0x59616D61
_ANYBODY = ctypes.c_ulong(-1)


def stand_under_guard() -> None:
    """End if the guard ends, and let a process of the same user look at the stack; nothing where there is no guard."""
    if GUARDED_VARIABLE in os.environ:
        end_with_parent(signal.SIGKILL)
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)


def end_with_parent(number: signal.Signals) -> None:
    """Have the system send this process a signal when its parent ends, however that comes about."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
