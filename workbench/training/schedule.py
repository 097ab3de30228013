"""The learning rate over a training: linear warm-up, then the chosen fall. Counted in optimiser steps."""

from __future__ import annotations

import math

_START = 1e-5
"""Share of the highest rate that the warm-up begins with, as in XTuner."""


def warmup_steps(ratio: float, total_steps: int) -> int:
    """Optimiser steps of the warm-up: the share rounded up."""
    return math.ceil(ratio * total_steps)


def lr_factor(step: int, *, kind: str, warmup: int, total: int) -> float:
    """The share of the highest rate that optimiser step ``step`` (from 0) is taken with.

    Args:
        kind: ``cosine``, ``linear``, ``constant`` or ``constant_with_warmup``; only ``constant`` has no warm-up.
        warmup: optimiser steps of the warm-up.
        total: all optimiser steps; ``cosine`` and ``linear`` reach 0 there.
    """
    if kind == "constant":
        return 1.0
    if step < warmup:
        return _START + (1 - _START) * step / warmup
    if kind == "constant_with_warmup":
        return 1.0
    share = min((step - warmup) / max(total - warmup, 1), 1.0)
    return 1 - share if kind == "linear" else (1 + math.cos(math.pi * share)) / 2
