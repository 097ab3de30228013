"""Trainings under Slurm: the script, the words to Slurm's tools, and the state that follows from their answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.slurm_tools import SlurmTools, slurm_number
from tests.training.runs import tiny_config, write_rows
from workbench.actions.slurm_script import batch_script
from workbench.actions.train import start_training
from workbench.configs.cluster_settings import ClusterSettings
from workbench.configs.files import dump_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.jobs.events import EventLog, Failed, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.queue import queue_rows, rows_under_slurm
from workbench.jobs.queue_changes import move, pause
from workbench.jobs.rows import job_rows
from workbench.jobs.slurm import slurm_id, submit
from workbench.jobs.state import JobState, outcome_of, state_of
from workbench.jobs.stop import request_stop, stop_now
from workbench.training.checkpoint_folders import rank_count
from workbench.ui.next_step import next_step

PENDING, RUNNING = "PENDING|Resources", "RUNNING|None"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlurmTools:
    tools = SlurmTools(tmp_path)
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", f"{tools.folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("workbench.jobs.slurm._SECONDS_REMEMBERED", 0.0)
    tools.stand(PENDING)
    return tools


def config_for(folder: Path, **cluster: object) -> TrainConfig:
    settings = ClusterSettings.model_validate({"launcher": "slurm", "nodes": 2, **cluster})
    return tiny_config(write_rows(folder), nproc=4, cluster=settings, method="lora")


def started(folder: Path) -> JobFolder:
    return start_training(config_for(folder), "demo", project=folder)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_script_asks_for_machines_and_goes_on_after_it_was_put_back(tmp_path: Path) -> None:
    config = config_for(
        tmp_path, partition="gpu", time_limit=90, slurm_options={"account": "lab", "gres": "gpu:a100:4"}
    )
    script = batch_script(config, name="my run", job=tmp_path / "job", project=tmp_path, resume=None)
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    options = [line.removeprefix("#SBATCH --") for line in script.splitlines() if line.startswith("#SBATCH")]
    assert {"job-name=my_run", "nodes=2", "ntasks-per-node=4", "partition=gpu", "time=90", "requeue"} <= set(options)
    assert {"account=lab", "gres=gpu:a100:4", f"output={tmp_path}/job/log.txt", "signal=B:USR1@300"} <= set(options)
    assert not any(option.startswith("gpus") for option in options)
    runs = [line for line in script.splitlines() if "srun" in line]
    assert [line.endswith("--slurm --resume auto &") for line in runs] == [True, False]


@pytest.mark.parametrize("option", [{"--account": "lab"}, {"account": "lab\n#SBATCH --wrap=x"}, {"nodes": "9"}])
def test_an_option_that_cannot_be_passed_on_is_refused(tmp_path: Path, option: dict[str, str]) -> None:
    config = config_for(tmp_path, slurm_options=option)
    with pytest.raises(WorkbenchError) as caught:
        batch_script(config, name="x", job=tmp_path, project=tmp_path, resume=None)
    assert caught.value.where == "cluster.slurm_options"


def test_a_job_waits_in_the_queue_with_the_reason_and_leaves_it_when_it_is_cancelled(
    tmp_path: Path, tools: SlurmTools
) -> None:
    job = started(tmp_path)
    wait_for(lambda: state_of(job) is JobState.WAITING)
    assert tools.calls("sbatch") == [["--parsable", str(job.path / "sbatch.sh")]]
    assert slurm_number(job.path) == "4711"
    wait_for(lambda: job_rows([job])[0].progress == "Resources (Slurm job 4711)")
    assert "Resources (Slurm job 4711)" in next_step(tmp_path).sentence
    (row,) = rows_under_slurm(tmp_path)
    assert (row.job, row.place_mark, row.waits_for) == (job, "Slurm", "Resources (Slurm job 4711)")
    assert queue_rows() == [] and row.as_json()["slurm"] == "4711"
    for change in (pause, lambda waiting: move(waiting, "first")):
        with pytest.raises(WorkbenchError, match="submitted to Slurm") as refused:
            change(job)
        assert "scontrol hold 4711" in (refused.value.fix or "")
    assert state_of(job) is JobState.WAITING
    request_stop(job)
    wait_for(lambda: state_of(job) is JobState.STOPPED)
    assert tools.calls("scancel") == [["4711"]]
    assert not job_rows([job])[0].progress and rows_under_slurm(tmp_path) == []


def test_a_job_that_slurm_ends_without_a_word_has_failed_with_slurms_word(tmp_path: Path, tools: SlurmTools) -> None:
    tools.stand(RUNNING)
    job = started(tmp_path)
    wait_for(lambda: bool(tools.calls("squeue")))
    assert state_of(job) is JobState.RUNNING
    assert job_rows([job])[0].progress == "Slurm job 4711"
    tools.stand(None)
    wait_for(lambda: state_of(job) is JobState.FAILED)
    failed = outcome_of(job)
    assert isinstance(failed, Failed)
    assert "4711: NODE_FAIL" in failed.reason
    assert "sacct -j 4711" in (failed.hint or "")


def test_a_job_that_nobody_follows_any_more_is_where_slurm_says_and_can_be_ended(
    tmp_path: Path, tools: SlurmTools
) -> None:
    tools.stand(RUNNING)
    job = started(tmp_path)
    wait_for(lambda: bool(tools.calls("squeue")))
    record = job.record
    assert record.session is not None
    os.killpg(record.session, 9)
    wait_for(lambda: record.identity is not None and not record.identity.is_alive())
    assert state_of(job) is JobState.RUNNING
    tools.stand(PENDING)
    assert state_of(job) is JobState.WAITING
    stop_now(job)
    assert tools.calls("scancel") == [["4711"]]
    assert state_of(job) is JobState.LOST


def test_what_is_missing_for_slurm_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkbenchError, match="sbatch is not there"):
        start_training(config_for(tmp_path), "demo", project=tmp_path)
    assert not (tmp_path / "work_dirs").exists()
    with pytest.raises(WorkbenchError) as caught:
        start_training(config_for(tmp_path).model_copy(update={"nproc": "auto"}), "demo", project=tmp_path)
    assert caught.value.where == "nproc"


def test_an_answer_of_sbatch_that_is_no_number_is_told(tmp_path: Path, tools: SlurmTools) -> None:
    (tools.folder / "sbatch").write_text("#!/bin/sh\necho Submitted batch job 4711\n")
    with pytest.raises(WorkbenchError, match="Submitted batch job 4711"):
        submit(tmp_path / "sbatch.sh")
    assert slurm_id(tmp_path) is None


def test_a_finished_training_is_finished(tmp_path: Path, tools: SlurmTools) -> None:
    tools.stand(RUNNING)
    job = started(tmp_path)
    wait_for(lambda: bool(tools.calls("squeue")))
    EventLog(job.path).write(Finished())
    tools.stand(None)
    wait_for(lambda: state_of(job) is JobState.FINISHED)


@pytest.mark.heavy
def test_processes_that_srun_started_train_together_in_the_job_of_the_first(tmp_path: Path, tools: SlurmTools) -> None:
    (tools.folder / "scontrol").write_text("#!/bin/sh\necho 127.0.0.1\n")
    (tools.folder / "scontrol").chmod(0o755)
    config = config_for(tmp_path, nodes=1).model_copy(update={"deepspeed": "deepspeed_zero2", "max_iters": 2})
    (tmp_path / "c.yaml").write_text(dump_config(config), encoding="utf-8")
    step = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_NTASKS": "2", "SLURM_STEP_NODELIST": "here"}
    started = [
        subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench", "train", "c.yaml"],
            cwd=tmp_path,
            env=os.environ | step | {"SLURM_PROCID": number, "SLURM_LOCALID": number, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in ("1", "0")
    ]
    said = [process.communicate(timeout=240)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    (job,) = [JobFolder(path.parent) for path in (tmp_path / "work_dirs").rglob("job.yaml")]
    assert state_of(job) is JobState.FINISHED
    assert rank_count(job.checkpoints_path / "checkpoint-1") == 2
