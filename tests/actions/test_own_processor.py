"""A training of a model that sees by itself is looked at before it starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from workbench.actions.vision_preflight import check_vision
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError


def config(**changes: Any) -> TrainConfig:
    fields = {"pretrained_model_name_or_path": "a/model", "data_path": "rows.json", "own_processor": True}
    return TrainConfig.model_validate(fields | changes)


def test_a_model_of_the_hub_is_looked_at_by_the_training() -> None:
    check_vision(config())


def test_one_on_this_machine_must_see(tmp_path: Path) -> None:
    facts = {"model_type": "qwen2_5_vl", "vision_config": {}}
    (tmp_path / "config.json").write_text(json.dumps(facts), encoding="utf-8")
    check_vision(config(pretrained_model_name_or_path=str(tmp_path)))
    with pytest.raises(WorkbenchError, match="does not see by itself"):
        check_vision(config(pretrained_model_name_or_path="sample:model"))


def test_its_rows_are_never_packed() -> None:
    assert config().sees
    assert config(pack_to_max_length=True).packing == "none"


@pytest.mark.parametrize(
    "changes",
    [
        {"visual_encoder_name_or_path": "openai/clip-vit-large-patch14-336"},
        {"pretrained_pth": "work_dirs/first"},
        {"max_position_embeddings": 8192},
        {"method": "full", "visual_encoder_method": "lora"},
        {"method": "lora", "visual_encoder_method": "full"},
        {"method": "qlora", "freeze_llm": True},
    ],
)
def test_settings_that_do_not_go_with_it_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="own_processor"):
        config(**changes)
