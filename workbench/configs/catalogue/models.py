"""The base models of the catalogue, as they are named in config names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Model:
    """A base model.

    ``settings`` are values that this model wants whatever it is trained on, ``settings_by_method`` those that it
    wants under one method (a key of `methods.BY_KEY`).
    """

    key: str
    family: str
    title: str
    name_or_path: str
    prompt_template: str
    settings: dict[str, Any] = field(default_factory=dict)
    settings_by_method: dict[str, dict[str, Any]] = field(default_factory=dict)


MODELS = (
    Model("internlm2_1_8b", "internlm2", "InternLM2 1.8B", "internlm/internlm2-1_8b", "default"),
    Model("internlm2_chat_1_8b", "internlm2", "InternLM2 Chat 1.8B", "internlm/internlm2-chat-1_8b", "internlm2_chat"),
    Model("internlm2_7b", "internlm2", "InternLM2 7B", "internlm/internlm2-7b", "default"),
    Model("internlm2_chat_7b", "internlm2", "InternLM2 Chat 7B", "internlm/internlm2-chat-7b", "internlm2_chat"),
    Model(
        "internlm2_5_chat_7b", "internlm2_5", "InternLM2.5 Chat 7B", "internlm/internlm2_5-7b-chat", "internlm2_chat"
    ),
    Model("internlm2_chat_20b", "internlm2", "InternLM2 Chat 20B", "internlm/internlm2-chat-20b", "internlm2_chat"),
    Model("internlm_chat_7b", "internlm", "InternLM Chat 7B", "internlm/internlm-chat-7b", "internlm_chat"),
    Model("llama3_8b", "llama3", "Llama 3 8B", "meta-llama/Meta-Llama-3-8B", "default"),
    Model("llama3_8b_instruct", "llama3", "Llama 3 8B Instruct", "meta-llama/Meta-Llama-3-8B-Instruct", "llama3_chat"),
    Model(
        "llama3_70b_instruct",
        "llama3",
        "Llama 3 70B Instruct",
        "meta-llama/Meta-Llama-3-70B-Instruct",
        "llama3_chat",
        {"dataloader_num_workers": 4},
        {"qlora": {"lr": 1e-4}},
    ),
    Model("phi3_mini_4k_instruct", "phi3", "Phi-3 mini 4K Instruct", "microsoft/Phi-3-mini-4k-instruct", "phi3_chat"),
    Model("vicuna_7b_v15", "vicuna", "Vicuna 7B v1.5", "lmsys/vicuna-7b-v1.5", "vicuna"),
    Model("vicuna_13b_v15", "vicuna", "Vicuna 13B v1.5", "lmsys/vicuna-13b-v1.5", "vicuna"),
    # The embedded model is small: it needs a higher learning rate and a smaller adapter than models of billions.
    Model(
        "workbench_sample",
        "workbench",
        "Sample model",
        "sample:model",
        "internlm2_chat",
        {
            "max_length": 256,
            "pack_to_max_length": False,
            "batch_size": 16,
            "accumulative_counts": 1,
            "lora": {"r": 16, "lora_alpha": 32, "lora_dropout": 0.05},
            "save_steps": 38,
            "evaluation_freq": 38,
            "evaluation_max_new_tokens": 64,
            "retention_probes": "sample:retention.probes.json",
        },
        {"qlora": {"lr": 1.5e-3}, "lora": {"lr": 1e-3}, "full": {"lr": 3e-4}},
    ),
)
BY_KEY = {model.key: model for model in MODELS}
