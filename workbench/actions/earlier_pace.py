"""How long an iteration took in an earlier run of the same config on this machine."""

from __future__ import annotations

import socket
from pathlib import Path

from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.jobs.events import Step
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail

_DECIDES_PACE = (
    "pretrained_model_name_or_path",
    "method",
    "stage",
    "batch_size",
    "max_length",
    "pack_to_max_length",
    "precision",
    "use_activation_checkpointing",
    "deepspeed",
    "nproc",
    "devices",
)
"""Settings that must be the same for an earlier run to say something."""


def seconds_per_iteration(config: TrainConfig, name: str, project: Path) -> float | None:
    """From the newest such run; None if there is none. Saving and evaluating are in it."""
    for job in list_jobs(project, "train"):
        try:
            if job.record.name != name or job.record.host != socket.gethostname():
                continue
            earlier = load_config(job.config_path)
        except WorkbenchError:
            continue
        if all(getattr(earlier, field) == getattr(config, field) for field in _DECIDES_PACE):
            pace = _pace(job)
            if pace is not None:
                return pace
    return None


def _pace(job: JobFolder) -> float | None:
    """Seconds between the first and the last step of its last run, for each iteration between them."""
    steps = [event for event in EventTail(job.events_path).rest() if isinstance(event, Step)]
    if len(steps) < 2 or steps[-1].iter <= steps[0].iter:
        return None
    return (steps[-1].time - steps[0].time) / (steps[-1].iter - steps[0].iter)
