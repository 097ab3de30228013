"""Llama of all generations, and those that were trained on from it: Vicuna, and Yi, which has its shape."""

from __future__ import annotations

from workbench.configs.catalogue.model import Model, models

_FEW_MODULES = {"target_modules": ["gate_proj", "down_proj", "up_proj"]}
_LLAMA2_70B = {
    "qlora": {"lr": 3e-4, "lora": _FEW_MODULES},
    "int8_lora": {"lr": 3e-4, "lora": {"r": 16, "lora_dropout": 0.05, **_FEW_MODULES}},
}
MODELS = (
    *models("llama", "default", "llama_7b huggyllama/llama-7b LLaMA 7B"),
    *models("llama2", "llama2_chat", "llama2_7b meta-llama/Llama-2-7b-hf Llama 2 7B"),
    *models("llama2", "llama2_chat", "llama2_7b_chat meta-llama/Llama-2-7b-chat-hf Llama 2 7B Chat"),
    *models("llama2", "llama2_chat", "llama2_70b meta-llama/Llama-2-70b-hf Llama 2 70B", None, _LLAMA2_70B),
    *models("llama3", "llama3_chat", "llama3_8b meta-llama/Meta-Llama-3-8B Llama 3 8B"),
    *models("llama3", "llama3_chat", "llama3_8b_instruct meta-llama/Meta-Llama-3-8B-Instruct Llama 3 8B Instruct"),
    Model(
        "llama3_70b_instruct",
        "llama3",
        "Llama 3 70B Instruct",
        "meta-llama/Meta-Llama-3-70B-Instruct",
        "llama3_chat",
        {"dataloader_num_workers": 4},
        {"qlora": {"lr": 1e-4}},
    ),
    *models(
        "llama3_1",
        "auto",
        """
        llama3_1_8b_instruct meta-llama/Llama-3.1-8B-Instruct Llama 3.1 8B Instruct
        llama3_1_70b_instruct meta-llama/Llama-3.1-70B-Instruct Llama 3.1 70B Instruct
        """,
    ),
    *models("llama3_1", "default", "llama3_1_8b meta-llama/Llama-3.1-8B Llama 3.1 8B"),
    *models(
        "llama3_2",
        "auto",
        """
        llama3_2_1b_instruct meta-llama/Llama-3.2-1B-Instruct Llama 3.2 1B Instruct
        llama3_2_3b_instruct meta-llama/Llama-3.2-3B-Instruct Llama 3.2 3B Instruct
        """,
    ),
    *models(
        "llama3_2",
        "default",
        """
        llama3_2_1b meta-llama/Llama-3.2-1B Llama 3.2 1B
        llama3_2_3b meta-llama/Llama-3.2-3B Llama 3.2 3B
        """,
    ),
    *models("llama3_3", "auto", "llama3_3_70b_instruct meta-llama/Llama-3.3-70B-Instruct Llama 3.3 70B Instruct"),
    *models(
        "vicuna",
        "vicuna",
        """
        vicuna_7b_v15 lmsys/vicuna-7b-v1.5 Vicuna 7B v1.5
        vicuna_13b_v15 lmsys/vicuna-13b-v1.5 Vicuna 13B v1.5
        """,
    ),
    *models("yi", "default", "yi_6b 01-ai/Yi-6B Yi 6B"),
    *models("yi", "default", "yi_34b 01-ai/Yi-34B Yi 34B"),
    *models("yi", "llama2_chat", "yi_34b_200k 01-ai/Yi-34B-200K Yi 34B 200K"),
)
