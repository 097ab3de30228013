"""What the parts of one training share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.configs.provenance import Provenance
from workbench.configs.schema import TrainConfig
from workbench.data.templates import PromptTemplate
from workbench.jobs.events import Event, EventLog
from workbench.jobs.folder import JobFolder
from workbench.training.counting import Counting
from workbench.training.ranks import rank


@dataclass
class Session:
    """One run of the training process in a job.

    Args:
        resumed_from: the checkpoint it goes on from.
        stopped: the user asked for an early end.
        base_scores: the shares of probes that the untrained model answered right, by score name.
    """

    job: JobFolder
    config: TrainConfig
    tokenizer: Any
    template: PromptTemplate
    counting: Counting
    resumed_from: Path | None = None
    stopped: bool = False
    base_scores: dict[str, float] = field(default_factory=dict)
    _events: EventLog = field(init=False)

    def __post_init__(self) -> None:
        self._events = EventLog(self.job.path)

    def say(self, event: Event) -> None:
        """Write an event, once for all ranks."""
        if rank() == 0:
            self._events.write(event)

    def provenance(self, step: int, scores: dict[str, float]) -> Provenance:
        """What to write beside the weights of a checkpoint."""
        return Provenance(
            prompt_template=self.template.name,
            base_model=self.config.pretrained_model_name_or_path,
            method=self.config.method,
            system=self.config.system,
            config_name=self.job.record.name,
            job=self.job.id,
            iter=self.counting.iter_at(step),
            step=step,
            scores=scores,
        )
