"""``python -m workbench.quickstart JOB``: data, training, conversion, merge and scores, each a job of its own."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from workbench.actions.convert import checkpoint_of, start_convert
from workbench.actions.evaluate import start_evaluate
from workbench.actions.merge import start_merge
from workbench.actions.train import start_training
from workbench.configs.files import load_config
from workbench.evaluation.recommend import IDENTITY, RETENTION
from workbench.evaluation.request import ModelToScore
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.quickstart.prepare import Prepared, commands, prepare
from workbench.quickstart.stage import Stage, StoppedByUser

BEFORE, AFTER = "before", "after"
_TERMINATED = 128 + signal.SIGTERM


class Journey:
    """The stages, in their order. ``results`` grows with each."""

    def __init__(self, job: JobFolder, events: EventLog) -> None:
        self._job, self._events = job, events
        self._project = Path(job.record.project)
        self.results: dict[str, str | float | bool] = {}

    def run(self) -> Finished:
        """Go through all of it; asked to stop, end with what there is."""
        name = str(self._job.record.arguments["name"])
        self._events.write(Started(facts=[_("The same, step by step:"), *(f"  {line}" for line in commands(name))]))
        stopped = False
        try:
            prepared = self._prepare(name)
            self._train(prepared)
            self._convert_and_merge()
            self._evaluate(prepared)
        except StoppedByUser:
            stopped = True
        self.results["seconds"] = round(time.time() - self._job.record.started, 1)
        return Finished(results=self.results, stopped=stopped)

    def _prepare(self, name: str) -> Prepared:
        prepared = prepare(self._project, name)
        self._events.write(Progress(stage=_("data"), done=1, total=1))
        return prepared

    def _train(self, prepared: Prepared) -> None:
        config = load_config(prepared.config)
        job = start_training(config, prepared.config.stem, project=self._project)
        self.results["job"] = str(job.path)
        self._stage(_("train"), job)
        self.results["checkpoint"] = str(checkpoint_of(str(job.path), self._project))

    def _convert_and_merge(self) -> None:
        converting = start_convert(str(self.results["checkpoint"]), project=self._project)
        self.results["adapter"] = self._stage(_("convert"), converting)["adapter"]
        merging = start_merge(Path(str(self.results["adapter"])), project=self._project)
        self.results["merged"] = self._stage(_("merge"), merging)["merged"]

    def _evaluate(self, prepared: Prepared) -> None:
        """Ask the base and the merged model the same, in the same way."""
        config = load_config(prepared.config)
        models = [
            ModelToScore(label=label, model=model, prompt_template=config.prompt_template, system=config.system)
            for label, model in (
                (BEFORE, config.pretrained_model_name_or_path),
                (AFTER, str(self.results["merged"])),
            )
        ]
        probes = {IDENTITY: str(prepared.probes), RETENTION: str(config.retention_probes)}
        shares = self._stage(_("evaluate"), start_evaluate(models, probes, project=self._project))
        for name in probes:
            for label in (BEFORE, AFTER):
                self.results[f"{name}_{label}"] = shares[f"{name} {label}"]

    def _stage(self, name: str, job: JobFolder) -> dict[str, str | float | bool]:
        return Stage(self._job, self._events, name, job).run()


def work(job: JobFolder, events: EventLog) -> Finished:
    """The whole journey; the job's arguments give the ``name`` to teach."""
    signal.signal(signal.SIGTERM, lambda *_ignored: sys.exit(_TERMINATED))
    return Journey(job, events).run()


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
