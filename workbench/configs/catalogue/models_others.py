"""Base models of the other families."""

from __future__ import annotations

from workbench.configs.catalogue.model import Model, models

_MIXTRAL = {"qlora": {"lora": {"target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "w1", "w2", "w3"]}}}
_DEEPSEEK_MOE = {"qlora": {"lora": {"r": 16, "lora_dropout": 0.05}}}
_DEEPSEEK_V2 = {
    "full": {
        "lr": 1e-5,
        "accumulative_counts": 1,
        "dataloader_num_workers": 4,
        "warmup_ratio": 0.0,
        "save_steps": 50,
        "evaluation_inputs": [],
    }
}
_STARCODER = {
    "qlora": {
        "lr": 1e-4,
        "weight_decay": 0.05,
        "max_dataset_length": 20000,
        "evaluation_freq": 200,
        "lora": {"r": 16, "lora_alpha": 32, "lora_dropout": 0.05, "target_modules": ["c_proj", "c_attn", "q_attn"]},
    }
}
MODELS = (
    *models("baichuan", "default", "baichuan_7b baichuan-inc/Baichuan-7B Baichuan 7B"),
    *models("baichuan", "default", "baichuan_13b_base baichuan-inc/Baichuan-13B-Base Baichuan 13B Base"),
    *models("baichuan", "baichuan_chat", "baichuan_13b_chat baichuan-inc/Baichuan-13B-Chat Baichuan 13B Chat"),
    *models(
        "baichuan2",
        "default",
        """
        baichuan2_7b_base baichuan-inc/Baichuan2-7B-Base Baichuan2 7B Base
        baichuan2_13b_base baichuan-inc/Baichuan2-13B-Base Baichuan2 13B Base
        """,
    ),
    *models(
        "baichuan2",
        "baichuan2_chat",
        """
        baichuan2_7b_chat baichuan-inc/Baichuan2-7B-Chat Baichuan2 7B Chat
        baichuan2_13b_chat baichuan-inc/Baichuan2-13B-Chat Baichuan2 13B Chat
        """,
    ),
    *models("chatglm", "chatglm2", "chatglm2_6b THUDM/chatglm2-6b ChatGLM2 6B"),
    *models(
        "chatglm",
        "chatglm3",
        """
        chatglm3_6b THUDM/chatglm3-6b ChatGLM3 6B
        chatglm3_6b_base THUDM/chatglm3-6b-base ChatGLM3 6B Base
        """,
    ),
    *models("cohere", "cohere_chat", "cohere_100b CohereForAI/c4ai-command-r-plus Command R+ 104B"),
    *models(
        "deepseek",
        "deepseek_coder",
        """
        deepseek_coder_6_7b_base deepseek-ai/deepseek-coder-6.7b-base DeepSeek Coder 6.7B Base
        deepseekcoder_6_7b_instruct deepseek-ai/deepseek-coder-6.7b-instruct DeepSeek Coder 6.7B Instruct
        """,
    ),
    *models(
        "deepseek",
        "deepseek_moe",
        """
        deepseek_moe_16b_base deepseek-ai/deepseek-moe-16b-base DeepSeek MoE 16B Base
        deepseek_moe_16b_chat deepseek-ai/deepseek-moe-16b-chat DeepSeek MoE 16B Chat
        """,
        None,
        _DEEPSEEK_MOE,
    ),
    *models(
        "deepseek",
        "deepseek_v2",
        """
        deepseek_v2_chat deepseek-ai/DeepSeek-V2-Chat DeepSeek-V2 Chat
        deepseek_v2_lite_chat deepseek-ai/DeepSeek-V2-Lite-Chat DeepSeek-V2 Lite Chat
        """,
        None,
        _DEEPSEEK_V2,
    ),
    *models(
        "gemma",
        "default",
        """
        gemma_2b google/gemma-2b Gemma 2B
        gemma_7b google/gemma-7b Gemma 7B
        """,
    ),
    *models(
        "gemma",
        "gemma",
        """
        gemma_2b_it google/gemma-2b-it Gemma 2B it
        gemma_7b_it google/gemma-7b-it Gemma 7B it
        """,
    ),
    *models(
        "minicpm",
        "minicpm",
        """
        minicpm_1b openbmb/MiniCPM-1B-sft-bf16 MiniCPM 1B
        minicpm_2b openbmb/MiniCPM-2B-sft-bf16 MiniCPM 2B
        """,
    ),
    *models(
        "mistral",
        "mistral",
        "mistral_7b mistralai/Mistral-7B-v0.1 Mistral 7B v0.1",
        {"dataloader_num_workers": 0},
    ),
    *models("mixtral", "mixtral", "mixtral_8x7b mistralai/Mixtral-8x7B-v0.1 Mixtral 8x7B", None, _MIXTRAL),
    Model(
        "mixtral_8x7b_instruct",
        "mixtral",
        "Mixtral 8x7B Instruct",
        "mistralai/Mixtral-8x7B-Instruct-v0.1",
        "mixtral",
        settings_by_method=_MIXTRAL,
    ),
    Model(
        "phi3_mini_4k_instruct",
        "phi3",
        "Phi-3 mini 4K Instruct",
        "microsoft/Phi-3-mini-4k-instruct",
        "phi3_chat",
        {"max_length": 4096},
    ),
    Model(
        "phi3_mini_128k_instruct",
        "phi3",
        "Phi-3 mini 128K Instruct",
        "microsoft/Phi-3-mini-128k-instruct",
        "phi3_chat",
        {"max_length": 131072},
    ),
    *models("starcoder", "default", "starcoder bigcode/starcoder StarCoder 15B", None, _STARCODER),
    *models("zephyr", "zephyr", "zephyr_7b_beta HuggingFaceH4/zephyr-7b-beta Zephyr 7B beta"),
    *models(
        "gemma2",
        "auto",
        """
        gemma2_2b_it google/gemma-2-2b-it Gemma 2 2B it
        gemma2_9b_it google/gemma-2-9b-it Gemma 2 9B it
        gemma2_27b_it google/gemma-2-27b-it Gemma 2 27B it
        """,
    ),
    *models("gemma3", "auto", "gemma3_1b_it google/gemma-3-1b-it Gemma 3 1B it"),
    *models(
        "mistral",
        "auto",
        """
        mistral_7b_instruct_v0_3 mistralai/Mistral-7B-Instruct-v0.3 Mistral 7B Instruct v0.3
        mistral_nemo_12b_instruct mistralai/Mistral-Nemo-Instruct-2407 Mistral Nemo 12B Instruct
        """,
    ),
    *models("mistral", "default", "mistral_7b_v0_3 mistralai/Mistral-7B-v0.3 Mistral 7B v0.3"),
    *models("phi3", "phi3_chat", "phi3_5_mini_instruct microsoft/Phi-3.5-mini-instruct Phi-3.5 mini Instruct"),
    *models(
        "phi4",
        "auto",
        """
        phi4_mini_instruct microsoft/Phi-4-mini-instruct Phi-4 mini Instruct
        phi4_14b microsoft/phi-4 Phi-4 14B
        """,
    ),
    *models(
        "glm4",
        "auto",
        """
        glm4_9b_chat zai-org/glm-4-9b-chat-hf GLM-4 9B Chat
        glm4_9b_0414 zai-org/GLM-4-9B-0414 GLM-4 9B 0414
        glm4_32b_0414 zai-org/GLM-4-32B-0414 GLM-4 32B 0414
        """,
    ),
    *models(
        "smollm",
        "auto",
        """
        smollm2_135m_instruct HuggingFaceTB/SmolLM2-135M-Instruct SmolLM2 135M Instruct
        smollm2_360m_instruct HuggingFaceTB/SmolLM2-360M-Instruct SmolLM2 360M Instruct
        smollm2_1_7b_instruct HuggingFaceTB/SmolLM2-1.7B-Instruct SmolLM2 1.7B Instruct
        smollm3_3b HuggingFaceTB/SmolLM3-3B SmolLM3 3B
        """,
    ),
    *models(
        "minicpm",
        "auto",
        """
        minicpm3_4b openbmb/MiniCPM3-4B MiniCPM3 4B
        minicpm4_0_5b openbmb/MiniCPM4-0.5B MiniCPM4 0.5B
        minicpm4_8b openbmb/MiniCPM4-8B MiniCPM4 8B
        """,
    ),
)
