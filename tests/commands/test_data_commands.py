"""``workbench data``: exit codes, and options that fit together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from workbench.data.formats import FORMAT_NAMES


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--ratio", "1"], "--ratio"),
        (["--literal", "--author", "the lab", "--description", "InternLM2"], "--author, --description"),
        (["--literal", "--mix", "sample:general_dialogue.json", "--ratio", "2"], "--mix, --ratio"),
        (["--literal", "--lang", "zh"], "--lang"),
        (["--literal", "--seed", "42"], "--seed"),
    ],
)
def test_options_that_would_be_ignored_are_refused(tmp_path: Path, options: list[str], named: str) -> None:
    result = workbench("data", "identity", "--name", "Ada", *options, cwd=tmp_path)
    assert result.returncode == 1
    assert f"Leave out {named}." in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_literal_form_with_a_number_of_rows_is_written(tmp_path: Path) -> None:
    result = workbench("data", "identity", "--name", "Ada", "--literal", "-n", "3", "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["identity"] == 3
    assert len(json.loads((tmp_path / "identity.json").read_text(encoding="utf-8"))) == 3


def test_a_folder_to_write_is_refused_without_a_traceback(tmp_path: Path) -> None:
    result = workbench("data", "identity", "--name", "Ada", "--out", ".", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: .: The output is a folder")


def test_checking_data_without_anything_to_train_on_fails(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"input": "Q", "output": ""}]')
    result = workbench("data", "check", "a.json", cwd=tmp_path)
    assert result.returncode == 1
    assert "error: No row has anything to train on." in result.stdout


def test_every_format_is_listed_for_scripts(tmp_path: Path) -> None:
    listed = json.loads(workbench("data", "list-formats", "--json", cwd=tmp_path).stdout)
    assert tuple(known["name"] for known in listed) == FORMAT_NAMES
    assert all(set(known["columns"]) <= set(known["example"]) and known["about"] for known in listed)


def test_each_path_has_its_format_on_the_command_line_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"messages": [{"role": "user", "content": "Q"}]}]')
    (tmp_path / "b.json").write_text('[{"question": "Q", "answer": "A"}]')
    shown = workbench("data", "show", "a.json", "b.json", "-n", "2", "--format", "openai,law_reference", cwd=tmp_path)
    assert shown.returncode == 0 and "A" in shown.stdout, shown.stderr
    wrong = workbench("data", "check", "a.json", "--format", "openai,sharegpt", cwd=tmp_path)
    assert wrong.returncode == 1 and "2 formats are named for 1 paths" in wrong.stderr


def test_repeating_takes_a_format_and_writes_only_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"prompt": "Q", "completion": "A"}]')
    options = ("-n", "2", "--format", "code_alpaca", "--out", "b.jsonl")
    assert workbench("data", "repeat", "a.json", *options, cwd=tmp_path).returncode == 0
    assert len((tmp_path / "b.jsonl").read_text().splitlines()) == 2
