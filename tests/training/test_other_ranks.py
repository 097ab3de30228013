"""A run goes on with other processes, and under another ZeRO stage, as it would have without a break."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from workbench.actions.take_over import settings_of_now
from workbench.configs.files import load_config
from workbench.errors import WorkbenchError
from workbench.jobs.events import Started, Step, Warned
from workbench.training.other_ranks import Split, split_among

NOWHERE = Path("checkpoint")


@pytest.mark.parametrize(
    ("begun", "now", "split"),
    [(1, 2, Split(4, 1)), (2, 1, Split(4, 4)), (1, 4, Split(2, 1)), (4, 8, Split(4, 1)), (1, 8, Split(1, 1))],
)
def test_a_step_keeps_its_samples(begun: int, now: int, split: Split) -> None:
    assert split_among(4, 2, begun=begun, now=now, where=NOWHERE) == split
    assert split.batch_size * split.accumulative_counts * now == 4 * 2 * begun


def test_samples_that_cannot_be_shared_are_refused_with_what_can() -> None:
    with pytest.raises(WorkbenchError) as error:
        split_among(4, 2, begun=1, now=3, where=NOWHERE)
    assert "1, 2, 4, 8" in (error.value.fix or "")


def edited(whole: Run, folder: Path, old: str, new: str) -> Any:
    """A run that was killed after its second step, with another DeepSpeed preset in its config."""
    job = killed_after(whole, 2, folder)
    text = job.config_path.read_text(encoding="utf-8")
    assert old in text
    job.config_path.write_text(text.replace(old, new), encoding="utf-8")
    return job


@pytest.mark.heavy
def test_zero_2_on_two_goes_on_under_zero_3_on_one_and_back(rows: Path, tmp_path: Path) -> None:
    settings = {"method": "lora", "deepspeed": "zero2", "accumulative_counts": 1, "save_steps": 2, "nproc": 2}
    settings["max_dataset_length"] = 24  # an epoch without a last step that several processes fill up
    settings["lora"] = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0}
    whole = run(new_job(tmp_path / "whole", tiny_config(rows, **settings)), ranks=2)
    assert whole.returncode == 0, whole.job.log_path.read_text()[-3000:]
    job = edited(whole, tmp_path / "killed", "deepspeed: deepspeed_zero2", "deepspeed: deepspeed_zero3")
    alone = run(job, "--resume", "auto")
    assert_close(whole, alone, 2)
    assert any("now: 1; batch_size 4" in event.message for event in alone.of(Warned))
    assert alone.of(Started)[0].resumed_from_iter == 2
    again = run(edited(alone, tmp_path / "again", "deepspeed_zero3", "deepspeed_zero2"), "--resume", "auto", ranks=2)
    assert_close(whole, again, 2)


@pytest.mark.heavy
def test_without_deepspeed_it_goes_on_on_two(plain: Run, tmp_path: Path) -> None:
    two = run(killed_after(plain, 4, tmp_path / "killed"), "--resume", "auto", ranks=2)
    assert_close(plain, two, 4, rel=0.01, last=7)  # dropout draws other numbers; the epoch's last step is filled up


@pytest.mark.heavy
def test_half_the_batch_under_another_zero_stage_goes_on_in_the_middle_of_an_epoch(rows: Path, tmp_path: Path) -> None:
    settings = {"method": "lora", "deepspeed": "zero2", "save_steps": 6, "max_iters": 11, "evaluation_freq": 6}
    settings["lora"] = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0}
    whole = run(new_job(tmp_path / "whole", tiny_config(rows, **settings)))
    job, own = killed_after(whole, 3, tmp_path / "killed"), load_config(whole.job.config_path)
    given = own.model_copy(update={"batch_size": 2, "accumulative_counts": 4, "deepspeed": "deepspeed_zero3"})
    now = settings_of_now(job, own, given, "auto", frozenset({"batch_size", "accumulative_counts", "deepspeed"}))
    assert now.config.max_iters == 22
    now.note_batch(job, own)
    job.config_path.write_text(now.text, encoding="utf-8")
    resumed = run(job, "--resume", "auto")
    assert_close(whole, resumed, 3)
    assert set(resumed.losses) == {4, 5, 6}
    assert [step.iter for step in resumed.of(Step)] == [step.iter for step in whole.of(Step)][3:]
    assert resumed.checkpoints == whole.checkpoints


def assert_close(whole: Run, resumed: Run, step: int, rel: float = 1e-4, last: int = 100) -> None:
    assert resumed.returncode == 0, resumed.job.log_path.read_text()[-3000:]
    assert min(resumed.losses) == step + 1
    for number, (loss, norm) in resumed.losses.items():
        if number > last:
            continue
        assert loss == pytest.approx(whole.losses[number][0], rel=rel)
        assert norm == pytest.approx(whole.losses[number][1], rel=max(rel * 20, 0.05))
