"""Names of text models that stand for more or other than their words say, or follow no grammar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.configs.catalogue import published, recipes
from workbench.configs.catalogue.recipes import Recipe

_PGBOOKS = {
    "max_position_embeddings": 65536,
    "max_iters": 400,
    "accumulative_counts": 8,
    "warmup_ratio": 0.05,
    "min_lr_ratio": 0.15,
    "save_total_limit": 1,
    "evaluation_inputs": [],
}
_COHERE = {
    "max_length": 2**17,
    "max_iters": 16,
    "sequence_parallel_size": 32,
    "accumulative_counts": 32,
    "dataloader_num_workers": 4,
    "warmup_ratio": 0.0,
    "min_lr_ratio": 0.15,
    "save_total_limit": 1,
    "evaluation_freq": 10,
    "evaluation_max_new_tokens": 100,
}
_MISTRAL = {"prompt_template": "mistral"}
IRREGULAR = {
    "cohere_100b_128k_sp32": Recipe("cohere_100b", "full", "alpaca_enzh", 3, own=tuple(_COHERE.items())),
    "internlm_7b_full_intern_repo_dataset_template": Recipe(
        "internlm_7b", "full_finetune", "intern_repo_dataset_template", 1
    ),
    "internlm2_7b_w_internevo_dataset": Recipe("internlm2_7b", "full_finetune", "internevo_dataset", 1),
    "internlm2_7b_w_tokenized_dataset": Recipe("internlm2_7b", "full_finetune", "tokenized_dataset", 1),
    "internlm2_7b_w_untokenized_dataset": Recipe("internlm2_7b", "full_finetune", "untokenized_dataset", 1),
    "llama3_8b_instruct_qlora_agentflan_3e": Recipe("llama3_8b_instruct", "qlora", "agentflan", 3),
    "llama2_7b_full_pgbooks_400iters_sp1": Recipe("llama2_7b", "full", "pgbooks", 1, own=tuple(_PGBOOKS.items())),
    "llama2_7b_full_pgbooks_400iters_sp4": Recipe(
        "llama2_7b",
        "full",
        "pgbooks",
        1,
        own=(*_PGBOOKS.items(), ("sequence_parallel_size", 4), ("accumulative_counts", 32)),
    ),
    "mistral_7b_w_tokenized_dataset": Recipe("mistral_7b", "full_finetune", "tokenized_dataset", 1),
    "mistral_7b_w_untokenized_dataset": Recipe(
        "mistral_7b", "full_finetune", "untokenized_dataset", 1, own=tuple(_MISTRAL.items())
    ),
    "starcoder_qlora_stack_exchange_example": Recipe("starcoder", "qlora", "stack_exchange_example", 1),
}
_SPEED = (
    *(f"llama2_7b_full_alpaca_enzh_{words}" for words in ("8k_sp1", "32k_sp1", "128k_sp8", "256k_sp8", "1M_sp16")),
    *(f"llama2_70b_full_alpaca_enzh_{words}" for words in ("8k_sp1", "32k_sp4", "128k_sp8", "256k_sp16")),
    *(f"yi_34b_200k_full_alpaca_enzh_{words}" for words in ("8k_sp1", "32k_sp2", "128k_sp8", "256k_sp8")),
)
_SAMPLE_TOOLS: dict[str, Any] = {
    "max_length": 1024,
    "batch_size": 8,
    "group_by_length": True,
    "lr": 1e-3,
    "betas": (0.9, 0.95),
    "lora": {"r": 32, "lora_alpha": 64, "lora_dropout": 0.0},
    "save_steps": -1,
    "evaluation_freq": 100,
    "evaluation_max_new_tokens": 96,
}
_OWN: dict[str, dict[str, Any]] = {
    "workbench_sample_lora_tools_e4": _SAMPLE_TOOLS,
    "workbench_sample_qlora_tools_e4": _SAMPLE_TOOLS,
    "deepseekcoder_6_7b_instruct_qlora_custom_sft_e1": {"evaluation_freq": 100},
    "internlm_7b_qlora_oasst1_e3_hf": {"optim_type": "paged_adamw_32bit"},
    "internlm2_5_chat_7b_qlora_alpaca_e3": {"accumulative_counts": 1},
    "llama2_7b_full_wizardlm_e1": {"batch_size": 2, "evaluation_freq": 200},
    "llama2_7b_qlora_msagent_react_e3_gpu8": {"prompt_template": "default"},
    "llama2_70b_full_wizardlm_e1": {"accumulative_counts": 4},
    "minicpm_1b_full_custom_pretrain_e1": {"accumulative_counts": 1},
    "mistral_7b_full_finetune_custom_dataset_e1": {**_MISTRAL, "dataloader_num_workers": 4},
    "qwen1_5_110b_qlora_alpaca_e3": {"dataloader_num_workers": 4},
    "qwen1_5_moe_a2_7_b_chat_full_alpaca_e3": {
        "max_length": 32768,
        "shuffle_before_pack": False,
        "accumulative_counts": 1,
        "evaluation_freq": 50,
    },
}


def published_names() -> list[str]:
    """All names of text models that learn from texts and dialogues."""
    return [*published.published(), *_SPEED, *IRREGULAR]


def parse_name(name: str) -> Recipe | None:
    """The recipe of a name, published or merely well-formed; None if it is neither."""
    if name in IRREGULAR:
        return IRREGULAR[name]
    recipe = recipes.parse_name(name)
    if recipe is None or name not in _OWN:
        return recipe
    return replace(recipe, own=(*recipe.own, *_OWN[name].items()))
