"""The batch script of a training under Slurm.

Options: https://slurm.schedmd.com/sbatch.html. ``srun`` starts one process for each device; they meet as
`workbench.training.ranks_environment.adopt_slurm_step` says.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from workbench.actions.python import module_command
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import STOP_FILE

_SECONDS_TO_SAVE = 300
_OPTION = re.compile(r"[a-z][a-z-]*")
_OURS = {"nodes", "ntasks-per-node", "output", "open-mode", "parsable", "signal", "wrap"}


def batch_script(config: TrainConfig, *, name: str, job: Path, project: Path, resume: str | None) -> str:
    """The script's text.

    A job that Slurm puts back into the queue (preemption, a broken machine) goes on from its newest checkpoint. Five
    minutes before the time limit it is asked to save and stop.

    Raises:
        WorkbenchError: an option of ``cluster.slurm_options`` cannot be passed on.
    """
    cluster = config.cluster
    options = {
        "job-name": re.sub(r"[^\w.-]", "_", name),
        "nodes": str(cluster.nodes or 1),
        "ntasks-per-node": str(config.nproc),
        "output": str(job / "log.txt"),
        "open-mode": "append",
        "requeue": "",
        **({"partition": cluster.partition} if cluster.partition else {}),
        **({"time": str(cluster.time_limit), "signal": f"B:USR1@{_SECONDS_TO_SAVE}"} if cluster.time_limit else {}),
    }
    if not any(key.startswith(("gpus", "gres")) for key in cluster.slurm_options):
        options["gpus-per-node"] = str(config.nproc)
    options |= _checked(cluster.slurm_options)
    training = module_command("workbench.training", str(job), "--slurm")
    first = shlex.join([*training, *(["--resume", resume] if resume else [])])
    again = shlex.join([*training, "--resume", "auto"])
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH --{key}{f'={value}' if value else ''}" for key, value in options.items()),
        f"cd {shlex.quote(str(project))} || exit 1",
        'export MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
        'export SRUN_CPUS_PER_TASK="${SLURM_CPUS_PER_TASK:-}"; [ "$SRUN_CPUS_PER_TASK" ] || unset SRUN_CPUS_PER_TASK',
        f"trap 'touch {shlex.quote(str(job / STOP_FILE))}' USR1",
        'if [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then',
        f"  srun --kill-on-bad-exit=1 {again} &",
        "else",
        f"  srun --kill-on-bad-exit=1 {first} &",
        "fi",
        "wait $!; code=$?",
        '[ "$code" -gt 128 ] && { wait $!; code=$?; }  # the signal before the time limit interrupts the first wait',
        'exit "$code"',
    ]
    return "\n".join(lines) + "\n"


def _checked(options: dict[str, str]) -> dict[str, str]:
    for key, value in options.items():
        if not _OPTION.fullmatch(key) or key in _OURS or any(char in value for char in "\n\r"):
            raise WorkbenchError(
                _("This is no further option of sbatch: {option}").format(option=f"{key}: {value}"),
                where="cluster.slurm_options",
                fix=_("Write long names without dashes before them, e.g. account: lab; nodes and nproc have fields."),
            )
    return options
