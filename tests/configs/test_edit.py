"""Editing the text of a config file: values change, everything else stays."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import published_names, resolve
from workbench.configs.edit import edit_config_text
from workbench.configs.files import dump_config, parse_config, plain, read_yaml

WRITTEN_BY_HAND = """\
# my config
pretrained_model_name_or_path: 'm' # the model

# the data
data_path:
  - a
  - b

# how fast
lr:   1e-4
lora: {r: 8}   # small
system: |
  two
  lines

max_iters:
# the end"""


def value_of(text: str, *path: str) -> object:
    node = plain(read_yaml(text, "test"))
    for key in path:
        node = node[key]
    return node


def test_only_the_value_changes() -> None:
    edited = edit_config_text(WRITTEN_BY_HAND, {"lr": 0.5})
    assert edited == WRITTEN_BY_HAND.replace("lr:   1e-4", "lr: 0.5")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pretrained_model_name_or_path", "n: o # p"),
        ("data_path", "one"),
        ("data_path", ["x"]),
        ("data_path", ["x", "y", "你是谁", "- z"]),
        ("lora.r", 9),
        ("lora.lora_alpha", 4),
        ("system", ""),
        ("system", "one\n\ntwo\n"),
        ("max_iters", 3),
        ("max_iters", ["a"]),
        ("seed", 7),
        ("quantization.bnb_4bit_quant_type", "fp4"),
        ("lr", None),
    ],
)
def test_every_kind_of_value_can_take_every_place(name: str, value: object) -> None:
    edited = edit_config_text(WRITTEN_BY_HAND, {name: value})
    assert value_of(edited, *name.split(".")) == value
    for comment in ("# my config", "# the model", "# the data", "# how fast", "# small", "# the end"):
        assert comment in edited
    before, after = (plain(read_yaml(text, "test")) for text in (WRITTEN_BY_HAND, edited))
    top = name.split(".")[0]
    assert {k: v for k, v in before.items() if k != top} == {k: v for k, v in after.items() if k != top}


def test_changes_in_a_row_and_back_again_leave_the_text_as_it_was() -> None:
    original = dump_config(resolve("internlm2_chat_1_8b_qlora_alpaca_e3"))
    changes = {"data_path": ["a", "b"], "lora.target_modules": ["wo"], "betas": [0.8, 0.9], "evaluation_inputs": ["q"]}
    config = parse_config(edit_config_text(original, changes), "edited")
    assert (config.data_path, config.lora.target_modules, config.betas) == (["a", "b"], ["wo"], (0.8, 0.9))
    unchanged = resolve("internlm2_chat_1_8b_qlora_alpaca_e3").model_dump(mode="json")
    back = {name: unchanged[name] for name in ("data_path", "betas", "evaluation_inputs")}
    restored = edit_config_text(edit_config_text(original, changes), {**back, "lora.target_modules": None})
    assert parse_config(restored, "restored") == parse_config(original, "original")
    assert [line for line in restored.split("\n") if "#" in line] == [
        line for line in original.split("\n") if "#" in line
    ]


def test_an_empty_file_and_a_json_file_can_be_edited() -> None:
    assert value_of(edit_config_text("", {"lora.r": 3}), "lora", "r") == 3
    assert value_of(edit_config_text('{"a": 1, "b": {"c": 2}}', {"b.c": 3}), "b", "c") == 3


@pytest.mark.parametrize("name", published_names()[::6])
def test_an_edited_catalogue_config_stays_valid(name: str) -> None:
    text = edit_config_text(dump_config(resolve(name)), {"max_epochs": 9, "lora.r": 5, "system": "线\nb"})
    config = parse_config(text, name)
    assert (config.max_epochs, config.lora.r, config.system) == (9, 5, "线\nb")
