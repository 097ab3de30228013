"""What srun says about a process becomes what torch reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.training.ranks_environment import (
    adopt_slurm_step,
    local_rank,
    local_world_size,
    on_several_machines,
    rank,
    world_size,
)

STEP = {
    "SLURM_JOB_ID": "4711",
    "SLURM_PROCID": "9",
    "SLURM_LOCALID": "1",
    "SLURM_NTASKS": "16",
    "SLURM_STEP_TASKS_PER_NODE": "8(x2)",
    "SLURM_STEP_NODELIST": "gpu[7-8]",
}


def test_a_step_of_srun_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "scontrol"
    tool.write_text('#!/bin/sh\n[ "$*" = "show hostnames gpu[7-8]" ] && printf "gpu7\\ngpu8\\n"\n')
    tool.chmod(0o755)
    for name in (
        "RANK",
        "LOCAL_RANK",
        "WORLD_SIZE",
        "LOCAL_WORLD_SIZE",
        "LOCAL_SIZE",
        "MASTER_ADDR",
        "MASTER_PORT",
        "PORT",
    ):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in {**STEP, "PATH": f"{tmp_path}:{os.environ['PATH']}"}.items():
        monkeypatch.setenv(name, value)
    adopt_slurm_step()
    assert (rank(), local_rank(), world_size(), local_world_size()) == (9, 1, 16, 8)
    assert on_several_machines()
    assert (os.environ["MASTER_ADDR"], os.environ["MASTER_PORT"]) == ("gpu7", "24711")
