"""Where a training runs: the config, XTuner's names in the environment, and the command that follows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.actions.launch_hostfile import hostfile_command, read_hostfile
from workbench.actions.launch_training import node_folder, planned_process_count, process_count, training_command
from workbench.configs.cluster_environment import settled
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError

SECOND_OF_TWO = {"NNODES": "2", "NODE_RANK": "1", "ADDR": "10.0.0.1", "PORT": "29400", "NPROC_PER_NODE": "8"}


def a_config(nproc: int | str = "auto", **cluster: Any) -> TrainConfig:
    return TrainConfig.model_validate(
        {"pretrained_model_name_or_path": "m", "data_path": "d.json", "nproc": nproc, "cluster": cluster}
    )


def test_xtuners_names_make_the_command_of_each_machine() -> None:
    config = settled(a_config(), SECOND_OF_TWO)
    assert training_command(config) == [
        sys.executable,
        "-P",
        "-m",
        "workbench.training.meeting",
        "{job}",
        sys.executable,
        "-P",
        "-m",
        "torch.distributed.run",
        "--nnodes=2",
        "--node-rank=1",
        "--nproc-per-node=8",
        "--master-addr=10.0.0.1",
        "--master-port=29400",
        "-m",
        "workbench.training",
        "{job}",
    ]
    assert process_count(config) == 16
    assert node_folder(config, Path("w")) == Path("w/node_1")
    assert node_folder(settled(a_config(), {**SECOND_OF_TWO, "NODE_RANK": "0"}), Path("w")) == Path("w")


def test_the_config_comes_before_the_environment() -> None:
    config = settled(a_config(nproc=2, nodes=4, node_rank=3, master_addr="first", master_port=1234), SECOND_OF_TWO)
    cluster = config.cluster
    assert (config.nproc, cluster.nodes, cluster.node_rank) == (2, 4, 3)
    assert (cluster.master_addr, cluster.master_port) == ("first", 1234)


def test_one_machine_needs_nothing_of_it() -> None:
    config = a_config()
    assert settled(config, {"PORT": "29400", "ADDR": "10.0.0.1", "NNODES": "1"}) == config
    assert settled(config, {"NPROC_PER_NODE": "2"}).nproc == 2


@pytest.mark.parametrize(
    ("cluster", "environment", "where"),
    [
        ({"nodes": 2, "master_addr": "a"}, {}, "cluster.node_rank"),
        ({"nodes": 2, "master_addr": "a", "node_rank": 2}, {}, "cluster.node_rank"),
        ({"nodes": 2, "node_rank": 0}, {}, "cluster.master_addr"),
        ({"launcher": "local", "nodes": 2}, {}, "cluster.launcher"),
        ({"launcher": "hostfile"}, {}, "cluster.hostfile"),
        ({}, {"NNODES": "two"}, "NNODES"),
        ({}, {"NPROC_PER_NODE": "0"}, "NPROC_PER_NODE"),
        ({}, {**SECOND_OF_TWO, "PORT": "65536"}, "PORT"),
    ],
)
def test_what_is_missing_or_no_number_is_told(cluster: dict[str, Any], environment: dict[str, str], where: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        settled(a_config(**cluster), environment)
    assert caught.value.where == where
    assert caught.value.fix


def test_a_hostfile_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("# two machines\nfirst slots=8\n\n10.0.0.2   slots=4  # the small one\n")
    assert read_hostfile(path) == {"first": 8, "10.0.0.2": 4}
    assert process_count(a_config(launcher="hostfile", hostfile=str(path))) == 12
    assert planned_process_count(a_config(hostfile=str(path))) == 12
    assert planned_process_count(a_config(nproc=2, hostfile=str(path))) == 4  # so many of each, as DeepSpeed takes it


def test_the_processes_of_all_machines_are_planned_with_also_before_each_knows_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert planned_process_count(a_config(nproc=8, nodes=2)) == 16
    assert planned_process_count(a_config(nproc=8, launcher="slurm", nodes=4)) == 32
    assert planned_process_count(a_config(nproc=2, hostfile="missing")) == 2
    for name, value in SECOND_OF_TWO.items():
        monkeypatch.setenv(name, value)
    assert planned_process_count(a_config()) == 16


@pytest.mark.parametrize(
    ("text", "line"), [("a slots=8\nb slots=0\n", 2), ("a\n", 1), ("a slots=1\n\na slots=2\n", 3), ("-oX slots=1\n", 1)]
)
def test_a_line_that_is_no_machine_is_named(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "hosts"
    path.write_text(text)
    with pytest.raises(WorkbenchError) as caught:
        read_hostfile(path)
    assert caught.value.where == f"{path}:{line}"


def test_machines_that_ssh_does_not_reach_are_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("localhost.invalid slots=1\n")
    config = a_config(launcher="hostfile", hostfile=str(hosts), master_port=29400)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with pytest.raises(WorkbenchError, match="pdsh is not installed"):
        training_command(config)
    (tmp_path / "pdsh").write_text("")
    (tmp_path / "pdsh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(WorkbenchError, match=r"localhost\.invalid: ") as caught:
        hostfile_command(config)
    assert caught.value.where == "cluster.hostfile"
