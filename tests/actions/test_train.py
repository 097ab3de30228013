"""What is wrong is told before a training is started; what is resumed is what was meant."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.recorded import recorded
from tests.training.checkpoints_on_disk import save_checkpoint
from workbench.actions.launch_training import training_command
from workbench.actions.train import start_training
from workbench.configs.files import dump_config, load_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder

LAUNCHER = "deepspeed.launcher.runner"


def a_config(**changes: Any) -> TrainConfig:
    fields = {
        "pretrained_model_name_or_path": "sample:model",
        "data_path": "sample:general_dialogue.json",
        "prompt_template": "internlm2_chat",
        "dataset_format": "openai",
    }
    return TrainConfig.model_validate(fields | changes)


@pytest.fixture
def ended(project: Path) -> JobFolder:
    """A training that has ended, with a checkpoint."""
    job = recorded(project, exit_code=1)
    job.config_path.write_text(dump_config(a_config()), encoding="utf-8")
    save_checkpoint(job.checkpoints_path, 4)
    return job


def test_deepspeed_starts_a_process_for_each_gpu_that_is_given_or_as_many_as_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert training_command(a_config(nproc=3))[3:6] == [LAUNCHER, "--num_accelerators", "3"]
    assert training_command(a_config(deepspeed="zero2"))[5] == "1"
    monkeypatch.setattr("workbench.actions.launch_training.gpu_count", lambda: 2)
    assert training_command(a_config(deepspeed="zero2"))[3:5] == [LAUNCHER, "--master_port"]


def test_without_deepspeed_one_process_needs_no_launcher() -> None:
    command = training_command(a_config(deepspeed="none"))
    assert command == [sys.executable, "-P", "-m", "workbench.training", "{job}"]


def test_a_job_keeps_its_config_and_its_own_folder(project: Path) -> None:
    config = a_config(lr=3e-4)
    job = start_training(config, "demo", project=project, nproc=2)
    assert job.path.parent == project / "work_dirs" / "demo"
    assert load_config(job.config_path) == config.model_copy(update={"nproc": 2})
    assert str(job.path) in job.record.command


@pytest.mark.parametrize(("in_config", "given"), [("runs", None), ("elsewhere", "runs")])
def test_the_work_dir_is_the_one_that_was_asked_for(project: Path, in_config: str, given: str | None) -> None:
    job = start_training(a_config(work_dir=in_config), "demo", project=project, work_dir=given and Path(given))
    assert job.path.parent == project / "runs"


def resumed_from(job: JobFolder) -> str:
    command = job.record.command
    return command[command.index("--resume") + 1]


def test_auto_goes_on_with_the_newest_run_of_the_config(project: Path, ended: JobFolder) -> None:
    recorded(project, "demo/20200101_000000", exit_code=0)
    recorded(project, "other/20300101_000000", exit_code=0)
    job = start_training(a_config(), "demo", project=project, resume="auto")
    assert (job, resumed_from(job)) == (ended, "auto")


def test_auto_finds_runs_on_another_disk(project: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (project / "work_dirs").symlink_to(tmp_path / "disk")
    job = recorded(project, exit_code=1)
    job.config_path.write_text(dump_config(a_config()), encoding="utf-8")
    resumed = start_training(a_config(), "demo", project=project, resume="auto")
    assert resumed.path == job.path.resolve()


def test_auto_without_an_earlier_run_is_told(project: Path) -> None:
    with pytest.raises(WorkbenchError, match="no earlier run"):
        start_training(a_config(), "demo", project=project, resume="auto")


@pytest.mark.parametrize("reference", ["demo", "demo/20260921_141320", "work_dirs/demo/20260921_141320"])
def test_a_job_is_gone_on_with_by_name_or_folder(project: Path, ended: JobFolder, reference: str) -> None:
    job = start_training(a_config(), "another", project=project, resume=reference)
    assert (job, resumed_from(job)) == (ended, "auto")


def test_a_checkpoint_is_gone_on_from(project: Path, ended: JobFolder) -> None:
    folder = ended.checkpoints_path / "checkpoint-4"
    job = start_training(a_config(), "demo", project=project, resume=os.path.relpath(folder))
    assert (job, resumed_from(job)) == (ended, str(folder))


def test_the_runs_of_a_work_dir_are_named(project: Path, ended: JobFolder) -> None:
    with pytest.raises(WorkbenchError, match="name one") as caught:
        start_training(a_config(), "demo", project=project, resume="work_dirs/demo")
    assert str(ended.path) in str(caught.value.fix)


def test_a_run_whose_data_is_gone_is_not_started_again(project: Path, ended: JobFolder) -> None:
    ended.config_path.write_text(dump_config(a_config(data_path="gone.json")), encoding="utf-8")
    with pytest.raises(WorkbenchError):
        start_training(a_config(), "demo", project=project, resume="auto")
    assert json.loads(ended.exit_path.read_text())["returncode"] == 1


def test_a_finished_run_is_not_trained_beyond_its_end(project: Path, ended: JobFolder) -> None:
    EventLog(ended.path).write(Finished())
    ended.exit_path.write_text('{"returncode": 0}')
    with pytest.raises(WorkbenchError, match="has finished"):
        start_training(a_config(), "demo", project=project, resume="auto")
    assert json.loads(ended.exit_path.read_text())["returncode"] == 0


def test_a_cut_checkpoint_is_refused_before_its_run_is_touched(project: Path, ended: JobFolder) -> None:
    EventLog(ended.path).write(Finished())
    ended.exit_path.write_text('{"returncode": 0}')
    before = {path: path.read_bytes() for path in ended.path.iterdir() if path.is_file()}
    folder = ended.checkpoints_path / "checkpoint-4"
    (folder / "optimizer.pt").write_bytes(b"cut")
    with pytest.raises(WorkbenchError, match=r"optimizer\.pt is missing, cut off"):
        start_training(a_config(), "demo", project=project, resume=str(folder))
    assert {path: path.read_bytes() for path in ended.path.iterdir() if path.is_file()} == before


def test_a_copied_checkpoint_that_lacks_something_is_refused_by_what_it_lacks(project: Path) -> None:
    (project / "copied").mkdir()
    with pytest.raises(WorkbenchError, match=r"trainer_state\.json is missing"):
        start_training(a_config(), "demo", project=project, resume="copied")
