"""``workbench data check``, run as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from tests.data.checks.rows import Q, plain_rows, row
from tests.data.conftest import Write

UNENDED = row(Q, ("assistant", "A"), ("user", "And?"))


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        ([*plain_rows(9), UNENDED], (), 0),
        ([*plain_rows(9), UNENDED], ("--strict",), 1),
        ([*plain_rows(9), *plain_rows(1)], ("--strict",), 0),
        ([*plain_rows(9), "no object"], (), 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_finding(
    write: Write, tmp_path: Path, rows: list[object], options: tuple[str, ...], code: int
) -> None:
    write(rows)
    assert workbench("data", "check", "data.json", *options, cwd=tmp_path).returncode == code


def test_a_tokenizer_without_a_config_gives_lengths_and_packs(write: Write, tmp_path: Path) -> None:
    write(plain_rows(9))
    options = ("--tokenizer", "sample:model", "--prompt-template", "internlm2_chat", "--max-length", "64", "--json")
    shown = json.loads(workbench("data", "check", "data.json", *options, cwd=tmp_path).stdout)
    assert shown["packs"]["max_length"] == 64
    assert shown["lengths"]["histogram"]


def test_several_paths_or_only_a_config_can_be_named(write: Write, tmp_path: Path) -> None:
    write(plain_rows(2), "a.json")
    write(plain_rows(3), "b.json")
    shown = json.loads(workbench("data", "check", "a.json", "b.json", "--json", cwd=tmp_path).stdout)
    assert shown["rows"] == 5
    config = {"pretrained_model_name_or_path": "sample:model", "data_path": "b.json", "prompt_template": "vicuna"}
    config["cluster"] = {"launcher": "torchrun", "nodes": 2, "node_rank": 0, "master_addr": "10.0.0.1"}
    write(config | {"nproc": 2}, "my.yaml")
    shown = json.loads(workbench("data", "check", "--config", "my.yaml", "--json", cwd=tmp_path).stdout)
    assert (shown["rows"], shown["prompt_template"]) == (3, "vicuna")
    assert shown["packs"]["devices"] == 4  # of both machines


def test_a_length_without_a_tokenizer_is_refused(write: Write, tmp_path: Path) -> None:
    write(plain_rows(2))
    result = workbench("data", "check", "data.json", "--max-length", "64", cwd=tmp_path)
    assert result.returncode == 1
    assert "Error: --max-length: Without a tokenizer no tokens are counted." in result.stderr
