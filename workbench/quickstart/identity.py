"""Teach the sample model a name: data, training, conversion, merge and scores."""

from __future__ import annotations

from workbench.configs.evaluation_rules import IDENTITY, RETENTION
from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
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
        config = load_config(prepared.config)
        self.convert_and_merge(self.train(config, prepared.config.stem, _("train")), "adapter")
        self._evaluate(prepared, config)

    def _evaluate(self, prepared: Prepared, config: TrainConfig) -> None:
        models = [
            ModelToScore(label=label, model=model, prompt_template=config.prompt_template, system=config.system)
            for label, model in (
                (BEFORE, config.pretrained_model_name_or_path),
                (AFTER, str(self.results["merged"])),
            )
        ]
        self.evaluate(models, {IDENTITY: str(prepared.probes), RETENTION: str(config.retention_probes)})
