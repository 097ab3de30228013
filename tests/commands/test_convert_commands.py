"""``workbench convert``: the real commands, the one whose name may be left out among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checkpoints.xtuner import llava_config, projector_tensors, save_pth
from tests.commands.run_command import workbench


def test_the_help_shows_every_way(tmp_path: Path) -> None:
    shown = workbench("convert", "--help", cwd=tmp_path).stdout
    assert all(name in shown for name in ("checkpoint", "pth_to_hf", "merge", "split"))


@pytest.mark.parametrize("words", [("last",), ("checkpoint", "last"), ("--force", "last")])
def test_a_first_word_that_is_no_command_is_a_checkpoint(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = workbench("convert", *words, cwd=tmp_path)
    assert result.returncode == 1
    assert "no jobs" in result.stderr


@pytest.mark.heavy
def test_a_file_of_xtuner_is_converted(tmp_path: Path) -> None:
    save_pth(tmp_path / "iter_12.pth", projector_tensors(16, 24))
    config = llava_config(tmp_path, tmp_path / "nowhere", tmp_path / "nowhere")
    result = workbench("convert", "pth_to_hf", config.name, "iter_12.pth", "out", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["folder"] == str(tmp_path / "out")
    assert (tmp_path / "out" / "projector" / "model.safetensors").is_file()


def test_wrong_arguments_start_nothing(tmp_path: Path) -> None:
    (tmp_path / "one.pth").write_bytes(b"")
    wrong = (
        (("one.pth",), 2, "the folder to write"),
        (("gone.pth", "out"), 1, "gone.pth: There is no such file"),
        (("gone.py", "one.pth", "out"), 1, "gone.py"),
        (("one.pth", "out", "--max-shard-size", "huge"), 1, "no size"),
    )
    for words, code, said in wrong:
        result = workbench("convert", "pth_to_hf", *words, cwd=tmp_path)
        assert (result.returncode, said in result.stderr) == (code, True), result.stderr
    assert not (tmp_path / "work_dirs").exists()
