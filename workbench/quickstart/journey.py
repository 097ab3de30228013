"""A whole journey as one job: stages, each another job, watched to their ends."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path

from workbench.actions.convert import checkpoint_of, start_convert
from workbench.actions.evaluate import start_evaluate
from workbench.actions.merge import start_merge
from workbench.actions.train import start_training
from workbench.configs.evaluation_rules import PROBE_MAX_NEW_TOKENS
from workbench.configs.schema import TrainConfig
from workbench.evaluation.request import ModelToScore
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Started
from workbench.jobs.folder import JobFolder
from workbench.quickstart.stage import Stage, StoppedByUser

BEFORE, AFTER = "before", "after"


class Journey(ABC):
    """The stages, in their order. ``results`` grows with each."""

    def __init__(self, job: JobFolder, events: EventLog) -> None:
        self.events = events
        self.project = Path(job.record.project)
        self.results: dict[str, str | float | bool] = {}
        self._job = job

    def run(self) -> Finished:
        """Go through all of it; asked to stop, end with what there is."""
        self.events.write(Started(facts=[_("The same, step by step:"), *(f"  {line}" for line in self.commands())]))
        stopped = False
        try:
            self.go()
        except StoppedByUser:
            stopped = True
        self.results["seconds"] = round(time.time() - self._job.record.started, 1)
        return Finished(results=self.results, stopped=stopped)

    @abstractmethod
    def commands(self) -> list[str]:
        """What a person would type to do the same in an empty folder."""

    @abstractmethod
    def go(self) -> None:
        """All stages."""

    def stage(self, name: str, job: JobFolder) -> dict[str, str | float | bool]:
        """Watch a job to its end: its results. ``name`` is translated."""
        return Stage(self._job, self.events, name, job).run()

    def train(self, config: TrainConfig, name: str, stage: str) -> Path:
        """Train in a job of its own: its recommended checkpoint. ``stage`` is translated."""
        job = start_training(config, name, project=self.project)
        self.results["job"] = str(job.path)
        self.stage(stage, job)
        return checkpoint_of(str(job.path), self.project)

    def convert_and_merge(self, checkpoint: Path, kind: str) -> None:
        """``kind``: what the checkpoint becomes, an ``adapter`` or a ``llava`` folder."""
        self.results["checkpoint"] = str(checkpoint)
        converting = start_convert(str(checkpoint), project=self.project)
        self.results[kind] = self.stage(_("convert"), converting)[kind]
        merging = start_merge(Path(str(self.results[kind])), project=self.project)
        self.results["merged"] = self.stage(_("merge"), merging)["merged"]

    def evaluate(
        self, models: list[ModelToScore], probes: dict[str, str], max_new_tokens: int = PROBE_MAX_NEW_TOKENS
    ) -> None:
        """Ask the models labelled `BEFORE` and `AFTER` the same, in the same way.

        Args:
            probes: probe files by the name of their score.
            max_new_tokens: the longest answer.
        """
        job = start_evaluate(models, probes, project=self.project, max_new_tokens=max_new_tokens)
        shares = self.stage(_("evaluate"), job)
        self.results["answers"] = shares["answers"]
        for name in probes:
            for label in (BEFORE, AFTER):
                self.results[f"{name}_{label}"] = shares[f"{name} {label}"]
