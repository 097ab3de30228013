"""``--set key=value``."""

from __future__ import annotations

import pytest

from workbench.configs.overrides import apply_overrides
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError

CONFIG = TrainConfig(pretrained_model_name_or_path="m", data_path="d")


def test_values_are_read_as_yaml_and_as_text_where_that_fits_better() -> None:
    config = apply_overrides(
        CONFIG,
        ["lr=1e-4", "lora.r=16", "system=You are: x", "evaluation_inputs=[a, 你好]", "max_iters=null", "data_path=123"],
    )
    assert (config.lr, config.lora.r, config.system) == (1e-4, 16, "You are: x")
    assert (config.evaluation_inputs, config.max_iters, config.data_path) == (["a", "你好"], None, "123")


def test_one_name_of_a_map_is_set_and_the_others_stay() -> None:
    config = apply_overrides(CONFIG, ["question_sets={a: a.json}"])
    config = apply_overrides(config, ["question_sets.sums=7", "cluster.nodes=2"])
    assert (config.question_sets, config.cluster.nodes) == ({"a": "a.json", "sums": "7"}, 2)


def test_settings_that_depend_on_each_other_may_come_in_any_order() -> None:
    packed = apply_overrides(CONFIG, ["use_varlen_attn=true"])
    config = apply_overrides(packed, ["pack_to_max_length=false", "use_varlen_attn=false"])
    assert not config.pack_to_max_length


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("lr", "key=value"),
        ("=3", "key=value"),
        ("lrr=3", "`lr`"),
        ("lora.rr=1", "`r`"),
        ("nolora.r=1", "`lora`"),
        ("lr.x=3", "`lr`"),
        ("lr=abc", "Must be a number"),
        ("max_epochs=0", "at least 1"),
        ("method=lor", "Must be one of: full, freeze, lora, qlora."),
        ("lora=3", "group of named settings"),
        ("r=8", "`lora.r`"),
        ("beta=0.1", "`preference.beta`"),
        ("report_to=tensorboard", "such as [a, b]"),
        ("betas=0.9", "such as [0.9, 0.999]"),
        ("question_sets=x", "such as {a: b, c: d}"),
    ],
)
def test_a_mistake_names_the_setting_and_the_remedy(assignment: str, said: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        apply_overrides(CONFIG, [assignment])
    assert "--set" in str(caught.value)
    assert said in str(caught.value)


def test_all_linear_may_stand_in_a_list() -> None:
    assert apply_overrides(CONFIG, ["lora.target_modules=[all-linear]"]).lora.target_modules == "all-linear"


def test_the_original_is_left_alone() -> None:
    apply_overrides(CONFIG, ["lora.r=16", "evaluation_inputs=[a]"])
    assert CONFIG.lora.r == 64
    assert CONFIG.evaluation_inputs != ["a"]
