"""The DeepSpeed settings behind the preset names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.deepspeed_names import PRESETS, zero_stage
from workbench.errors import WorkbenchError
from workbench.training.deepspeed_presets import deepspeed_settings, zero_stage_of


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_the_stage_of_its_name(name: str) -> None:
    settings = deepspeed_settings(name)
    assert zero_stage_of(settings) == zero_stage(name) == int(name.removeprefix("deepspeed_zero")[0])
    assert json.loads(json.dumps(settings)) == settings


@pytest.mark.parametrize("name", PRESETS)
def test_only_offloading_presets_move_anything_to_the_cpu(name: str) -> None:
    zero = deepspeed_settings(name)["zero_optimization"]
    moved = {key for key, value in zero.items() if isinstance(value, dict) and value.get("device") == "cpu"}
    parts = {"offload_optimizer"} | ({"offload_param"} if "zero3" in name else set())
    assert moved == (parts if name.endswith("_offload") else set())


@pytest.mark.parametrize("name", ["deepspeed_zero3", "deepspeed_zero3_offload"])
def test_weights_spread_over_ranks_are_gathered_for_saving(name: str) -> None:
    assert deepspeed_settings(name)["zero_optimization"]["stage3_gather_16bit_weights_on_model_save"] is True


def test_what_one_run_changes_does_not_reach_the_next() -> None:
    deepspeed_settings("deepspeed_zero2_offload")["zero_optimization"]["offload_optimizer"]["device"] = "none"
    assert deepspeed_settings("deepspeed_zero2_offload")["zero_optimization"]["offload_optimizer"]["device"] == "cpu"


def test_a_file_of_the_users_own_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"zero_optimization": {"stage": 1}, "steps_per_print": 7}')
    settings = deepspeed_settings(str(path))
    assert settings["steps_per_print"] == 7
    assert zero_stage_of(settings) == 1
    path.write_text("{}")
    assert zero_stage_of(deepspeed_settings(str(path))) == 0


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("{", "not JSON"), ("[1]", "one JSON object")])
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(WorkbenchError, match=said) as caught:
        deepspeed_settings(str(path))
    assert caught.value.where == str(path)
