"""A job that is asked to stop while its data is prepared ends at once and leaves nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.runs import new_job, run, tiny_config
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.write import prepare_into
from workbench.jobs.events import Finished
from workbench.paths import shipped
from workbench.training.preparing import PreparationStoppedError, preparation_events


@pytest.mark.parametrize("processes", [1, 2])
def test_a_stop_request_ends_the_preparation_and_nothing_is_left(rows: Path, tmp_path: Path, processes: int) -> None:
    job = new_job(tmp_path / "job", tiny_config(rows))
    request = PrepareRequest.of(tiny_config(rows))
    tell = preparation_events(job)

    def tell_and_ask(done: int, expected: int) -> None:
        tell(done, expected)
        job.stop_path.touch()

    with pytest.raises(PreparationStoppedError):
        tokenizer = LightTokenizer.from_folder(shipped("sample_data") / "model")
        prepare_into(tmp_path / "out" / "samples", request, tokenizer, request.files(), tell_and_ask, processes)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_training_that_is_asked_to_stop_before_it_begins_is_a_stopped_one(rows: Path, tmp_path: Path) -> None:
    job = new_job(tmp_path / "job", tiny_config(rows, max_length=61))
    job.stop_path.touch()
    made = run(job)
    assert (made.returncode, [event.stopped for event in made.of(Finished)]) == (0, [True])
    assert not job.checkpoints_path.exists() or made.checkpoints == []
