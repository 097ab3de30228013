"""The DeepSpeed settings behind the preset names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.deepspeed_names import PRESETS, zero_stage
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.training.deepspeed_presets import deepspeed_settings, matched, zero_stage_of


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


def a_config() -> TrainConfig:
    return TrainConfig.model_validate({"pretrained_model_name_or_path": "m", "data_path": "d.json", "batch_size": 4})


def test_what_the_config_decides_is_left_to_it_and_told() -> None:
    given = {
        "train_micro_batch_size_per_gpu": 8,
        "gradient_accumulation_steps": a_config().accumulative_counts,
        "train_batch_size": 64,
        "bf16": {"enabled": True, "immediate_grad_update": True},
        "zero_optimization": {"stage": 1},
    }
    settings, said = matched(given, a_config())
    assert [settings[name] for name in list(given)[:2]] == ["auto", "auto"]
    assert settings["bf16"] == {"enabled": "auto", "immediate_grad_update": True}
    assert "train_batch_size" not in settings
    assert settings["zero_optimization"] == {"stage": 1}
    assert len(said) == 3
    assert "8" in said[0]
    assert "4" in said[0]
    assert matched({**deepspeed_settings("deepspeed_zero2")}, a_config())[1] == []


def test_an_optimiser_of_the_file_takes_the_numbers_of_the_config() -> None:
    config = TrainConfig(pretrained_model_name_or_path="m", data_path="d", lr=2e-4)
    given = {"type": "AdamW", "params": {"lr": 1e-5, "eps": 1e-8, "betas": [0.9, 0.999]}}
    settings, said = matched({"optimizer": given}, config)
    assert settings["optimizer"] == {"type": "AdamW", "params": {"lr": "auto", "eps": "auto", "betas": "auto"}}
    assert len(said) == 1 and "optimizer.params.lr" in said[0] and "0.0002" in said[0]
    assert given["params"]["lr"] == 1e-5


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"zero_optimisation": {"stage": 2}}, "zero_optimization"),
        ({"zero_optimization": {"stage": 4}}, '"stage": 2'),
        ({"zero_optimization": 2}, '"stage": 2'),
        ({"scheduler": {"type": "WarmupLR"}}, "lr_scheduler_type"),
    ],
)
def test_a_file_that_asks_for_what_cannot_be_is_refused_with_what_can(settings: dict[str, object], fix: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        matched(settings, a_config())
    assert fix in (caught.value.fix or "")


def test_a_tower_before_a_language_model_is_not_spread() -> None:
    sees = a_config().model_copy(update={"visual_encoder_name_or_path": "tower"})
    with pytest.raises(WorkbenchError, match="vision tower") as caught:
        matched(deepspeed_settings("deepspeed_zero3"), sees)
    assert "zero2" in (caught.value.fix or "")
    matched(deepspeed_settings("deepspeed_zero2"), sees)
