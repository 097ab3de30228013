"""The catalogue: every name resolves to a valid config with the values its users know."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.configs.catalogue import entries, published_names, resolve
from workbench.configs.files import dump_config, parse_config
from workbench.data.formats import FORMAT_NAMES
from workbench.data.sources import sources_of
from workbench.data.templates import TEMPLATE_NAMES
from workbench.data.templates.chat_template import AUTO
from workbench.errors import WorkbenchError

NAMES = Path(__file__).with_name("xtuner_names.txt")
"""The training configs of XTuner 0.1.23, those that 0.1.17 does not have with a plus."""


def test_every_name_of_xtuner_is_published() -> None:
    theirs = [line.split() for line in NAMES.read_text(encoding="utf-8").splitlines()]
    assert (len(theirs), sum(len(words) == 1 for words in theirs)) == (576, 420)
    assert {words[0] for words in theirs} <= set(published_names())
    assert {f"workbench_sample_{method}_identity_e2" for method in ("qlora", "lora", "full")} <= set(published_names())
    assert published_names() == sorted(set(published_names()))


def test_every_entry_resolves_validates_and_has_a_template_and_formats_that_exist() -> None:
    for name in published_names():
        config = resolve(name)
        assert config.prompt_template in {AUTO, *TEMPLATE_NAMES}, name
        assert {source.choice.name for source in sources_of(config)} <= {"auto", *FORMAT_NAMES}, name


@pytest.mark.parametrize("name", published_names()[::25])
def test_an_entry_survives_a_file(name: str) -> None:
    config = resolve(name)
    assert parse_config(dump_config(config), name) == config


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "internlm2_chat_1_8b_qlora_alpaca_e3",
            {
                "pretrained_model_name_or_path": "internlm/internlm2-chat-1_8b",
                "method": "qlora",
                "prompt_template": "internlm2_chat",
                "data_path": "tatsu-lab/alpaca",
                "max_length": 2048,
                "pack_to_max_length": True,
                "batch_size": 1,
                "accumulative_counts": 16,
                "max_epochs": 3,
                "lr": 2e-4,
                "warmup_ratio": 0.03,
                "save_steps": 500,
                "save_total_limit": 2,
                "evaluation_freq": 500,
            },
        ),
        ("internlm2_1_8b_full_alpaca_e3", {"method": "full", "lr": 2e-5, "prompt_template": "default"}),
        ("internlm2_7b_qlora_oasst1_512_e3", {"max_length": 512, "pack_to_max_length": False}),
        (
            "internlm2_7b_qlora_msagent_react_e3_gpu8",
            {"batch_size": 8, "accumulative_counts": 1, "pack_to_max_length": False},
        ),
        (
            "llama3_8b_instruct_qlora_agentflan_3e",
            {
                "prompt_template": "llama3_chat",
                "data_path": "./Agent-FLAN/data_converted",
                "dataset_format": "openai",
                "max_length": 4096,
                "pack_to_max_length": True,
                "max_epochs": 3,
                "evaluation_inputs": ["Please help me search the InternLM2 Technical Report."],
            },
        ),
        ("qwen3_8b_qlora_custom_tools_e1", {"prompt_template": "auto", "max_length": 4096, "dataset_format": "openai"}),
        ("internlm2_7b_qlora_colorist_e5", {"max_epochs": 5, "evaluation_freq": 200}),
        (
            "internlm2_7b_full_finetune_custom_dataset_e1_sequence_parallel_4",
            {
                "lr": 4e-5,
                "betas": (0.9, 0.95),
                "weight_decay": 0.01,
                "max_length": 32768,
                "sequence_parallel_size": 4,
                "accumulative_counts": 4,
                "prompt_template": "internlm2_chat",
            },
        ),
        ("llama3_8b_instruct_qlora_alpaca_e3", {"prompt_template": "llama3_chat", "lr": 2e-4}),
        ("llama3_70b_instruct_qlora_alpaca_e3_2k_gpu8", {"lr": 1e-4, "accumulative_counts": 2, "evaluation_freq": 50}),
        (
            "workbench_sample_qlora_identity_e2",
            {"pretrained_model_name_or_path": "sample:model", "save_total_limit": -1, "max_epochs": 2},
        ),
    ],
)
def test_values_are_those_the_name_promises(name: str, expected: dict[str, object]) -> None:
    config = resolve(name)
    assert {field: getattr(config, field) for field in expected} == expected


def test_a_name_that_is_not_published_but_well_formed_composes() -> None:
    config = resolve("internlm2_chat_1_8b_lora_colorist_e7")
    assert (config.method, config.data_path, config.max_epochs) == ("lora", "burkelibbey/colors", 7)


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(WorkbenchError) as caught:
        resolve("internlm2_chat_1_8b_qlora_alpacca_e3")
    assert caught.value.fix is not None and "internlm2_chat_1_8b_qlora_alpaca_e3" in caught.value.fix


@pytest.mark.parametrize(
    "pattern", ["INTERNLM2_1_8B_QLORA_ALPACA", "alpaca 1_8b internlm2_1 qlora", "qlora alpaca_e3 internlm2_1_8b"]
)
def test_search_takes_parts_and_words_in_any_order(pattern: str) -> None:
    assert [entry.name for entry in entries(pattern)] == ["internlm2_1_8b_qlora_alpaca_e3"]


def test_search_for_nothing_finds_everything_and_for_nonsense_nothing() -> None:
    assert len(entries("  ")) == len(published_names()) == len(entries())
    assert entries("zzz") == []


def test_rows_tell_the_stage_and_what_was_mended_and_what_cannot_be_loaded() -> None:
    rows = {entry.name: entry for entry in entries()}
    stages = {entry.stage for entry in rows.values()}
    assert stages == {"sft", "pretrain", "dpo", "orpo", "reward", "llava_pretrain", "llava_finetune"}
    assert "1.8B" in rows["internlm2_chat_7b_orpo_qlora_varlenattn_ultrafeedback_e5"].mended
    assert "Baichuan" in rows["baichuan_7b_qlora_alpaca_e3"].needs_code
    assert (rows["yi_6b_qlora_alpaca_enzh_e3"].mended, rows["yi_6b_qlora_alpaca_enzh_e3"].needs_code) == ("", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qwen3_8b_dpo_lora_ultrafeedback_e2", {"stage": "dpo", "method": "lora", "max_epochs": 2, "lr": 5e-7}),
        ("qwen3_8b_reward_lora", {"stage": "reward", "lr": 1e-4, "max_epochs": 1}),
        ("gemma2_2b_it_int8_lora_alpaca_e1", {"method": "qlora"}),
        ("llama3_1_8b_full_alpaca_enzh_128k_sp8", {"max_length": 131072, "sequence_parallel_size": 8}),
    ],
)
def test_other_names_of_the_grammar_compose(name: str, expected: dict[str, object]) -> None:
    config = resolve(name)
    assert {field: getattr(config, field) for field in expected} == expected
