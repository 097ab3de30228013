"""The loss on samples that are not trained: the same mean over tokens as that of a step, over all ranks together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.evaluation.generate import without_training
from workbench.training.collate import TOKENS
from workbench.training.ranks import rank, sum_over_ranks, world_size

if TYPE_CHECKING:
    from workbench.training.trainer import WorkbenchTrainer


class MeanLoss(NamedTuple):
    """A mean over so many trained tokens (of preference stages, over pairs)."""

    loss: float
    over: int


def validation_loss(trainer: WorkbenchTrainer) -> MeanLoss:
    """The model's mean loss on the trainer's validation rows, as it is now.

    It is left as it was found: training mode, random state. The ranks share the batches; all of them compute as many,
    as sharded weights (ZeRO-3) need, and do not count what another rank has counted. Every rank gets the same result.
    """
    summed = counted = 0.0
    with without_training(trainer.model_wrapped):
        for batch, is_counted in _own_batches(trainer):
            batch.pop(TOKENS)
            inputs = trainer._prepare_inputs(batch)
            count = trainer.loss_count(inputs)
            with trainer.compute_loss_context_manager():
                loss = trainer.compute_loss(trainer.model_wrapped, inputs)
            if is_counted and count:
                summed += float(loss) * count
                counted += count
    summed, counted = sum_over_ranks([summed, counted])
    return MeanLoss(summed / counted if counted else float("nan"), int(counted))


def _own_batches(trainer: WorkbenchTrainer) -> Iterator[tuple[dict[str, Any], bool]]:
    """This rank's batches in the order of the rows, and whether they count; a rank that has none left repeats one."""
    rows, size = trainer.eval_dataset, trainer.args.per_device_train_batch_size
    starts = range(0, len(rows), size)
    for first in range(0, len(starts), world_size()):
        is_own = first + rank() < len(starts)
        begin = starts[first + rank()] if is_own else 0
        yield trainer.data_collator([rows[number] for number in range(begin, min(begin + size, len(rows)))]), is_own
