"""A merged LLaVA model is served as it was trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkpoints.seeing import save_checkpoint, save_tower_base
from workbench.checkpoints.export.serve import launch_of
from workbench.checkpoints.export.source import open_source
from workbench.checkpoints.llava.merge import merge_llava
from workbench.checkpoints.merge_request import MergeRequest


@pytest.mark.heavy
def test_a_llava_model_is_served_with_the_length_of_its_language_model(tmp_path: Path) -> None:
    tower = save_tower_base(tmp_path / "tower")
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower)
    merge_llava(MergeRequest("", checkpoint, tmp_path / "merged"), lambda _done, _total: None)
    launch = launch_of("vllm", open_source(str(tmp_path / "merged")))
    assert "--max-model-len 1024" in launch.lines[0]
    assert launch.files == {}
    assert not any("would write on" in note for note in launch.notes)
