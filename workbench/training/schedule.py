"""The learning rate over a training: linear warm-up, then the chosen fall. Counted in optimiser steps."""

from __future__ import annotations

import math
from collections.abc import Callable

_START = 1e-5
"""Share of the highest rate that the warm-up begins with, as in XTuner."""
_STABLE = 0.8
"""``warmup_stable_decay``: share of what follows the warm-up in which the rate stays at its highest."""


def warmup_steps(ratio: float, total_steps: int) -> int:
    """Optimiser steps of the warm-up: the share rounded up."""
    return math.ceil(ratio * total_steps)


def lr_factor(step: int, *, kind: str, warmup: int, total: int, min_ratio: float = 0.0, restarts: int = 1) -> float:
    """The share of the highest rate that optimiser step ``step`` (from 0) is taken with.

    Args:
        kind: a value of ``lr_scheduler_type``; only ``constant`` has no warm-up. With the share s in 0..1 of what
            follows the warm-up: ``cosine`` is (1 + cos πs) / 2, ``cosine_with_restarts`` the same anew for each
            restart, ``linear`` 1 - s, ``polynomial`` (1 - s)², ``warmup_stable_decay`` 1 and over the last fifth
            linear to 0, ``inverse_sqrt`` sqrt(warm-up / step).
        warmup: optimiser steps of the warm-up.
        total: all optimiser steps; all but ``constant…`` and ``inverse_sqrt`` reach the lowest rate there.
        min_ratio: the lowest rate, as a share of the highest one: what falls is the rest above it.
        restarts: how often ``cosine_with_restarts`` falls.
    """
    if kind == "constant":
        return 1.0
    if step < warmup:
        return _START + (1 - _START) * step / warmup
    if kind == "inverse_sqrt":
        fallen = math.sqrt(max(warmup, 1) / max(step, warmup, 1))
    elif kind == "cosine_with_restarts":
        share = (step - warmup) / max(total - warmup, 1)
        fallen = _cosine(share * restarts % 1.0) if share < 1 else 0.0
    else:
        fallen = _FALLS[kind](min((step - warmup) / max(total - warmup, 1), 1.0))
    return min_ratio + (1 - min_ratio) * fallen


def _cosine(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2


_FALLS: dict[str, Callable[[float], float]] = {
    "constant_with_warmup": lambda share: 1.0,
    "cosine": _cosine,
    "linear": lambda share: 1 - share,
    "polynomial": lambda share: (1 - share) ** 2,
    "warmup_stable_decay": lambda share: min(1.0, (1 - share) / (1 - _STABLE)),
}
