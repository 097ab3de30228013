"""Another division of an optimiser step into iterations: what counts iterations is counted in the new ones. Light."""

from __future__ import annotations

from workbench.configs.schema import TrainConfig

COUNTED_IN_ITERATIONS = ("max_iters", "save_steps", "evaluation_freq")
_NEVER = -1


def with_batch(config: TrainConfig, batch_size: int, accumulative_counts: int) -> TrainConfig:
    """The config with this batch; what happens after so many iterations happens at the same optimiser steps.

    Iterations are rounded up, so that ``max_iters`` makes as many optimiser steps as before.
    """
    update = {"batch_size": batch_size, "accumulative_counts": accumulative_counts}
    for name in COUNTED_IN_ITERATIONS:
        iterations = getattr(config, name)
        if iterations not in {None, _NEVER}:
            update[name] = -(-iterations * accumulative_counts // config.accumulative_counts)
    return config.model_copy(update=update)
