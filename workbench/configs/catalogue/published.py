"""Which names of text models are published: base model × method × data with the passes over it.

The first table has the names of XTuner 0.1.17 and 0.1.23, the second those that workbench adds, the third those
of models that learn to use tools.
"""

from __future__ import annotations

_SETS = {
    "NINE": """alpaca_e3 alpaca_enzh_e3 alpaca_enzh_oasst1_e3 alpaca_zh_e3 code_alpaca_e3 lawyer_e3 oasst1_512_e3
        oasst1_e3 open_platypus_e3""",
    "TWELVE": "NINE arxiv_gentitle_e3 colorist_e5 sql_e3",
    "FIFTEEN": "TWELVE medical_e1 openorca_e1 tiny_codes_e1",
    "MOSS": "moss_sft_all_e1 moss_sft_all_e2_gpu8 moss_sft_plugins_e1",
    "FIVE": "alpaca_e3 alpaca_enzh_e3 alpaca_enzh_oasst1_e3 alpaca_zh_e3 code_alpaca_e3",
    "FIVE_CHAT": "alpaca_e3 code_alpaca_e3 lawyer_e3 oasst1_512_e3 oasst1_e3",
    "NINE_BASE": "FIVE_CHAT arxiv_gentitle_e3 colorist_e5 msagent_react_e3_gpu8 sql_e3",
}
_PRETRAIN, _SFT = "custom_pretrain_e1", "custom_sft_e1"
_BASE = {"full": f"alpaca_e3 {_PRETRAIN}", "qlora": "alpaca_e3"}
_CHAT = {"full": "alpaca_e3", "qlora": f"alpaca_e3 {_SFT}"}
_OF_XTUNER: dict[str, dict[str, str]] = {
    "baichuan_7b": {"qlora": f"FIFTEEN MOSS {_SFT}"},
    "baichuan_13b_base": {"qlora": "FIFTEEN MOSS"},
    "baichuan_13b_chat": {"qlora": f"FIFTEEN {_SFT}"},
    "baichuan2_7b_base": {"full": _PRETRAIN, "qlora": "TWELVE"},
    "baichuan2_13b_base": {"full": _PRETRAIN, "qlora": "TWELVE"},
    "baichuan2_7b_chat": {"qlora": f"NINE {_SFT}"},
    "baichuan2_13b_chat": {"qlora": f"NINE {_SFT}"},
    "chatglm2_6b": {"full": _PRETRAIN, "qlora": f"FIFTEEN {_SFT}"},
    "chatglm3_6b": {"full": _PRETRAIN, "qlora": f"FIFTEEN {_SFT}"},
    "chatglm3_6b_base": {"qlora": "FIFTEEN"},
    "deepseek_coder_6_7b_base": {"qlora": "code_alpaca_e3"},
    "deepseekcoder_6_7b_instruct": {"qlora": f"code_alpaca_e3 {_SFT}"},
    "deepseek_moe_16b_base": {"full": f"oasst1_e3 {_PRETRAIN}", "qlora": "oasst1_e3"},
    "deepseek_moe_16b_chat": {"full": "oasst1_e3", "qlora": f"oasst1_e3 {_SFT}"},
    "deepseek_v2_chat": {"full": "alpaca_e3"},
    "deepseek_v2_lite_chat": {"full": "alpaca_e3 alpaca_e3_32k_varlen"},
    "gemma_2b": {"full": f"alpaca_e3 {_PRETRAIN}", "qlora": f"alpaca_e3 {_SFT}"},
    "gemma_7b": {"full": f"alpaca_e3 {_PRETRAIN}", "qlora": f"alpaca_e3 {_SFT}"},
    "gemma_2b_it": _CHAT,
    "gemma_7b_it": _CHAT,
    "internlm_7b": {
        "full": "alpaca_e3 alpaca_enzh_e3 alpaca_enzh_oasst1_e3 alpaca_zh_e3 oasst1_e3",
        "qlora": "FIFTEEN MOSS json_e3 msagent_react_e3_gpu8 oasst1_e3_hf oasst1_mmlu_e3",
    },
    "internlm_20b": {"qlora": "TWELVE msagent_react_e3_gpu8"},
    "internlm_chat_7b": {"qlora": "FIFTEEN"},
    "internlm_chat_20b": {"qlora": "NINE"},
    "internlm2_1_8b": _BASE,
    "internlm2_chat_1_8b": _CHAT,
    "internlm2_7b": {
        "full": _PRETRAIN,
        "full_finetune": "custom_dataset_e1 custom_dataset_e1_sequence_parallel_4",
        "qlora": "NINE_BASE json_e3",
    },
    "internlm2_20b": {"full": _PRETRAIN, "full_finetune": "custom_dataset_e1", "qlora": "NINE_BASE"},
    "internlm2_chat_7b": {"full_finetune": "custom_dataset_e1", "qlora": f"FIVE_CHAT {_SFT}"},
    "internlm2_chat_20b": {"full_finetune": "custom_dataset_e1", "qlora": f"FIVE_CHAT {_SFT}"},
    "internlm2_5_chat_7b": {"full_finetune": "custom_dataset_e1", "qlora": "alpaca_e3 oasst1_e3"},
    "llama_7b": {"qlora": "FIFTEEN MOSS"},
    "llama2_7b": {"full": f"wizardlm_e1 {_PRETRAIN}", "qlora": "FIFTEEN MOSS msagent_react_e3_gpu8"},
    "llama2_7b_chat": {"qlora": f"FIFTEEN {_SFT}"},
    "llama2_70b": {
        "full": f"wizardlm_e1 {_PRETRAIN}",
        "int8_lora": "open_platypus_e1 open_platypus_e1_hf",
        "qlora": f"open_platypus_e1 open_platypus_e1_hf {_SFT}",
    },
    "llama3_8b": {"full": "alpaca_e3"},
    "llama3_8b_instruct": {"full": "alpaca_e3", "qlora": "alpaca_e3"},
    "llama3_70b_instruct": {"qlora": "alpaca_e3_2k_gpu8"},
    "minicpm_1b": {"full": f"alpaca_zh_e3 {_PRETRAIN}", "lora": "alpaca_zh_e3", "qlora": "alpaca_enzh_e3 alpaca_zh_e3"},
    "minicpm_2b": {"full": f"alpaca_zh_e3 {_PRETRAIN}", "lora": "alpaca_zh_e3", "qlora": "alpaca_enzh_e3 alpaca_zh_e3"},
    "mistral_7b": {
        "full": _PRETRAIN,
        "full_finetune": f"custom_dataset_e1 {_SFT}",
        "qlora": "skypile_pretrain_e1",
    },
    "mixtral_8x7b": {"full": f"oasst1_e3 {_PRETRAIN}", "qlora": "oasst1_e3"},
    "mixtral_8x7b_instruct": {"full": "oasst1_e3", "qlora": f"oasst1_e3 {_SFT}"},
    "phi3_mini_4k_instruct": {"full": "alpaca_e3", "qlora": "alpaca_e3"},
    "phi3_mini_128k_instruct": {"full": "alpaca_e3", "qlora": "alpaca_e3"},
    "qwen_1_8b": {"full": _PRETRAIN, "qlora": "FIVE"},
    "qwen_7b": {"full": _PRETRAIN, "qlora": "FIFTEEN MOSS"},
    "qwen_72b": {"full": _PRETRAIN, "qlora": f"FIVE {_SFT}"},
    "qwen_1_8b_chat": {"qlora": f"FIVE {_SFT}"},
    "qwen_7b_chat": {"qlora": f"FIFTEEN {_SFT}"},
    **{f"qwen1_5_{size}": _BASE for size in ("0_5b", "1_8b", "4b", "7b", "14b", "72b")},
    **{f"qwen1_5_{size}_chat": _CHAT for size in ("0_5b", "1_8b", "4b", "7b", "14b", "72b")},
    "qwen1_5_110b": {"full": "alpaca_e3", "qlora": "alpaca_e3"},
    "qwen1_5_110b_chat": {"full": "alpaca_e3", "qlora": "alpaca_e3 alpaca_e3_16k_2gpus"},
    "qwen1_5_moe_a2_7_b_chat": {"full": "alpaca_e3"},
    "starcoder": {"full": _PRETRAIN, "qlora": _SFT},
    "yi_6b": {"full": _PRETRAIN, "qlora": f"alpaca_enzh_e3 {_SFT}"},
    "yi_34b": {"full": _PRETRAIN, "qlora": f"alpaca_enzh_e3 {_SFT}"},
    "zephyr_7b_beta": {"full": _PRETRAIN, "qlora": f"alpaca_e3 {_SFT}"},
}
_IDENTITY = {"qlora": "identity_e2"}
_NEW_BASE = {"full": _PRETRAIN, "lora": "alpaca_e3", "qlora": "alpaca_e3"}
_NEW_SMALL = {"full": "alpaca_e3", "lora": _SFT, "qlora": f"alpaca_e3 {_SFT} identity_e2"}
_NEW_LARGE = {"lora": _SFT, "qlora": f"alpaca_e3 {_SFT} identity_e2 oasst1_e3"}
_OURS: dict[str, dict[str, str]] = {
    "workbench_sample": {"full": "identity_e2", **dict.fromkeys(("qlora", "lora"), "identity_e2 tools_e4")},
    **dict.fromkeys(
        ("internlm2_1_8b", "internlm2_chat_1_8b", "internlm2_chat_7b", "internlm2_5_chat_7b", "llama3_8b_instruct"),
        _IDENTITY,
    ),
    **dict.fromkeys(
        [
            "qwen2_5_0_5b",
            "qwen2_5_1_5b",
            "qwen2_5_3b",
            "qwen2_5_7b",
            "qwen3_0_6b_base",
            "qwen3_1_7b_base",
            "qwen3_4b_base",
            "qwen3_8b_base",
            "llama3_1_8b",
            "llama3_2_1b",
            "llama3_2_3b",
            "mistral_7b_v0_3",
        ],
        _NEW_BASE,
    ),
    **dict.fromkeys(
        [
            "internlm2_5_chat_1_8b",
            "qwen2_5_0_5b_instruct",
            "qwen2_5_1_5b_instruct",
            "qwen2_5_3b_instruct",
            "qwen3_0_6b",
            "qwen3_1_7b",
            "qwen3_4b",
            "qwen3_4b_instruct_2507",
            "deepseek_r1_distill_qwen_1_5b",
            "llama3_2_1b_instruct",
            "llama3_2_3b_instruct",
            "gemma2_2b_it",
            "gemma3_1b_it",
            "phi3_5_mini_instruct",
            "phi4_mini_instruct",
            "smollm2_135m_instruct",
            "smollm2_360m_instruct",
            "smollm2_1_7b_instruct",
            "smollm3_3b",
            "minicpm3_4b",
            "minicpm4_0_5b",
        ],
        _NEW_SMALL,
    ),
    **dict.fromkeys(
        [
            "internlm2_5_chat_20b",
            "internlm3_8b_instruct",
            "qwen2_5_7b_instruct",
            "qwen2_5_14b_instruct",
            "qwen2_5_32b_instruct",
            "qwen2_5_72b_instruct",
            "qwen2_5_coder_7b_instruct",
            "qwen3_8b",
            "qwen3_14b",
            "qwen3_32b",
            "qwen3_30b_a3b",
            "deepseek_r1_distill_qwen_7b",
            "deepseek_r1_distill_qwen_14b",
            "deepseek_r1_distill_qwen_32b",
            "deepseek_r1_distill_llama_8b",
            "deepseek_r1_distill_llama_70b",
            "llama3_1_8b_instruct",
            "llama3_1_70b_instruct",
            "llama3_3_70b_instruct",
            "gemma2_9b_it",
            "gemma2_27b_it",
            "mistral_7b_instruct_v0_3",
            "mistral_nemo_12b_instruct",
            "phi4_14b",
            "glm4_9b_chat",
            "glm4_9b_0414",
            "glm4_32b_0414",
            "minicpm4_8b",
        ],
        _NEW_LARGE,
    ),
}
_TOOLS = {
    model: {"qlora": "agentflan_e3 custom_tools_e1"}
    for model in (
        "internlm2_5_chat_7b",
        "llama3_1_8b_instruct",
        "qwen2_5_7b_instruct",
        "qwen3_4b_instruct_2507",
        "qwen3_8b",
    )
}


def published() -> list[str]:
    """``MODEL_METHOD_DATA_eEPOCHS[_SUFFIX]`` of all of them."""
    return [
        f"{model}_{method}_{data}"
        for table in (_OF_XTUNER, _OURS, _TOOLS)
        for model, methods in table.items()
        for method, words in methods.items()
        for data in _expanded(words)
    ]


def _expanded(words: str) -> list[str]:
    return [data for word in words.split() for data in (_expanded(_SETS[word]) if word in _SETS else [word])]
