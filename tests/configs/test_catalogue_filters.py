"""What a person asks the catalogue for: words, keys with values, and memory."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import entries
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
    assert "fits:24" in str(refused.value.fix)


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


def test_what_fits_is_what_is_estimated_to_need_no_more() -> None:
    fitting = names("qwen3 fits:12")
    assert fitting and all((bytes_needed(name) or 0) <= 12 * 1024**3 for name in fitting)
    others = set(names("qwen3")) - set(fitting)
    sizes = {name: bytes_needed(name) for name in others}
    assert all(size is None or size > 12 * 1024**3 for size in sizes.values())
    assert sizes["qwen3_32b_qlora_alpaca_e3"] is not None
    assert "qwen3_30b_a3b_qlora_alpaca_e3" in others  # a mixture of experts, whose sizes are not known
