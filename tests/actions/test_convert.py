"""Converting begins with the checkpoint that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.recorded import recorded, write
from workbench.actions.convert import checkpoint_of, start_convert
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.jobs.events import Checkpoint, Score
from workbench.jobs.folder import JobFolder
from workbench.paths import resolve_model


@pytest.fixture
def job(project: Path) -> JobFolder:
    """A training whose second checkpoint of three is the best."""
    job = recorded(project, exit_code=0)
    write(job, Score(name="retention", value=1.0, right=10, total=10, iter=0))
    for iteration, identity in ((4, 0.5), (8, 1.0), (12, 0.9)):
        path = f"checkpoints/checkpoint-{iteration}"
        (job.path / path).mkdir(parents=True)
        write(job, Checkpoint(iter=iteration, step=iteration, path=path))
        for name, value in (("identity", identity), ("retention", 1.0)):
            write(job, Score(name=name, value=value, right=int(value * 10), total=10, iter=iteration))
    return job


@pytest.mark.parametrize("reference", ["last", "demo", "demo/20260921"])
def test_a_job_means_its_recommended_checkpoint(job: JobFolder, project: Path, reference: str) -> None:
    assert checkpoint_of(reference, project) == job.checkpoints_path / "checkpoint-8"


def test_a_jobs_folder_means_its_recommended_checkpoint(job: JobFolder, project: Path) -> None:
    assert checkpoint_of(str(job.path), project) == job.checkpoints_path / "checkpoint-8"


def test_a_checkpoint_folder_means_itself(job: JobFolder, project: Path) -> None:
    folder = job.checkpoints_path / "checkpoint-4"
    assert checkpoint_of(str(folder.relative_to(project)), project) == folder


def test_a_checkpoint_that_was_removed_is_not_recommended(job: JobFolder, project: Path) -> None:
    (job.checkpoints_path / "checkpoint-8").rmdir()
    assert checkpoint_of("last", project) == job.checkpoints_path / "checkpoint-12"


def test_a_job_without_checkpoints_is_told(project: Path) -> None:
    job = recorded(project, exit_code=1)
    with pytest.raises(WorkbenchError, match="has no checkpoint") as caught:
        checkpoint_of("last", project)
    assert f"workbench attach {job.id}" in (caught.value.fix or "")


def test_the_result_goes_beside_the_training(job: JobFolder, project: Path) -> None:
    (job.results_path / "checkpoint-8").mkdir(parents=True)
    record = start_convert("last", project=project).record
    assert (record.kind, record.name) == ("convert", "convert-demo-checkpoint-8")
    assert record.arguments == {
        "checkpoint": str(job.checkpoints_path / "checkpoint-8"),
        "target": str(job.results_path / "checkpoint-8-2"),
        "overwrite": False,
        "save_format": "xtuner",
    }


def test_the_result_goes_where_the_user_says(job: JobFolder, project: Path) -> None:
    arguments = start_convert("last", Path("adapter"), project=project, overwrite=True).record.arguments
    assert (arguments["target"], arguments["overwrite"]) == (str(project / "adapter"), True)


def test_a_layout_of_llava_models_is_for_these_only(job: JobFolder, project: Path) -> None:
    with pytest.raises(WorkbenchError, match="holds no projector"):
        start_convert("last", project=project, save_format="huggingface")


@pytest.mark.parametrize(("given", "base"), [({}, resolve_model("sample:model")), ({"base": "owner/one"}, "owner/one")])
def test_one_llava_model_is_made_with_the_models_that_are_noted_or_named(
    job: JobFolder, project: Path, given: dict[str, str], base: str
) -> None:
    checkpoint = job.checkpoints_path / "checkpoint-8"
    (checkpoint / "projector").mkdir()
    (checkpoint / "projector" / "config.json").write_text("{}")
    write_provenance(checkpoint, Provenance(base_model="sample:model", visual_encoder="owner/tower"))
    arguments = start_convert("last", project=project, save_format="official", **given).record.arguments
    assert (arguments["base"], arguments["visual_encoder"]) == (base, "owner/tower")
    assert arguments["save_format"] == "official"
