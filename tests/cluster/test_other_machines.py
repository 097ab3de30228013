"""The job of a machine after the first: its checkpoints are elsewhere."""

from __future__ import annotations

from pathlib import Path

from tests.training.runs import new_job, tiny_config
from workbench.actions.train import _own
from workbench.commands.cancel import _without_checkpoint
from workbench.configs.cluster_settings import ClusterSettings
from workbench.jobs.folder import JobFolder
from workbench.training.lost_machines import lost_machine


def a_job(folder: Path, number: int) -> JobFolder:
    cluster = ClusterSettings(launcher="torchrun", nodes=2, node_rank=number, master_addr="10.0.0.1")
    return new_job(folder, tiny_config(Path("rows.json"), cluster=cluster))


def test_cancel_says_which_machine_has_the_checkpoints(tmp_path: Path) -> None:
    said = _without_checkpoint(job := a_job(tmp_path / "node_1" / "1", 1))
    assert "10.0.0.1" in said and f"--resume {job.path}" in said
    assert "nothing to resume" in _without_checkpoint(a_job(tmp_path / "1", 0))


def test_the_command_that_is_told_goes_on_with_this_machines_job(tmp_path: Path) -> None:
    own, first = a_job(tmp_path / "node_1" / "1", 1), a_job(tmp_path / "1", 0)
    elsewhere = tmp_path / "work_dirs" / "config"
    assert _own(str(own.path), elsewhere, tmp_path) == own
    assert _own(str(first.path), elsewhere, tmp_path) is None
    assert _own("auto", elsewhere, tmp_path) is None


def test_a_lost_machine_is_named_as_far_as_the_error_does(tmp_path: Path) -> None:
    job = a_job(tmp_path / "1", 0)
    text = "RuntimeError: [/p/gloo/transport/tcp/pair.cc:534] Connection closed by peer [10.0.0.2]:3342"
    assert lost_machine(text, job).what.startswith("The machine 10.0.0.2,")
    error = lost_machine("DistBackendError: ncclRemoteError: a remote process exited", job)
    assert error.what.startswith("Another machine,") and "--resume" in (error.fix or "")


def test_its_name_says_of_which_run_it_is(tmp_path: Path) -> None:
    assert JobFolder(tmp_path / "c" / "node_1" / "20260101_120000").id == "c/node_1/20260101_120000"
    assert JobFolder(tmp_path / "c" / "20260101_120000").id == "c/20260101_120000"
