"""The whole journey by keys alone, in the app on a real terminal of 80×24."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.project import SAMPLE_CONFIG, Project
from tests.e2e.tmux import Tmux

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.serial,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


def test_from_an_empty_folder_to_an_assistant_that_knows_its_name(project: Project, tmp_path: Path) -> None:
    terminal = Tmux(project, tmp_path / "tmux", size=(80, 24))

    terminal.wait("Begin with data")
    terminal.press("Enter")
    terminal.wait("identity rows")
    terminal.press("F9")
    terminal.wait("Written")

    terminal.press("F2")
    terminal.wait("choose a config")
    terminal.press("Enter")
    terminal.wait("/ to filter")
    terminal.press("/", SAMPLE_CONFIG, "Enter", "t")
    terminal.wait("New training")
    terminal.wait("iterations =")
    terminal.press("F9")
    terminal.wait("running", 30)
    terminal.wait("optimiser step", 240)
    terminal.wait("finished", 600)

    terminal.press("k")
    terminal.wait("Recommended")
    terminal.press("c")
    terminal.wait("Converted adapters", 60)
    terminal.wait("The result is in")
    terminal.press("m")
    terminal.wait("Merged models", 60)
    terminal.press("t")
    terminal.wait("The model is ready", 60)
    terminal.press("你是谁", "Enter")
    terminal.wait("我是小明", 30)

    terminal.press("C-q")
    kinds = [job.record.kind for job in project.jobs()]
    assert kinds == ["merge", "convert", "train"]
