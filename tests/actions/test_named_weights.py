"""A training job stands for its recommended checkpoint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.jobs.recorded import recorded, write
from workbench.actions.named_weights import model_named, weights_named
from workbench.errors import WorkbenchError
from workbench.jobs.events import Checkpoint, Finished


@pytest.fixture
def checkpoint(project: Path) -> Path:
    """The checkpoint of a LoRA training of the sample model."""
    job = recorded(project, exit_code=0)
    write(job, Checkpoint(iter=4, step=4, path="checkpoints/checkpoint-4"))
    folder = job.checkpoints_path / "checkpoint-4"
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "owner/base"}))
    return folder


@pytest.mark.parametrize("reference", ["last", "demo", "demo/20260921_141320", "work_dirs/demo/20260921_141320"])
def test_a_job_is_the_adapter_that_it_trained_on_its_base(checkpoint: Path, project: Path, reference: str) -> None:
    assert model_named(reference, None, project) == ("owner/base", str(checkpoint))
    assert model_named("sample:model", reference, project) == ("sample:model", str(checkpoint))


def test_an_adapter_brings_its_base(checkpoint: Path, project: Path) -> None:
    assert model_named(str(checkpoint), None, project) == ("owner/base", str(checkpoint))


def test_a_model_and_an_adapter_can_be_one_word(checkpoint: Path, project: Path) -> None:
    assert model_named(f"sample:model+{checkpoint}", None, project) == ("sample:model", str(checkpoint))
    assert model_named("sample:model+demo", None, project) == ("sample:model", str(checkpoint))
    with pytest.raises(WorkbenchError, match="named twice"):
        model_named(f"sample:model+{checkpoint}", str(checkpoint), project)
    (project / "a+b").mkdir()
    assert model_named(str(project / "a+b"), None, project) == (str(project / "a+b"), None)


@pytest.mark.parametrize("name", ["sample:model", "owner/model"])
def test_a_model_stays_as_it_is(checkpoint: Path, project: Path, name: str) -> None:
    assert model_named(name, None, project) == (name, None)


def test_a_whole_model_that_was_trained_needs_no_other(checkpoint: Path, project: Path) -> None:
    (checkpoint / "adapter_config.json").rename(checkpoint / "config.json")
    assert model_named("last", None, project) == (str(checkpoint), None)


@pytest.mark.parametrize("name", ["./nowhere", "nowhere", "a/b/c"])
def test_what_is_neither_a_folder_nor_a_job_is_told(checkpoint: Path, project: Path, name: str) -> None:
    with pytest.raises(WorkbenchError, match="no such folder") as caught:
        weights_named(name, project)
    assert caught.value.where == name
    assert "workbench jobs" in (caught.value.fix or "")


def test_a_file_and_nothing_are_no_model(project: Path) -> None:
    (project / "q.json").write_text("[]")
    for name in (str(project / "q.json"), "", " "):
        with pytest.raises(WorkbenchError, match="no model's folder"):
            weights_named(name, project)


def test_a_job_that_is_no_training_is_what_it_made(checkpoint: Path, project: Path) -> None:
    merge = recorded(project, "merge-demo/20260921_141321", kind="merge", exit_code=0)
    with pytest.raises(WorkbenchError, match="made no weights"):
        weights_named("merge-demo", project)
    write(merge, Finished(results={"merged": str(project / "merged"), "seconds": 1.0}))
    assert weights_named("merge-demo", project) == weights_named(merge.id, project) == str(project / "merged")


def test_a_job_without_a_checkpoint_is_told(project: Path) -> None:
    recorded(project, exit_code=1)
    with pytest.raises(WorkbenchError, match="has no checkpoint"):
        weights_named("last", project)


@pytest.mark.parametrize("name", ["endpoint:mine", "http://127.0.0.1:8000/v1"])
def test_a_chat_service_is_told_where_it_is_asked(name: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="has no weights here") as told:
        weights_named(name, tmp_path)
    assert "workbench compare" in str(told.value.fix)
