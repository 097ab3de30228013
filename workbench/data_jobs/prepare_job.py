"""Preparing data ahead of a training: ``python -m workbench.data_jobs.prepare_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.paths import resolve_model


def work(job: JobFolder, events: EventLog) -> Finished:
    """Prepare the data of the job's config into the folder that its arguments name: ``target``."""
    from workbench.data.prepare.kept_report import keep_report
    from workbench.data.training_set import write_offline
    from workbench.training.preparing import PreparationStoppedError, preparation_events

    config = load_config(job.config_path)
    tokenizer = _tokenizer(config)
    target = Path(job.record.arguments["target"])
    on_pictures = preparation_events(job, _("checking the pictures"), _("pictures"))
    try:
        report = write_offline(config, tokenizer, target, preparation_events(job), on_pictures)
    except PreparationStoppedError:
        return Finished(stopped=True)
    keep_report(report, job.results_path)
    events.write(Started(facts=report.sentences()))
    return Finished(results={"prepared": str(target), "rows": report.packs, "tokens": report.tokens})


def _tokenizer(config: TrainConfig) -> Any:
    """Without loading transformers where the model is here, has a ``tokenizer.json``, and gets no new tokens."""
    model = config.pretrained_model_name_or_path
    folder = Path(resolve_model(model))
    if (folder / "tokenizer.json").is_file() and not config.new_tokens:
        from workbench.data.light_tokenizer import LightTokenizer

        return LightTokenizer.from_folder(folder)
    from workbench.models.load import load_tokenizer

    return load_tokenizer(model, config.trust_remote_code, tuple(config.new_tokens))


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
