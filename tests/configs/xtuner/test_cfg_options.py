"""Settings of a config that XTuner's ``--cfg-options`` changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.configs.xtuner.samples import QLORA, written
from workbench.configs.xtuner.cfg_options import apply_cfg_options, value_of
from workbench.configs.xtuner.read import read_xtuner_config
from workbench.configs.xtuner.syntax import read_tree
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16", 16),
        ("1e-4", 1e-4),
        ("True", True),
        ("false", False),
        ("None", None),
        ("owner/model", "owner/model"),
        ("'16'", "16"),
        ("q_proj,v_proj", ["q_proj", "v_proj"]),
        ("[1,2]", [1, 2]),
        ("[wqkv]", ["wqkv"]),
        ("__import__('os').getcwd()", "__import__('os').getcwd()"),
    ],
)
def test_values_are_what_mmengine_makes_of_them(text: str, value: Any) -> None:
    assert value_of(text) == value


def test_settings_of_the_model_are_changed(tmp_path: Path) -> None:
    options = ["model.lora.r=7", "model.llm.pretrained_model_name_or_path=a=b/c", "model.lora.target_modules=[wqkv,wo]"]
    found = read_xtuner_config(written(tmp_path, QLORA), options)
    assert found.llm == "a=b/c"
    assert found.llm_lora is not None
    assert (found.llm_lora["r"], found.llm_lora["target_modules"]) == (7, ["wqkv", "wo"])


def test_lists_and_dicts_that_are_not_there_are_reached(tmp_path: Path) -> None:
    tree = read_tree(written(tmp_path, "hooks = [dict(a=1), dict(a=2)]\nsizes = [1, 2]\n"))
    apply_cfg_options(tree, ["hooks.1.a=5", "new.inner.x=1", "sizes.0=9"])
    assert dict(tree.names) == {"hooks": [{"a": 1}, {"a": 5}], "sizes": [9, 2], "new": {"inner": {"x": 1}}}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("model.r", "NAME=VALUE"),
        (".r=1", "NAME=VALUE"),
        ("lr.x=1", "lr is no dict"),
        ("hooks.5.a=1", "5 is no dict"),
        ("hooks.5=1", "no entry 5"),
    ],
)
def test_what_leads_nowhere_is_refused(tmp_path: Path, option: str, message: str) -> None:
    tree = read_tree(written(tmp_path, "lr = 1\nhooks = [1]\n"))
    with pytest.raises(WorkbenchError, match=message) as caught:
        apply_cfg_options(tree, [option])
    assert caught.value.where == f"--cfg-options {option}"


def test_a_config_of_workbench_is_not_changed_by_them() -> None:
    with pytest.raises(WorkbenchError, match="this is none"):
        read_xtuner_config("internlm2_chat_1_8b_qlora_alpaca_e3", ["model.lora.r=7"])
