"""``python -m workbench.models.matrix_rate``: how fast this machine multiplies matrices just now, in FLOP/s. No torch."""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

_SIDE = 1024
_TIMES = 5


def matrix_rate() -> float:
    """The median of a few products in fp32 on all cores; takes some tenths of a second."""
    factor = np.ones((_SIDE, _SIDE), np.float32)
    product = factor @ factor  # the first one also starts the threads
    seconds = []
    for _time in range(_TIMES):
        begin = time.perf_counter()
        np.matmul(factor, factor, out=product)
        seconds.append(time.perf_counter() - begin)
    return float(2 * _SIDE**3 / statistics.median(seconds))


if __name__ == "__main__":
    sys.stdout.write(f"{matrix_rate()}\n")
