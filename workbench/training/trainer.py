"""transformers' Trainer, with checkpoints that appear whole, our schedule, and the loss only where it is trained."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, Trainer

from workbench.configs.provenance import write_provenance
from workbench.data.encode import NOT_TRAINED
from workbench.models.principal import Factors, beginning_in, factors_of, save_as_plain
from workbench.models.vision.parts import Parts
from workbench.training.callbacks.steps import Throughput
from workbench.training.carried_state import carry_over, fits
from workbench.training.checkpoint_folders import checkpoint_name
from workbench.training.collate import TOKENS
from workbench.training.figures import Figures
from workbench.training.loss import (
    loss_in_head,
    only_trained_positions,
    passes_logits_on,
    plain_head,
    takes_logits_to_keep,
)
from workbench.training.manifest import write_manifest
from workbench.training.optimizers import own_optimizer
from workbench.training.other_ranks import note_begun
from workbench.training.own_model import save_processor
from workbench.training.part_checkpoints import save_trained_parts, without_frozen
from workbench.training.ranks import barrier, rank, world_size
from workbench.training.save_error import is_of_peers, save_error
from workbench.training.saving import UNFINISHED, discard_unfinished, publish
from workbench.training.schedule import lr_factor, warmup_steps
from workbench.training.sequence_parallel import SequenceParts
from workbench.training.session import Session
from workbench.training.telling import save_noted


class WorkbenchTrainer(Trainer):  # type: ignore[misc]  # transformers is untyped
    """Trains as `Session.config` says.

    Args:
        session: the run.
        throughput: where tokens and the time waited for data are counted.
        weights_are_loaded: the model was loaded from the checkpoint that the run goes on from; only the state of
            optimiser, schedule and random numbers is still to be restored.
        parts: of a model that sees; checkpoints hold what is trained of them.
        sampler: gives the order of the rows; None draws them by lot.
        sequence: how sequences are shared among processes; None if each process has its own.
    """

    control: Any
    lr_scheduler: Any
    optimizer: Any

    def __init__(
        self,
        session: Session,
        throughput: Throughput,
        *,
        weights_are_loaded: bool,
        parts: Parts | None = None,
        sampler: Any = None,
        sequence: SequenceParts | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.remove_callback(PrinterCallback)  # every event is printed already
        self._parts = parts
        self._sampler = sampler
        self._sequence = sequence
        self._session = session
        self._throughput = throughput
        self._weights_are_loaded = weights_are_loaded
        self.validation_figures = Figures()
        self._inner = _without_adapter(self.accelerator.unwrap_model(self.model))
        self._head_takes_positions = takes_logits_to_keep(self._inner)
        self._head = None if session.config.torch_compile else plain_head(self._inner)
        self._head_is_checked = False
        self._run_folder = Path(self.args.output_dir)
        self._beginning = _beginning(session, self.accelerator.unwrap_model(self.model))

    # data

    def get_batch_samples(
        self, epoch_iterator: Iterator[dict[str, Any]], num_batches: int, device: torch.device
    ) -> tuple[list[dict[str, Any]], torch.Tensor | None]:
        """The micro-batches of one optimiser step and the number of trained tokens in them, over all ranks."""
        began = time.perf_counter()
        batches, trained = super().get_batch_samples(epoch_iterator, num_batches, device)
        tokens = sum(batch.pop(TOKENS) for batch in batches)
        if self._sequence is not None:  # the same rows are in each process that shares them
            tokens = tokens if self._sequence.place == 0 else 0
            trained = trained if trained is None else trained / self._sequence.size
        self._throughput.tokens += tokens
        if trained is not None:
            self._throughput.trained += trained
        self._throughput.data_time += time.perf_counter() - began
        # a step may consist of nothing but questions that were cut off; its loss is 0, not 0 / 0
        return batches, trained if trained is None else trained.clamp(min=1)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self._sampler or super()._get_train_sampler(train_dataset)

    # loss and schedule

    def loss_count(self, inputs: dict[str, Any]) -> int:
        """How many tokens of a batch `compute_loss` is the mean of; none predicts the first one of a row."""
        return int((inputs["labels"][:, 1:] != NOT_TRAINED).sum())

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """As Trainer's, for the trained positions only, and without all logits at once, where the model lets it."""
        if self._sequence is not None and self._inner.training:  # DeepSpeed's engine says so always
            inputs = self._sequence.own(inputs)
        if self._head is not None and not self._head_is_checked:
            self._check_head(model, inputs, *args, **kwargs)
        if self._head is None:
            return self._loss_of_logits(model, inputs, *args, **kwargs)
        return self._loss_of_head(model, self._head, inputs, *args, **kwargs)

    def _loss_of_logits(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        chosen = only_trained_positions(inputs) if self._head_takes_positions else inputs
        return super().compute_loss(model, chosen, *args, **kwargs)

    def _loss_of_head(
        self, model: Any, head: torch.nn.Linear, inputs: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        with loss_in_head(self._inner, head, inputs):
            return super().compute_loss(model, inputs, *args, **kwargs)

    def _check_head(self, model: Any, *args: Any, **kwargs: Any) -> None:
        """On the first batch: a model that changes its logits after the head keeps its own way to the loss."""
        assert self._head is not None
        kwargs["return_outputs"] = False
        was_training = self._inner.training
        model.eval()
        compute = super().compute_loss
        if not passes_logits_on(self._inner, self._head, lambda: compute(model, *args, **kwargs)):
            self._head = None
        model.train(was_training)
        self._head_is_checked = True

    def create_optimizer(self, model: Any = None) -> Any:
        """As Trainer's, and those that it does not know."""
        if self.optimizer is None:
            self.optimizer = own_optimizer(self._session.config, self.model if model is None else model, self.args)
        return super().create_optimizer(model)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """The learning rate by optimiser step; see `workbench.training.schedule`."""
        if self.lr_scheduler is None:
            config = self._session.config
            warmup = warmup_steps(config.warmup_ratio, num_training_steps)

            def factor(step: int) -> float:
                return lr_factor(
                    step,
                    kind=config.lr_scheduler_type,
                    warmup=warmup,
                    total=num_training_steps,
                    min_ratio=config.min_lr_ratio,
                    restarts=config.max_epochs,
                )

            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, factor)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    # evaluation: sample answers and validation loss, by callbacks

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Let the callbacks examine the model."""
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, {})
        return {}

    # checkpoints

    def _get_output_dir(self, trial: Any) -> str:
        return str(self._run_folder)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write into a folder aside, and give it its name when everything is in it.

        Raises:
            WorkbenchError: it could not be written; earlier checkpoints are untouched and the part is removed.
            RuntimeError: another process is gone.
        """
        checkpoints = self._session.job.checkpoints_path
        self._run_folder = checkpoints / UNFINISHED
        name = checkpoint_name(self.state.global_step)
        with save_noted(self._session.job):
            try:
                super()._save_checkpoint(model, trial)
                barrier()
                self._session.folders.collect(checkpoints / UNFINISHED / name)
                if rank() == 0:
                    write_provenance(
                        checkpoints / UNFINISHED / name, self._session.provenance(self.state.global_step, {})
                    )
                    if self._session.begun_with != world_size():
                        note_begun(checkpoints / UNFINISHED / name, self._session.begun_with)
                    write_manifest(checkpoints / UNFINISHED / name)
                    publish(checkpoints / UNFINISHED / name, checkpoints / name)
            except Exception as error:
                if is_of_peers(error):
                    raise
                raise save_error(error, checkpoints / name) from error
            finally:
                self._run_folder = checkpoints
                if self._session.folders.keeps_folder:
                    discard_unfinished(checkpoints)
            barrier()

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Write the weights of a checkpoint."""
        config, folder = self._session.config, Path(output_dir or self.args.output_dir)
        if self._parts is None:
            super().save_model(output_dir, _internal_call)
            if self._beginning is not None and rank() == 0:
                save_as_plain(folder, self._beginning)
            if config.own_processor and config.method == "full" and rank() == 0:
                save_processor(config, folder)
            return
        save_trained_parts(self._parts, folder, self.processing_class, sharded=self._is_sharded)
        barrier()

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        leaves_out = self._parts is not None and self.is_deepspeed_enabled
        with without_frozen(self.model_wrapped) if leaves_out else nullcontext():
            super()._save_optimizer_and_scheduler(output_dir)

    @property
    def _is_sharded(self) -> bool:
        return bool(self.is_deepspeed_enabled and self.model_wrapped.zero_optimization_partition_weights())

    def _prepare_for_training(self, max_steps: int, train_dataloader: Any, resume_from_checkpoint: str | None) -> Any:
        """As Trainer's, also where DeepSpeed's state was saved in another layout."""
        stage = self.accelerator.state.deepspeed_plugin.zero_stage if self.is_deepspeed_enabled else 0
        if resume_from_checkpoint is None or not stage or fits(Path(resume_from_checkpoint), stage):
            return super()._prepare_for_training(max_steps, train_dataloader, resume_from_checkpoint)
        prepared = super()._prepare_for_training(max_steps, train_dataloader, None)
        carry_over(self.model_wrapped, self.lr_scheduler, Path(resume_from_checkpoint))
        return prepared

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if not self._weights_are_loaded:
            super()._load_from_checkpoint(resume_from_checkpoint, model)


def _beginning(session: Session, model: Any) -> Factors | None:
    """The factors of an adapter that began with a part of the base."""
    if not (session.config.has_adapter and session.config.lora.changes_base):
        return None
    return beginning_in(session.resumed_from) if session.resumed_from else factors_of(model)


def _without_adapter(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model
