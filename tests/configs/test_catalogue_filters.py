"""What a person asks the catalogue for: words, keys with values, and memory."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import entries, unknown_value, without_known_size
from workbench.configs.catalogue.filters import Wanted, bytes_needed
from workbench.errors import WorkbenchError


def names(text: str) -> list[str]:
    return [entry.name for entry in entries(text)]


def test_what_is_typed_is_words_and_keys() -> None:
    wanted = Wanted.of("Qwen3 method:QLORA stage: fits:24GB other:x")
    assert wanted == Wanted(("qwen3", "other:x"), method="qlora", fits=24.0)
    assert Wanted.of("fits:") == Wanted()


@pytest.mark.parametrize("size", ["many", "nan", "-1", "24x"])
def test_what_is_to_fit_is_a_number(size: str) -> None:
    with pytest.raises(WorkbenchError, match=f"{size} is no number") as refused:
        Wanted.of(f"qwen3 fits:{size}")
    assert "24GB" in str(refused.value.fix)


def test_a_known_value_means_exactly_that_and_a_part_means_all_that_have_it() -> None:
    assert {entry.dataset for entry in entries("dataset:alpaca")} == {"alpaca"}
    assert {entry.dataset for entry in entries("dataset:alpac")} == {"alpaca", "alpaca_zh", "alpaca_enzh", "alpaca_enzh_oasst1"} | {
        "code_alpaca"
    }  # fmt: skip
    assert {entry.stage for entry in entries("stage:llava")} == {"llava_pretrain", "llava_finetune"}
    assert {entry.family for entry in entries("family:internlm2")} == {"internlm2"}


@pytest.mark.parametrize("text", ["stage:dpo 1_8b full", "1_8b FULL stage:DPO", "full stage:dpo method:full 1_8b"])
def test_words_and_keys_stand_in_any_order(text: str) -> None:
    assert names(text) == [
        "internlm2_chat_1_8b_dpo_full",
        "internlm2_chat_1_8b_dpo_full_varlenattn",
        "internlm2_chat_1_8b_dpo_full_varlenattn_jsonl_dataset",
    ]


@pytest.mark.parametrize(
    ("text", "found", "left_out"),
    [
        ("gemma 3 lora", "gemma3_1b_it_lora_custom_sft_e1", "gemma3_1b_it_qlora_alpaca_e3"),
        ("gemma 3", "gemma3_1b_it_qlora_alpaca_e3", "gemma2_2b_it_qlora_alpaca_e3"),
        ("qwen3 4b", "qwen3_4b_full_alpaca_e3", "qwen3_14b_qlora_alpaca_e3"),
        ("internlm2 1.8b", "internlm2_chat_1_8b_qlora_alpaca_e3", "internlm2_chat_7b_qlora_alpaca_e3"),
        ("mistral_v0 lora", "mistral_7b_instruct_v0_3_lora_custom_sft_e1", "mistral_7b_v0_3_full_custom_pretrain_e1"),
        ("lm2_chat_1", "internlm2_chat_1_8b_qlora_alpaca_e3", "internlm2_chat_7b_qlora_alpaca_e3"),
    ],
)
def test_a_word_means_what_begins_with_it_else_its_parts_else_what_holds_it(
    text: str, found: str, left_out: str
) -> None:
    assert {found, left_out} <= {entry.name for entry in entries()}
    assert found in names(text) and left_out not in names(text)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted(method="lroa"), "lora"),
        (Wanted(family="qwn3"), "Nearest: qwen3"),
        (Wanted(stage="dop"), "dpo"),
        (Wanted(method="freeze"), "frozen"),
        (Wanted(method="xyz"), "frozen, full, lora, qlora"),
    ],
)
def test_a_value_that_no_config_has_is_answered_with_those_there_are(wanted: Wanted, told: str) -> None:
    assert told in str(unknown_value(wanted))
    assert unknown_value(Wanted(method="lora", family="qwen")) is None


def test_the_name_of_a_model_on_the_hub_finds_its_configs() -> None:
    found = entries("Qwen/Qwen3-8B lora")
    assert {entry.model for entry in found} == {"Qwen/Qwen3-8B", "Qwen/Qwen3-8B-Base"}
    assert {entry.method for entry in found} == {"lora"}


def test_what_fits_is_what_is_estimated_to_need_no_more() -> None:
    fitting = names("qwen3 fits:12")
    assert fitting and all((bytes_needed(name) or 0) <= 12 * 1024**3 for name in fitting)
    others = set(names("qwen3")) - set(fitting)
    sizes = {name: bytes_needed(name) for name in others}
    assert all(size is None or size > 12 * 1024**3 for size in sizes.values())
    assert sizes["qwen3_32b_qlora_alpaca_e3"] is not None
    unknown = {name for name, size in sizes.items() if size is None}
    assert "qwen3_30b_a3b_qlora_alpaca_e3" in unknown  # a mixture of experts
    assert without_known_size("qwen3", Wanted(fits=12)) == len(unknown)
