"""A training that was interrupted goes on exactly as if it had not been."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from workbench.configs.files import load_config
from workbench.jobs.events import Checkpoint, Failed, Finished, Sample, Score, Started, Step, Warned
from workbench.jobs.folder import JobFolder

pytestmark = pytest.mark.heavy

WEIGHTS = {"full": "model.safetensors", "lora": "adapter_model.safetensors", "qlora": "adapter_model.safetensors"}


def assert_same_from(whole: Run, resumed: Run, step: int, weights: str = WEIGHTS["lora"]) -> None:
    """The same losses, gradients, rates and final weights, to the last bit."""
    assert resumed.returncode == 0, resumed.job.log_path.read_text()[-3000:]
    assert min(resumed.losses) == step + 1
    assert resumed.losses == {number: loss for number, loss in whole.losses.items() if number > step}
    rates = {event.step: event.lr for event in whole.of(Step)}
    assert all(event.lr == rates[event.step] for event in resumed.of(Step))
    last = max(whole.losses)
    assert (resumed.checkpoint(last) / weights).read_bytes() == (whole.checkpoint(last) / weights).read_bytes()


MIDDLE_OF_EPOCH = {"save_steps": 6, "step": 3}
END_OF_EPOCH = {"save_steps": 7, "step": 4}


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(
            {"method": "full", "deepspeed": "none", "group_by_length": True, "max_iters": 11, **MIDDLE_OF_EPOCH},
            id="full, alike lengths together, ended by max_iters",
        ),
        pytest.param({"method": "full", "deepspeed": "zero2", **END_OF_EPOCH}, id="full zero2"),
        pytest.param({"method": "lora", "deepspeed": "zero3", **MIDDLE_OF_EPOCH}, id="lora zero3"),
        pytest.param({"method": "qlora", "nproc": 2, "save_steps": 4, "step": 2}, id="qlora zero2 on two"),
        pytest.param(
            {
                "method": "lora",
                "deepspeed": "none",
                "pack_to_max_length": True,
                "use_varlen_attn": True,
                "batch_size": 2,
                "dataloader_num_workers": 1,
                "logging_interval": 2,
                **MIDDLE_OF_EPOCH,
            },
            id="packs from a worker, logged at times",
        ),
    ],
)
def test_goes_on_exactly(settings: dict[str, Any], rows: Path, tmp_path: Path) -> None:
    settings = {"lr": 3e-4, **settings}
    step = settings.pop("step")
    ranks = settings.get("nproc", 1)
    whole = run(new_job(tmp_path / "whole", tiny_config(rows, **settings)), ranks=ranks)
    resumed = run(killed_after(whole, step, tmp_path / "killed"), "--resume", "auto", ranks=ranks)
    assert_same_from(whole, resumed, step, WEIGHTS[settings["method"]])


def test_goes_on_exactly_after_an_epoch(plain: Run, tmp_path: Path) -> None:
    resumed = run(killed_after(plain, 4, tmp_path / "killed"), "--resume", "auto")
    assert_same_from(plain, resumed, 4)
    assert resumed.of(Started)[0].facts[0] == "Goes on from checkpoint-4, optimiser step 4 of 8."


def test_goes_on_with_the_same_answers_scores_and_checkpoints(watched: Run, tmp_path: Path) -> None:
    resumed = run(killed_after(watched, 3, tmp_path / "killed"), "--resume", "auto")
    assert_same_from(watched, resumed, 3)
    (started,) = resumed.of(Started)
    assert started.resumed_from_iter == 6
    for kind in (Sample, Score, Checkpoint):
        later = [event.model_dump(exclude={"time"}) for event in watched.of(kind) if (event.iter or 0) > 6]
        assert later
        assert [event.model_dump(exclude={"time"}) for event in resumed.of(kind)] == later
    assert resumed.of(Finished)[0].results | {"seconds": 0} == watched.of(Finished)[0].results | {"seconds": 0}


def test_stopping_saves_and_going_on_is_exact(watched: Run, tmp_path: Path) -> None:
    job = new_job(tmp_path / "job", load_config(watched.job.config_path))
    job.stop_path.touch()
    stopped = run(job)
    assert stopped.returncode == 0
    assert stopped.of(Finished)[0].stopped
    assert stopped.losses == {1: watched.losses[1]}
    assert stopped.checkpoints == ["checkpoint-1"]
    assert [sample.iter for sample in stopped.of(Sample)] == [0, 0], "leaving must not take the time of answers"
    job.stop_path.unlink()
    resumed = run(job, "--resume", "auto")
    assert_same_from(watched, resumed, 1)
    assert [sample.iter for sample in resumed.of(Sample)][:2] == [2, 2]
    assert [score.iter for score in resumed.of(Score)][:2] == [2, 2]
    assert not resumed.of(Finished)[0].stopped


def test_stopping_two_processes_saves_at_the_same_step(rows: Path, tmp_path: Path) -> None:
    job = new_job(tmp_path / "job", tiny_config(rows, method="lora", nproc=2))
    job.stop_path.touch()
    stopped = run(job, ranks=2)
    assert stopped.returncode == 0
    assert stopped.checkpoints == ["checkpoint-1"]


def cut(checkpoint: Path) -> str:
    path = next((checkpoint / "global_step7").glob("*_optim_states.pt"))
    path.write_bytes(path.read_bytes()[:-100])
    return path.name


def lose_state(checkpoint: Path) -> str:
    (checkpoint / "trainer_state.json").unlink()
    return "trainer_state.json"


@pytest.mark.parametrize("damage", [cut, lose_state])
def test_a_torn_newest_checkpoint_is_passed_over(damage: Callable[[Path], str], watched: Run, tmp_path: Path) -> None:
    job = killed_after(watched, 7, tmp_path / "killed")
    name = damage(job.checkpoints_path / "checkpoint-7")
    resumed = run(job, "--resume", "auto")
    (warned,) = resumed.of(Warned)
    assert name in warned.message
    assert warned.where == str(job.checkpoints_path / "checkpoint-7")
    assert "from checkpoint-3 instead" in (warned.fix or "")
    again = "Optimiser steps that are done again: 4–7. Not whole: checkpoint-7."
    assert resumed.of(Started)[0].facts[0] == f"Goes on from checkpoint-3, optimiser step 3 of 8. {again}"
    assert_same_from(watched, resumed, 3)


def test_without_a_complete_checkpoint_it_begins_anew_and_says_so(plain: Run, tmp_path: Path) -> None:
    job = killed_after(plain, 4, tmp_path / "killed")
    lose_state(job.checkpoints_path / "checkpoint-4")
    resumed = run(job, "--resume", "auto")
    assert "begins anew" in resumed.of(Warned)[-1].message
    assert resumed.of(Started)[0].resumed_from_iter == 0
    assert resumed.losses == plain.losses


def test_going_on_with_a_finished_run_ends_at_once(plain: Run, tmp_path: Path) -> None:
    resumed = run(killed_after(plain, 8, tmp_path / "job"), "--resume", "auto")
    assert resumed.returncode == 0
    assert not resumed.losses
    assert resumed.of(Started)[0].facts[0] == "Goes on from checkpoint-8, optimiser step 8 of 8."
    assert resumed.of(Finished)[0].results["recommended"] == "checkpoints/checkpoint-8"


def test_a_checkpoint_can_be_named(watched: Run, tmp_path: Path) -> None:
    job = killed_after(watched, 8, tmp_path / "job")
    resumed = run(job, "--resume", str(job.checkpoints_path / "checkpoint-3"))
    assert_same_from(watched, resumed, 3)


def failure(job: JobFolder, *options: str) -> Failed:
    failed = run(job, *options)
    assert failed.returncode == 1
    assert not failed.losses
    assert "Traceback" not in job.log_path.read_text().rsplit("train_runtime", 1)[-1]
    return failed.of(Failed)[0]


def test_a_folder_that_is_no_checkpoint_is_refused(watched: Run, tmp_path: Path) -> None:
    job = killed_after(watched, 3, tmp_path / "job")
    failed = failure(job, "--resume", str(job.checkpoints_path))
    assert "trainer_state.json" in failed.reason
    assert failed.where == str(job.checkpoints_path)


def test_a_run_begun_without_deepspeed_goes_on_without_it(plain: Run, tmp_path: Path) -> None:
    job = killed_after(plain, 4, tmp_path / "killed")
    text = job.config_path.read_text(encoding="utf-8")
    job.config_path.write_text(text.replace("deepspeed: none", "deepspeed: deepspeed_zero2"), encoding="utf-8")
    resumed = run(job, "--resume", "auto")
    assert_same_from(plain, resumed, 4)
    assert any("goes on as it was begun" in fact for fact in resumed.of(Started)[0].facts)


def test_a_run_begun_under_deepspeed_is_not_begun_anew_without_it(watched: Run, tmp_path: Path) -> None:
    job = killed_after(watched, 3, tmp_path / "job")
    text = job.config_path.read_text(encoding="utf-8")
    job.config_path.write_text(text.replace("deepspeed: deepspeed_zero2", "deepspeed: none"), encoding="utf-8")
    failed = failure(job, "--resume", "auto")
    assert "saved under DeepSpeed" in failed.reason
    assert failed.where == str(job.checkpoints_path / "checkpoint-3")
