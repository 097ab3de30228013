"""The command line as a whole: it is complete, answers fast, and turns mistakes into three clear lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from workbench.cli import COMMANDS, main

_AS_XTUNER_WRITES_THEM = {"eval_refcoco"}
NAMES = [name if name in _AS_XTUNER_WRITES_THEM else name.replace("_", "-") for name in COMMANDS]


def test_help_lists_every_command(tmp_path: Path) -> None:
    result = workbench("--help", cwd=tmp_path)
    assert result.returncode == 0
    listed = [
        line.split()[0]
        for line in result.stdout.split("Commands:")[1].splitlines()
        if line.startswith("  ") and line.split()
    ]
    assert set(NAMES) <= set(listed)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_examples(name: str, tmp_path: Path) -> None:
    result = workbench(name, "--help", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    examples = [line for line in result.stdout.splitlines() if f"workbench {name}" in line and "Usage" not in line]
    assert examples


@pytest.mark.parametrize("encoding", ["gbk", "latin-1"])
def test_a_terminal_that_lacks_characters_gets_others_and_json_stays_json(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "chats").mkdir()
    said = {"started": 5.0, "model": "m", "turns": [{"role": "user", "content": "é 你好 ✓ 😀"}]}
    (tmp_path / "chats" / "19700101_000005_000.json").write_text(json.dumps(said))
    printed = {}
    for options in ((), ("--json",)):
        command = [sys.executable, "-m", "workbench", "chats", "19700101_000005_000", *options]
        environment = os.environ | {"PYTHONIOENCODING": encoding}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
        printed[options] = done.stdout.decode(encoding)
    assert "?" in printed[()]
    assert json.loads(printed["--json",])["messages"][0]["content"] == "é 你好 ✓ 😀"


def test_the_commands_load_nothing_heavy() -> None:
    code = (
        "import sys; from workbench.cli import build_app; build_app();"
        "print([m for m in ('torch', 'transformers', 'datasets', 'numpy', 'textual', 'rich', 'pydantic') if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_a_misspelt_command_names_the_nearest(tmp_path: Path) -> None:
    result = workbench("trian", "x", cwd=tmp_path)
    assert result.returncode != 0
    assert "'train'" in result.stderr


def test_a_mistake_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("pretrained_model_name_or_path: m\ndata_path: d\nlrr: 1\n")
    result = workbench("train", "my.yaml", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == "Error: my.yaml:3:lrr: Unknown key `lrr`.\n  → Did you mean `lr`, `lora`?\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
@pytest.mark.parametrize("command", [["list-cfg"], ["list-cfg", "--json"], ["--version"]])
def test_an_output_on_a_full_disk_is_told_without_a_traceback(command: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "workbench", *command],
            cwd=tmp_path,
            env=os.environ | {"WORKBENCH_LANG": "en"},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert told.returncode == 1
    assert told.stderr == "Error: No space left on device\n  → Free some space or choose another folder.\n"


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m workbench list-cfg | head -1"
    told = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert (told.stdout.count("\n"), told.stderr) == (1, "")


@pytest.mark.parametrize("closed", ["<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_traceback(closed: str, tmp_path: Path) -> None:
    for command, code in (("--version", 0), ("chats", 0), ("doctor --json", 0), ("chats none", 1)):
        line = f"{sys.executable} -m workbench {command} {closed}"
        told = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert told.returncode == code, told.stderr
        assert "Traceback" not in told.stderr


def test_help_speaks_the_users_language(tmp_path: Path) -> None:
    chinese = workbench("list-cfg", "--help", cwd=tmp_path, WORKBENCH_LANG="zh_CN").stdout
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)


def test_version(tmp_path: Path) -> None:
    from workbench import __version__

    assert workbench("--version", cwd=tmp_path).stdout == f"workbench {__version__}\n"


def test_ctrl_c_while_it_starts_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.cli.build_app", interrupted)
    monkeypatch.setattr(sys, "argv", ["workbench", "jobs"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 130
    assert capsys.readouterr().err == "Aborted!\n"
