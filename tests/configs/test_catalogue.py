"""The catalogue: every name resolves to a valid config with the values its users know."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import entries, published_names, resolve
from workbench.configs.files import dump_config, parse_config
from workbench.data.formats import FORMAT_NAMES
from workbench.data.sources import sources_of
from workbench.data.templates import TEMPLATE_NAMES
from workbench.errors import WorkbenchError

# XTuner 0.1.17's InternLM2 1.8B/7B text configs for supervised fine-tuning, and the later Llama 3 ones.
XTUNER_NAMES = set(
    """
internlm2_1_8b_full_alpaca_e3 internlm2_1_8b_qlora_alpaca_e3 internlm2_chat_1_8b_full_alpaca_e3
internlm2_chat_1_8b_qlora_alpaca_e3 internlm2_1_8b_full_custom_pretrain_e1 internlm2_chat_1_8b_qlora_custom_sft_e1
internlm2_7b_full_finetune_custom_dataset_e1 internlm2_7b_full_finetune_custom_dataset_e1_sequence_parallel_4
internlm2_7b_qlora_alpaca_e3 internlm2_7b_qlora_arxiv_gentitle_e3 internlm2_7b_qlora_code_alpaca_e3
internlm2_7b_qlora_colorist_e5 internlm2_7b_qlora_json_e3 internlm2_7b_qlora_lawyer_e3
internlm2_7b_qlora_msagent_react_e3_gpu8 internlm2_7b_qlora_oasst1_512_e3 internlm2_7b_qlora_oasst1_e3
internlm2_7b_qlora_sql_e3 internlm2_7b_w_tokenized_dataset internlm2_7b_w_untokenized_dataset
internlm2_chat_7b_full_finetune_custom_dataset_e1 internlm2_chat_7b_qlora_alpaca_e3
internlm2_chat_7b_qlora_code_alpaca_e3 internlm2_chat_7b_qlora_lawyer_e3 internlm2_chat_7b_qlora_oasst1_512_e3
internlm2_chat_7b_qlora_oasst1_e3 internlm2_7b_full_custom_pretrain_e1 internlm2_chat_7b_qlora_custom_sft_e1
internlm2_5_chat_7b_full_finetune_custom_dataset_e1 internlm2_5_chat_7b_qlora_alpaca_e3
internlm2_5_chat_7b_qlora_oasst1_e3 llama3_70b_instruct_qlora_alpaca_e3_2k_gpu8 llama3_8b_full_alpaca_e3
llama3_8b_instruct_full_alpaca_e3 llama3_8b_instruct_qlora_alpaca_e3
""".split()  # noqa: SIM905 - a table reads better
)
CLIP = "clip_vit_large_p14_336"
LLAVA_NAMES = {
    f"llava_{name.replace('CLIP', CLIP)}"
    for name in [
        "internlm2_chat_1_8b_qlora_CLIP_lora_e1_gpu8_finetune",
        "internlm2_chat_1_8b_CLIP_e1_gpu8_pretrain",
        "internlm2_chat_20b_CLIP_e1_gpu8_finetune",
        "internlm2_chat_20b_qlora_CLIP_lora_e1_gpu8_finetune",
        "internlm2_chat_20b_CLIP_e1_gpu8_pretrain",
        "internlm2_chat_7b_CLIP_e1_gpu8_finetune",
        "internlm2_chat_7b_qlora_CLIP_lora_e1_gpu8_finetune",
        "internlm2_chat_7b_CLIP_e1_gpu8_pretrain",
        "internlm_chat_7b_qlora_CLIP_lora_e1_gpu8_finetune",
        "internlm_chat_7b_CLIP_e1_gpu8_pretrain",
        "llama3_70b_instruct_quant_CLIP_e1_gpu8_pretrain",
        "llama3_8b_instruct_full_CLIP_e1_gpu8_finetune",
        "llama3_8b_instruct_full_CLIP_lora_e1_gpu8_finetune",
        "llama3_8b_instruct_full_CLIP_lora_e1_gpu8_internvl_finetune",
        "llama3_8b_instruct_qlora_CLIP_e1_gpu1_finetune",
        "llama3_8b_instruct_CLIP_e1_gpu8_pretrain",
        "llama3_8b_instruct_CLIP_e1_gpu8_sharegpt4v_pretrain",
        "llama3_8b_instruct_quant_CLIP_e1_gpu1_pretrain",
        "v15_13b_finetune",
        "v15_13b_finetune_lora",
        "v15_13b_pretrain",
        "v15_7b_finetune",
        "v15_7b_finetune_lora",
        "v15_7b_pretrain",
        "phi3_mini_4k_instruct_full_CLIP_e1_gpu8_finetune",
        "phi3_mini_4k_instruct_full_CLIP_full_e2_gpu8_internvl_finetune",
        "phi3_mini_4k_instruct_CLIP_e1_gpu8_pretrain",
        "phi3_mini_4k_instruct_CLIP_e1_gpu8_sharegpt4v_pretrain",
        "vicuna_13b_v15_qlora_CLIP_lora_e1_gpu8_finetune",
        "vicuna_13b_v15_CLIP_e1_gpu8_pretrain",
        "vicuna_7b_v15_qlora_CLIP_lora_e1_gpu8_finetune",
        "vicuna_7b_v15_qlora_CLIP_lora_e1_gpu8_finetune_refcoco",
        "vicuna_7b_v15_CLIP_e1_gpu8_pretrain",
    ]
}


def test_the_names_that_users_know_are_there() -> None:
    assert len(LLAVA_NAMES) == 33
    assert set(published_names()) >= XTUNER_NAMES | LLAVA_NAMES
    assert {f"workbench_sample_{method}_identity_e2" for method in ("qlora", "lora", "full")} <= set(published_names())
    assert published_names() == sorted(set(published_names()))


@pytest.mark.parametrize("name", published_names())
def test_every_entry_resolves_validates_and_survives_a_file(name: str) -> None:
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


@pytest.mark.parametrize("name", published_names())
def test_templates_and_formats_exist(name: str) -> None:
    config = resolve(name)
    assert config.prompt_template in TEMPLATE_NAMES
    assert {source.choice.name for source in sources_of(config)} <= {"auto", *FORMAT_NAMES}
