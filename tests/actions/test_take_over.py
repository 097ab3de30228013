"""What is given with --resume is taken over where it changes nothing that is learned; the rest is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.actions.test_train import a_config
from tests.jobs.recorded import recorded
from tests.training.checkpoints_on_disk import save_checkpoint
from workbench.actions.fit import FitWish
from workbench.actions.train import start_training
from workbench.configs.files import dump_config, load_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.jobs.events import Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail
from workbench.training.begun_batch import as_counted

BEGUN = {"batch_size": 4, "accumulative_counts": 2, "max_iters": 11, "save_steps": 6}


def ended(
    project: Path, *, zero_stage: int = 0, ranks: int = 1, named: list[str] | None = None, **changes: Any
) -> JobFolder:
    """A run that has ended, with a checkpoint."""
    job = recorded(project, exit_code=1)
    job.config_path.write_text(dump_config(a_config(**BEGUN | changes)), encoding="utf-8")
    if named is not None:
        job.write_record(job.record.model_copy(update={"arguments": {"named": named}}))
    save_checkpoint(job.checkpoints_path, 4, zero_stage=zero_stage, ranks=ranks)
    return job


def go_on(project: Path, *, named: list[str] | None = None, **given: Any) -> None:
    """With a config file in which the batch is that of the beginning, if nothing else is given; it ends at once."""
    names = None if named is None else frozenset(named)
    start_training(a_config(**BEGUN | given), "demo", project=project, resume="auto", named=names)
    (project / "work_dirs" / "demo" / "20260921_141320" / "exit.json").write_text('{"returncode": 1}')


def own(job: JobFolder) -> TrainConfig:
    return load_config(job.config_path)


def said(job: JobFolder) -> str:
    return "\n".join(
        f"{event.message} {event.fix}" for event in EventTail(job.events_path).poll() if isinstance(event, Warned)
    )


def test_what_is_learned_stays_and_the_rest_is_taken_over(project: Path) -> None:
    job = ended(project)
    job.config_path.write_text("# mine\n" + job.config_path.read_text(encoding="utf-8"), encoding="utf-8")
    harmless = {"use_activation_checkpointing": True, "save_total_limit": 9, "on_bad_loss": "warn", "nproc": 2}
    go_on(project, lr=1e-3, max_epochs=9, **harmless)
    assert own(job) == a_config(**BEGUN | harmless)
    assert job.config_path.read_text(encoding="utf-8").startswith("# mine\n")
    assert "2" in job.record.command
    assert "nproc auto → 2" in said(job)
    assert "not taken over: lr, max_epochs" in said(job)


def test_another_batch_counts_its_own_iterations_and_the_run_goes_on_counting_those_of_its_beginning(
    project: Path,
) -> None:
    job = ended(project)
    for _time in range(2):  # the same command line again changes nothing more
        go_on(project, batch_size=2, accumulative_counts=4)
        assert own(job) == a_config(
            batch_size=2, accumulative_counts=4, max_iters=22, save_steps=12, evaluation_freq=1000
        )
        assert as_counted(own(job), job.path).max_iters == 11
    assert said(job).count("batch_size 4 → 2, accumulative_counts 2 → 4, save_steps 6 → 12") == 1
    go_on(project)
    assert own(job) == a_config(**BEGUN)


def test_a_batch_with_which_a_step_has_other_rows_is_not_taken_over(project: Path) -> None:
    job = ended(project)
    go_on(project, batch_size=2)
    assert own(job) == a_config(**BEGUN)
    assert "not taken over: batch_size. Give batch_size and accumulative_counts together" in said(job)


def test_what_an_earlier_command_line_named_stays_what_the_file_says_now_counts(project: Path) -> None:
    job = ended(project, zero_stage=3, deepspeed="zero3", named=["deepspeed"])
    go_on(project, named=["save_total_limit"], save_total_limit=9, logging_interval=7)
    assert own(job) == a_config(**BEGUN, deepspeed="zero3", save_total_limit=9, logging_interval=7)
    assert job.record.arguments == {"named": ["deepspeed", "save_total_limit"]}


def test_a_batch_that_was_fitted_stays(project: Path) -> None:
    job = start_training(a_config(), "demo", project=project, fit=FitWish(), named=frozenset({"lr"}))
    fitted = a_config(batch_size=4, accumulative_counts=4, save_steps=125, evaluation_freq=125)
    job.config_path.write_text(dump_config(fitted), encoding="utf-8")
    save_checkpoint(job.checkpoints_path, 4)
    job.exit_path.write_text('{"returncode": 1}')
    start_training(a_config(), "demo", project=project, resume="auto", named=frozenset())
    assert own(job) == fitted


def test_without_a_checkpoint_everything_is_taken_over(project: Path) -> None:
    job = ended(project)
    (job.checkpoints_path / "checkpoint-4" / "optimizer.pt").write_bytes(b"torn")
    go_on(project, method="lora", batch_size=1, lr=1e-3)
    assert own(job) == a_config(**BEGUN | {"method": "lora", "batch_size": 1, "lr": 1e-3})


@pytest.mark.parametrize(
    ("begun", "given"),
    [("zero2", "zero3"), ("zero3", "zero1"), ("auto", "zero3_offload")],
)
def test_another_zero_stage_is_taken_over(project: Path, begun: str, given: str) -> None:
    job = ended(project, zero_stage=2, deepspeed=begun)
    go_on(project, deepspeed=given)
    assert own(job).deepspeed == f"deepspeed_{given}"


@pytest.mark.parametrize(
    ("begun", "given", "way"),
    [
        ({"deepspeed": "zero2", "zero_stage": 2}, {"deepspeed": "none"}, "--deepspeed zero2"),
        ({"deepspeed": "none"}, {"deepspeed": "zero2"}, "without --deepspeed"),
        ({"deepspeed": "zero2", "zero_stage": 2, "optim_type": "Lion"}, {"deepspeed": "zero3"}, "preset that it was"),
        ({}, {"nproc": 3}, "1, 2, 4, 8"),
        ({"deepspeed": "zero2", "zero_stage": 2, "new_tokens": ["<a>"]}, {"deepspeed": "zero3"}, ""),
    ],
)
def test_what_a_checkpoint_cannot_bear_is_refused_with_what_it_can(
    project: Path, begun: dict[str, Any], given: dict[str, Any], way: str
) -> None:
    job = ended(project, **begun)
    before = job.config_path.read_bytes()
    with pytest.raises(WorkbenchError) as error:
        go_on(project, **given)
    assert way in (error.value.fix or "")
    assert job.config_path.read_bytes() == before


def test_a_paused_run_is_let_go_on_instead(project: Path) -> None:
    job = ended(project)
    job.write_record(job.record.model_copy(update={"waiting": True}))
    job.exit_path.unlink()
    job.pause_path.touch()
    with pytest.raises(WorkbenchError) as error:
        go_on(project)
    assert "workbench unpause demo/20260921_141320" in (error.value.fix or "")
