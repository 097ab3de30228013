"""Whether a training learns its rows by heart: seen from its validation losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from workbench.jobs.events import Validation

RISES = 3
"""So many evaluations in a row with a higher validation loss than the one before are no chance any more."""


def lowest(validations: Sequence[Validation]) -> Validation | None:
    """The first of those with the lowest loss; None if no loss is a number."""
    finite = [validation for validation in validations if math.isfinite(validation.loss)]
    return min(finite, key=lambda validation: validation.loss, default=None)


def overfits_since(validations: Sequence[Validation]) -> Validation | None:
    """Where the validation loss was lowest, if it has since risen `RISES` times in a row while the training loss fell.

    Args:
        validations: of one run, in the order of training.
    """
    last = validations[-RISES - 1 :]
    if len(last) <= RISES or not all(earlier.loss < later.loss for earlier, later in pairwise(last)):
        return None
    first, newest = last[1].train_loss, last[-1].train_loss
    if first is None or newest is None or newest >= first:
        return None
    return lowest(validations)


def evaluations_without_fall(validations: Sequence[Validation]) -> int:
    """How many evaluations there were since the lowest validation loss."""
    best = lowest(validations)
    return len(validations) if best is None else len(validations) - 1 - list(validations).index(best)
