"""``workbench chat`` with pictures, line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from workbench.chat.conversations import saved_conversations

pytestmark = pytest.mark.heavy
_FAST = ("--temperature", "0", "--max-new-tokens", "8")


def test_a_picture_goes_with_the_first_message(stage_1: Path, red: Path, tmp_path: Path) -> None:
    asked = ("--image", str(red), "-m", "What is this?", "-m", "And its colour?")
    result = workbench("chat", str(stage_1), *asked, *_FAST, "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["images"] == [str(red)]
    assert "images" not in second
    ((_path, kept),) = saved_conversations(tmp_path)
    assert kept.llava == str(stage_1)
    assert [turn.images for turn in kept.turns] == [[str(red)], [], [], []]


def test_pictures_come_by_lines_and_again_after_a_reset(
    stage_1: Path, tower: Path, red: Path, blue: Path, tmp_path: Path
) -> None:
    parts = ("sample:model", "--llava", str(stage_1), "--visual-encoder", str(tower), "--visual-select-layer", "-2")
    lines = [f"/image '{red}'", str(blue), "/image", "What is this?", "RESET", "And now?"]
    result = subprocess.run(
        [sys.executable, "-m", "workbench", "chat", *parts, "--image", str(blue), *_FAST, "--json"],
        input="\n".join(lines) + "\n",
        cwd=tmp_path,
        env=os.environ | {"WORKBENCH_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["images"] == [str(blue), str(red), str(blue)]
    assert second["images"] == [str(blue)]
    assert f"With the next message: {red}" in result.stderr


def test_a_model_that_reads_text_only_takes_no_picture(red: Path, tmp_path: Path) -> None:
    result = workbench("chat", "sample:model", "--image", str(red), "-m", "What?", *_FAST, cwd=tmp_path)
    assert result.returncode == 1
    assert f"{red}: The model reads text only" in result.stderr
    assert result.stdout == ""


def test_what_excludes_each_other_or_is_no_picture_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    for arguments, reason in (
        (("--llava", "one", "--adapter", "other"), "only one of them"),
        (("--image", "none.png"), f"{tmp_path / 'none.png'}: This picture is not there."),
    ):
        result = workbench("chat", "sample:model", *arguments, "-m", "What?", cwd=tmp_path)
        assert result.returncode == 1
        assert reason in result.stderr
        assert "Loading" not in result.stderr + result.stdout
