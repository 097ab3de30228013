"""``train --fit`` as a whole: the batch is tried in processes of its own, told, and then trained with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.runs import tiny_config
from tests.training.seeing_runs import seeing_config, write_picture_rows
from workbench.actions.fit import FitWish
from workbench.actions.train import start_training
from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
from workbench.data.conversation import Conversation
from workbench.data.read import open_file
from workbench.data.sources import sources_of
from workbench.jobs.events import Event, Failed, Step, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import wait_until_over
from workbench.jobs.tail import EventTail
from workbench.training.probe_config import probe_config

pytestmark = pytest.mark.heavy
SMALL: dict[str, Any] = {
    "method": "lora",
    "deepspeed": "none",
    "batch_size": 1,
    "accumulative_counts": 2,
    "max_iters": 2,
}


def fitted(config: TrainConfig, project: Path, most: int) -> tuple[JobFolder, list[Event]]:
    job = start_training(config, "fit", project=project, fit=FitWish(most))
    assert wait_until_over(job, 300)
    return job, list(EventTail(job.events_path).rest())


def test_a_batch_that_fits_is_taken_and_the_rows_of_a_step_stay(rows: Path, tmp_path: Path) -> None:
    job, events = fitted(tiny_config(rows, **SMALL), tmp_path, 8 * 10**9)
    config = load_config(job.config_path)
    assert (config.batch_size, config.accumulative_counts, config.max_length) == (2, 1, 64)
    assert any(
        "batch_size 1 → 2, accumulative_counts 2 → 1, max_iters 2 → 1" in one.message
        for one in events
        if isinstance(one, Warned) and one.is_note
    )
    assert [one.iter for one in events if isinstance(one, Step)][-1] == 1
    assert not list(job.path.glob("probe-*"))


def test_where_not_even_one_row_fits_nothing_is_trained(rows: Path, tmp_path: Path) -> None:
    job, events = fitted(tiny_config(rows, **SMALL), tmp_path, 10**7)
    (failed,) = (one for one in events if isinstance(one, Failed))
    assert failed.reason == "Not even one row of 8 tokens fits into 10.0 MB."
    assert failed.where == "max_length" and failed.hint
    assert not any(isinstance(one, Step) for one in events)
    assert load_config(job.config_path).batch_size == 1


def test_a_model_that_sees_is_tried_with_a_picture_in_every_row(tmp_path: Path) -> None:
    config = seeing_config(write_picture_rows(tmp_path), **SMALL, max_length=32)
    (tmp_path / "probe").mkdir()
    tried = probe_config(config, tmp_path / "probe", batch_size=2, length=32, processes=1)
    (file,) = (file for source in sources_of(tried) for file in source.files())
    samples = [row.sample for row in open_file(file.path, file.choice).rows]
    assert len(samples) == 8
    assert all(isinstance(sample, Conversation) and len(sample.images) == 1 for sample in samples)
    assert tried.image_folder == str(tmp_path / "probe")
    job, events = fitted(config, tmp_path, 8 * 10**9)
    assert load_config(job.config_path).batch_size == 2
    assert [one.iter for one in events if isinstance(one, Step)][-1] == 1
