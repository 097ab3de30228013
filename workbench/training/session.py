"""What the parts of one training share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.configs.provenance import Provenance
from workbench.configs.schema import TrainConfig
from workbench.data.templates import Template, keep_template
from workbench.jobs.events import Event, EventLog, Validation
from workbench.jobs.folder import JobFolder
from workbench.training.checkpoint_folders import step_of
from workbench.training.counting import Counting
from workbench.training.going_on import EarlierRun, goes_on_from
from workbench.training.node_folders import NodeFolders
from workbench.training.ranks import rank, world_size
from workbench.training.telling import as_told_here, event_log


@dataclass
class Session:
    """One run of the training process in a job.

    Args:
        goes_on: it was started to go on with an earlier run of the job.
        resumed_from: the checkpoint it goes on from.
        earlier: what the run before has left besides.
        answered_at: iterations at which the earlier run has given sample answers.
        stopped: the user asked for an early end.
        stopped_early: why the training ended before its last step without being asked to; empty if it did not.
        validations: the validation losses so far, in the order of training.
        listeners: are told every event.
        base_scores: the shares of probes that the untrained model answered right, by score name.
        folders: where other machines keep the job.
        begun_with: the number of processes of the run's first start, by which iterations are counted.
        cadence: how iterations are counted with the batch of now, if it is another one than at the first start.
    """

    job: JobFolder
    config: TrainConfig
    tokenizer: Any
    template: Template
    counting: Counting
    goes_on: bool = False
    resumed_from: Path | None = None
    earlier: EarlierRun = field(default_factory=EarlierRun)
    answered_at: frozenset[int] = frozenset()
    stopped: bool = False
    stopped_early: str = ""
    validations: list[Validation] = field(default_factory=list)
    base_scores: dict[str, float] = field(default_factory=dict)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    folders: NodeFolders = field(default_factory=NodeFolders)
    begun_with: int = field(default_factory=world_size)
    cadence: Counting | None = None
    _events: EventLog | None = field(init=False)
    _kept_template: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self._events = event_log(self.job)
        if rank() == 0:
            self._kept_template = keep_template(self.template, self.job.path)

    def say(self, event: Event) -> None:
        """Write an event that all ranks know of, once on each machine, and tell those who listen."""
        if (told := as_told_here(event)) is not None:
            self.write(told)
        for listener in self.listeners:
            listener(event)

    def write(self, event: Event) -> None:
        """Write an event and nothing else."""
        if self._events is not None:
            self._events.write(event)

    def is_due(self, every: int, step: int) -> bool:
        """Whether a multiple of ``every`` iterations, of the config's batch, falls into this optimiser step."""
        return (self.cadence or self.counting).is_due(every, step)

    @property
    def first_iter(self) -> int:
        """The iteration it begins after."""
        step = step_of(self.resumed_from) if self.resumed_from else None
        return self.counting.iter_at(step or 0)

    @property
    def beginning(self) -> list[str]:
        """Where it goes on, in a sentence; nothing if it begins."""
        if self.resumed_from is None:
            return []
        return [goes_on_from(self.resumed_from, self.job, self.earlier, total_steps=self.counting.total_steps)]

    @property
    def is_complete(self) -> bool:
        """Whether the checkpoint it goes on from is its last."""
        return self.resumed_from is not None and self.first_iter >= self.counting.total_iters

    def provenance(self, step: int, scores: dict[str, float]) -> Provenance:
        """What to write beside the weights of a checkpoint."""
        config = self.config
        return Provenance(
            prompt_template=self._kept_template,
            base_model=config.pretrained_model_name_or_path,
            visual_encoder=config.visual_encoder_name_or_path,
            visual_select_layer=config.visual_select_layer if config.visual_encoder_name_or_path else None,
            pad_image_to_square=config.pad_image_to_square if config.visual_encoder_name_or_path else None,
            method=config.method,
            new_tokens=config.new_tokens,
            max_position_embeddings=config.max_position_embeddings,
            rope_scaling_type=config.rope_scaling_type if config.max_position_embeddings else None,
            system=config.system,
            config_name=self.job.record.name,
            job=self.job.id,
            iter=self.counting.iter_at(step),
            step=step,
            scores=scores,
            validation_loss=self._validation_loss(step),
        )

    def _validation_loss(self, step: int) -> float | None:
        return next((known.loss for known in reversed(self.validations) if known.step == step), None)
