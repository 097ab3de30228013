"""Teach the sample model a name: data, training, conversion, merge and scores."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.convert import checkpoint_of, start_convert
from workbench.actions.merge import start_merge
from workbench.actions.train import start_training
from workbench.configs.evaluation_rules import IDENTITY, RETENTION
from workbench.configs.files import load_config
from workbench.evaluation.request import ModelToScore
from workbench.i18n import _
from workbench.jobs.events import EventLog, Progress
from workbench.jobs.folder import JobFolder
from workbench.quickstart.journey import AFTER, BEFORE, Journey
from workbench.quickstart.prepare import Prepared, commands, prepare


class IdentityJourney(Journey):
    """The job's arguments give the ``name`` to teach."""

    def __init__(self, job: JobFolder, events: EventLog) -> None:
        super().__init__(job, events)
        self._name = str(job.record.arguments["name"])

    def commands(self) -> list[str]:
        return commands(self._name)

    def go(self) -> None:
        prepared = prepare(self.project, self._name)
        self.events.write(Progress(stage=_("data"), done=1, total=1))
        self._train(prepared)
        self._convert_and_merge()
        self._evaluate(prepared)

    def _train(self, prepared: Prepared) -> None:
        config = load_config(prepared.config)
        job = start_training(config, prepared.config.stem, project=self.project)
        self.results["job"] = str(job.path)
        self.stage(_("train"), job)
        self.results["checkpoint"] = str(checkpoint_of(str(job.path), self.project))

    def _convert_and_merge(self) -> None:
        converting = start_convert(str(self.results["checkpoint"]), project=self.project)
        self.results["adapter"] = self.stage(_("convert"), converting)["adapter"]
        merging = start_merge(Path(str(self.results["adapter"])), project=self.project)
        self.results["merged"] = self.stage(_("merge"), merging)["merged"]

    def _evaluate(self, prepared: Prepared) -> None:
        config = load_config(prepared.config)
        models = [
            ModelToScore(label=label, model=model, prompt_template=config.prompt_template, system=config.system)
            for label, model in (
                (BEFORE, config.pretrained_model_name_or_path),
                (AFTER, str(self.results["merged"])),
            )
        ]
        self.evaluate(models, {IDENTITY: str(prepared.probes), RETENTION: str(config.retention_probes)})
