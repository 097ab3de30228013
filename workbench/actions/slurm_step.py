"""``srun … workbench train CONFIG --launcher slurm``: a training inside of an allocation that the user already has.

srun starts the same command once for each process. The first one makes the job and follows it as ever; the others wait
for its folder and become ranks of it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NoReturn

from workbench.actions.python import module_command
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.training.ranks_environment import is_slurm_step

_SECONDS_TO_WAIT = 300.0
_SECONDS_BETWEEN = 0.5


def takes_step(config: TrainConfig) -> bool:
    """Whether a training under Slurm takes the processes that srun has started, instead of submitting itself."""
    return config.cluster.launcher == "slurm" and is_slurm_step()


def is_first_of_step() -> bool:
    """Whether this process makes the job."""
    return os.environ["SLURM_PROCID"] == "0"


def step_command() -> list[str]:
    """The command of the first process's job; ``{job}`` stands for its folder."""
    return module_command("workbench.training", "{job}", "--slurm")


def tell_the_others(work_dir: Path, job: Path) -> None:
    """Leave the folder of the job for the other processes of this step."""
    write_atomic(_note(work_dir), str(job.resolve()))


def join_step(work_dir: Path) -> NoReturn:
    """Become a rank of the job that the first process made; does not return.

    Raises:
        WorkbenchError: there is none after five minutes.
    """
    deadline = time.monotonic() + _SECONDS_TO_WAIT
    while not _note(work_dir).is_file():
        if time.monotonic() > deadline:
            raise WorkbenchError(
                _("The first process of this step has made no job."),
                where=str(work_dir),
                fix=_("Look into what it said; the work dir must lie on a disk that all machines share."),
            )
        time.sleep(_SECONDS_BETWEEN)
    job = _note(work_dir).read_text(encoding="utf-8")
    command = [part.replace("{job}", job) for part in step_command()]
    os.execv(command[0], command)


def _note(work_dir: Path) -> Path:
    """A name that a step has for itself, also after Slurm has put the job back into the queue."""
    number = "_".join(os.environ.get(name, "0") for name in ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_RESTART_COUNT"))
    return work_dir / f".slurm_step_{number}"
