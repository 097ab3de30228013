"""The trainer of pairs of answers: the same as every training's but for its loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from transformers import TrainerCallback

from workbench.configs.schema import TrainConfig
from workbench.evaluation.generate import without_training
from workbench.i18n import _
from workbench.training.collate import TOKENS
from workbench.training.preference.dpo import Dpo
from workbench.training.preference.log_probs import Likelihood
from workbench.training.preference.orpo import Orpo
from workbench.training.preference.outcome import Objective
from workbench.training.preference.pairs import REFERENCE, PairRows
from workbench.training.preference.reference import keep_reference, kept_reference
from workbench.training.preference.reward import Reward
from workbench.training.preparing import preparation_events
from workbench.training.ranks import barrier, gather_lists, rank, world_size
from workbench.training.trainer import WorkbenchTrainer


class PreferenceTrainer(WorkbenchTrainer):
    """Trains with the objective of the config's stage on batches of pairs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model_accepts_loss_kwargs = True  # the loss is divided by the pairs of the whole optimiser step
        self._likelihood = Likelihood(self._inner, self._head)
        self._objective = _objective(self._session.config, self._likelihood)
        if self._objective.needs_reference:
            self.add_callback(_ReferenceFirst(self))

    def get_batch_samples(
        self, epoch_iterator: Iterator[dict[str, Any]], num_batches: int, device: torch.device
    ) -> tuple[list[dict[str, Any]], torch.Tensor | None]:
        """The micro-batches of one optimiser step and the number of pairs in them, over all ranks."""
        batches, _trained_tokens = super().get_batch_samples(epoch_iterator, num_batches, device)
        pairs = torch.tensor(sum(map(self.loss_count, batches)), device=device)
        return batches, self.accelerator.gather(pairs).sum()

    def loss_count(self, inputs: dict[str, Any]) -> int:
        """How many pairs of a batch `compute_loss` is the mean of."""
        return len(inputs["input_ids"]) // 2

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | None = None,
    ) -> Any:
        """The objective's loss, as its share of the mean over all pairs of the optimiser step; figures are kept."""
        inputs = dict(inputs)
        reference = inputs.pop(REFERENCE, None)
        pairs = self.loss_count(inputs)
        outcome = self._objective(model, inputs, reference)
        loss = outcome.loss
        figures = self._throughput.figures if self._inner.training else self.validation_figures
        figures.add(outcome.figures, pairs)
        if num_items_in_batch is not None:
            loss = loss * pairs * self.accelerator.num_processes / num_items_in_batch
        return (loss, outcome.figures) if return_outputs else loss

    def settle_reference(self) -> None:
        """Give every row what the model gives to its answers before training.

        Raises:
            WorkbenchError: the run goes on, and what was kept when it began is gone.
            PreparationStoppedError: the job was asked to stop meanwhile.
        """
        rows = {"train": self.train_dataset} | ({"validation": self.eval_dataset} if self.eval_dataset else {})
        folder = self._session.job.results_path
        if self._session.resumed_from is not None:
            kept_reference(folder, rows)
            return
        total, done = sum(map(len, rows.values())), 0
        tell = preparation_events(self._session.job, _("judging the answers before training"), _("pairs"))
        for some in rows.values():
            found = []
            for batch in self._log_probs_of(some):
                found += [(float(chosen), float(rejected)) for chosen, rejected in batch]
                tell(done + min(len(found) * world_size(), len(some)), total + 1)
            some.reference = _in_order(gather_lists(found), len(some))
            done += len(some)
        if rank() == 0:
            keep_reference(folder, rows)
        barrier()
        tell(total, total)

    def _log_probs_of(self, rows: PairRows) -> Iterator[list[tuple[Any, Any]]]:
        """Of this rank's share of the pairs, every so manyth; as many batches on all ranks, as these work in step."""
        count, number = world_size(), rank()
        share = [min(place, len(rows) - 1) for place in range(number, len(rows) + (-len(rows)) % count, count)]
        size = self.args.per_device_train_batch_size
        with without_training(self.model_wrapped):
            for first in range(0, len(share), size):
                batch = self.data_collator([rows[place] for place in share[first : first + size]])
                batch.pop(TOKENS)
                inputs = self._prepare_inputs(batch)
                with self.compute_loss_context_manager():
                    known = self._likelihood(self.model_wrapped, inputs)
                yield list(zip(*known.sums.chunk(2), strict=True))


def _in_order(shares: list[list[tuple[float, float]]], total: int) -> torch.Tensor:
    """The ranks' values by the number of their pair, float32 ``[total, 2]``."""
    count = len(shares)
    return torch.tensor([shares[place % count][place // count] for place in range(total)], dtype=torch.float32)


def _objective(config: TrainConfig, likelihood: Likelihood) -> Objective:
    if config.stage == "dpo":
        return Dpo(config.preference, likelihood=likelihood)
    if config.stage == "orpo":
        return Orpo(config.preference.beta, likelihood=likelihood)
    return Reward(config.preference)


class _ReferenceFirst(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """What the model gives to the answers must be known before its first step."""

    def __init__(self, trainer: PreferenceTrainer) -> None:
        self._trainer = trainer

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._trainer.settle_reference()
