"""The journey by hand, a command after the other: stop in the middle, resume, convert, merge, ask."""

from __future__ import annotations

import pytest

from tests.e2e.project import SAMPLE_CONFIG, Project, steps_of, wait_for_steps
from workbench.devices import gpu_count
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import members_of_session, session_of
from workbench.jobs.state import JobState, state_of
from workbench.paths import user_cache

pytestmark = [pytest.mark.heavy, pytest.mark.serial]


@pytest.fixture(scope="module")
def project(shared_project: Project) -> Project:
    shared_project.make_data(rows=160)
    shared_project.run("copy-cfg", SAMPLE_CONFIG, "configs", "--set", "max_epochs=2", "--set", "save_steps=8")
    return shared_project


@pytest.fixture(scope="module")
def stopped(project: Project) -> JobFolder:
    """A training that was asked to save and end while it was at work."""
    config = f"configs/{SAMPLE_CONFIG}_copy.yaml"
    started = project.json("train", config, "--deepspeed", "zero2", "--detach")
    job = JobFolder(project.folder / started["path"])
    wait_for_steps(job, 9)
    session = session_of(job.record.pid or 0)
    assert session is not None
    result = project.run("cancel", "last")
    assert "--resume" in result.stdout
    assert not members_of_session(session)
    return job


def test_cancel_saves_a_checkpoint_and_says_how_to_go_on(stopped: JobFolder) -> None:
    assert state_of(stopped) is JobState.STOPPED
    steps = [step.step for step in steps_of(stopped)]
    assert len(steps) < 80
    assert (stopped.checkpoints_path / f"checkpoint-{steps[-1]}").is_dir()


def test_nothing_was_compiled_for_it_where_there_is_no_gpu(stopped: JobFolder) -> None:
    """Also not by processes that DeepSpeed's launcher started: it takes a compiler, and most of a minute."""
    (folder,) = (user_cache() / "built_ops").iterdir()
    assert gpu_count() > 0 or not [path for path in folder.iterdir() if path.is_dir()]


def test_a_stopped_training_is_resumed_converted_merged_and_asked(project: Project, stopped: JobFolder) -> None:
    before = steps_of(stopped)[-1].step
    resumed = project.run("train", f"configs/{SAMPLE_CONFIG}_copy.yaml", "--resume")
    assert "recommended" in resumed.stdout
    after = [step.step for step in steps_of(stopped)]
    assert after == list(range(1, 81)), "every step once: none lost, none twice"
    assert before < 80

    project.run("convert", "last", "adapter")
    assert (project.folder / "adapter" / "adapter_model.safetensors").is_file()
    project.run("merge", "auto", "adapter", "merged")
    scores = project.json("evaluate", "merged", "--identity-probes", "identity.probes.json")
    assert scores["identity merged"] >= 0.6, "80 steps are few, but they taught it"
    said = project.json("chat", "merged", "--message", "你是谁", "--temperature", "0")
    assert "小明" in said["answer"]

    kinds = [row["kind"] for row in project.json_list("jobs")]
    assert kinds == ["evaluate", "merge", "convert", "train"]
