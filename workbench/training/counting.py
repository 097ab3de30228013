"""Iterations (micro-batches of one device) and optimiser steps: which of the one belongs to which of the other."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Counting:
    """How a run counts. The last optimiser step of an epoch may hold fewer than ``accumulative_counts`` iterations."""

    iters_per_epoch: int
    accumulative_counts: int
    total_steps: int

    @property
    def steps_per_epoch(self) -> int:
        return math.ceil(self.iters_per_epoch / self.accumulative_counts)

    @property
    def total_iters(self) -> int:
        return self.iter_at(self.total_steps)

    def iter_at(self, step: int) -> int:
        """Iterations done when so many optimiser steps are done."""
        epochs, rest = divmod(step, self.steps_per_epoch)
        return epochs * self.iters_per_epoch + min(rest * self.accumulative_counts, self.iters_per_epoch)

    def is_due(self, every: int, step: int) -> bool:
        """Whether a multiple of ``every`` iterations falls into this optimiser step; never for -1."""
        return every > 0 and self.iter_at(step) // every > self.iter_at(step - 1) // every
