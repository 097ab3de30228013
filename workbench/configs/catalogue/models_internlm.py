"""InternLM of all generations, and the sample model that comes with workbench."""

from __future__ import annotations

from workbench.configs.catalogue.model import Model, models

_FULL_AS_CHAT = {"full": {"prompt_template": "internlm_chat"}}
MODELS = (
    *models("internlm", "default", "internlm_7b internlm/internlm-7b InternLM 7B", None, _FULL_AS_CHAT),
    *models("internlm", "default", "internlm_20b internlm/internlm-20b InternLM 20B"),
    *models(
        "internlm",
        "internlm_chat",
        """
        internlm_chat_7b internlm/internlm-chat-7b InternLM Chat 7B
        internlm_chat_20b internlm/internlm-chat-20b InternLM Chat 20B
        """,
    ),
    *models(
        "internlm2",
        "default",
        """
        internlm2_1_8b internlm/internlm2-1_8b InternLM2 1.8B
        internlm2_7b internlm/internlm2-7b InternLM2 7B
        internlm2_20b internlm/internlm2-20b InternLM2 20B
        """,
    ),
    *models(
        "internlm2",
        "internlm2_chat",
        """
        internlm2_chat_1_8b internlm/internlm2-chat-1_8b InternLM2 Chat 1.8B
        internlm2_chat_7b internlm/internlm2-chat-7b InternLM2 Chat 7B
        internlm2_chat_20b internlm/internlm2-chat-20b InternLM2 Chat 20B
        """,
    ),
    *models(
        "internlm2_5",
        "internlm2_chat",
        """
        internlm2_5_chat_1_8b internlm/internlm2_5-1_8b-chat InternLM2.5 Chat 1.8B
        internlm2_5_chat_7b internlm/internlm2_5-7b-chat InternLM2.5 Chat 7B
        internlm2_5_chat_20b internlm/internlm2_5-20b-chat InternLM2.5 Chat 20B
        """,
    ),
    *models("internlm3", "auto", "internlm3_8b_instruct internlm/internlm3-8b-instruct InternLM3 8B Instruct"),
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
            "batch_size": 8,
            "accumulative_counts": 1,
            "lora": {"r": 16, "lora_alpha": 32, "lora_dropout": 0.05},
            "save_steps": 75,
            "evaluation_freq": 75,
            "evaluation_max_new_tokens": 64,
            "retention_probes": "sample:retention.probes.json",
        },
        {"qlora": {"lr": 1.5e-3}, "lora": {"lr": 1e-3}, "full": {"lr": 3e-4}},
    ),
)
