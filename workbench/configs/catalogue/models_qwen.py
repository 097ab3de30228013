"""Qwen of all generations, and DeepSeek-R1's distillations, which are Qwen2.5 and Llama 3 in their shape."""

from __future__ import annotations

from workbench.configs.catalogue.model import models

_LARGEST = {
    "full": {"lr": 1e-5, "accumulative_counts": 1, "dataloader_num_workers": 4},
    "qlora": {"lr": 1e-4, "accumulative_counts": 1},
}
MODELS = (
    *models(
        "qwen",
        "default",
        """
        qwen_1_8b Qwen/Qwen-1_8B Qwen 1.8B
        qwen_7b Qwen/Qwen-7B Qwen 7B
        qwen_72b Qwen/Qwen-72B Qwen 72B
        """,
    ),
    *models(
        "qwen",
        "qwen_chat",
        """
        qwen_1_8b_chat Qwen/Qwen-1_8B-Chat Qwen 1.8B Chat
        qwen_7b_chat Qwen/Qwen-7B-Chat Qwen 7B Chat
        """,
    ),
    *models(
        "qwen1_5",
        "default",
        """
        qwen1_5_0_5b Qwen/Qwen1.5-0.5B Qwen1.5 0.5B
        qwen1_5_1_8b Qwen/Qwen1.5-1.8B Qwen1.5 1.8B
        qwen1_5_4b Qwen/Qwen1.5-4B Qwen1.5 4B
        qwen1_5_7b Qwen/Qwen1.5-7B Qwen1.5 7B
        qwen1_5_14b Qwen/Qwen1.5-14B Qwen1.5 14B
        qwen1_5_72b Qwen/Qwen1.5-72B Qwen1.5 72B
        """,
    ),
    *models("qwen1_5", "default", "qwen1_5_110b Qwen/Qwen1.5-110B Qwen1.5 110B", None, _LARGEST),
    *models(
        "qwen1_5",
        "qwen_chat",
        """
        qwen1_5_0_5b_chat Qwen/Qwen1.5-0.5B-Chat Qwen1.5 0.5B Chat
        qwen1_5_1_8b_chat Qwen/Qwen1.5-1.8B-Chat Qwen1.5 1.8B Chat
        qwen1_5_4b_chat Qwen/Qwen1.5-4B-Chat Qwen1.5 4B Chat
        qwen1_5_7b_chat Qwen/Qwen1.5-7B-Chat Qwen1.5 7B Chat
        qwen1_5_14b_chat Qwen/Qwen1.5-14B-Chat Qwen1.5 14B Chat
        qwen1_5_72b_chat Qwen/Qwen1.5-72B-Chat Qwen1.5 72B Chat
        """,
    ),
    *models("qwen1_5", "qwen_chat", "qwen1_5_110b_chat Qwen/Qwen1.5-110B-Chat Qwen1.5 110B Chat", None, _LARGEST),
    *models("qwen1_5", "qwen_chat", "qwen1_5_moe_a2_7_b_chat Qwen/Qwen1.5-MoE-A2.7B-Chat Qwen1.5 MoE A2.7B Chat"),
    *models(
        "qwen2_5",
        "default",
        """
        qwen2_5_0_5b Qwen/Qwen2.5-0.5B Qwen2.5 0.5B
        qwen2_5_1_5b Qwen/Qwen2.5-1.5B Qwen2.5 1.5B
        qwen2_5_3b Qwen/Qwen2.5-3B Qwen2.5 3B
        qwen2_5_7b Qwen/Qwen2.5-7B Qwen2.5 7B
        """,
    ),
    *models(
        "qwen2_5",
        "qwen_chat",
        """
        qwen2_5_0_5b_instruct Qwen/Qwen2.5-0.5B-Instruct Qwen2.5 0.5B Instruct
        qwen2_5_1_5b_instruct Qwen/Qwen2.5-1.5B-Instruct Qwen2.5 1.5B Instruct
        qwen2_5_3b_instruct Qwen/Qwen2.5-3B-Instruct Qwen2.5 3B Instruct
        qwen2_5_7b_instruct Qwen/Qwen2.5-7B-Instruct Qwen2.5 7B Instruct
        qwen2_5_14b_instruct Qwen/Qwen2.5-14B-Instruct Qwen2.5 14B Instruct
        qwen2_5_32b_instruct Qwen/Qwen2.5-32B-Instruct Qwen2.5 32B Instruct
        qwen2_5_72b_instruct Qwen/Qwen2.5-72B-Instruct Qwen2.5 72B Instruct
        qwen2_5_coder_7b_instruct Qwen/Qwen2.5-Coder-7B-Instruct Qwen2.5 Coder 7B Instruct
        """,
    ),
    *models(
        "qwen3",
        "default",
        """
        qwen3_0_6b_base Qwen/Qwen3-0.6B-Base Qwen3 0.6B Base
        qwen3_1_7b_base Qwen/Qwen3-1.7B-Base Qwen3 1.7B Base
        qwen3_4b_base Qwen/Qwen3-4B-Base Qwen3 4B Base
        qwen3_8b_base Qwen/Qwen3-8B-Base Qwen3 8B Base
        """,
    ),
    *models(
        "qwen3",
        "auto",
        """
        qwen3_0_6b Qwen/Qwen3-0.6B Qwen3 0.6B
        qwen3_1_7b Qwen/Qwen3-1.7B Qwen3 1.7B
        qwen3_4b Qwen/Qwen3-4B Qwen3 4B
        qwen3_4b_instruct_2507 Qwen/Qwen3-4B-Instruct-2507 Qwen3 4B Instruct 2507
        qwen3_8b Qwen/Qwen3-8B Qwen3 8B
        qwen3_14b Qwen/Qwen3-14B Qwen3 14B
        qwen3_32b Qwen/Qwen3-32B Qwen3 32B
        qwen3_30b_a3b Qwen/Qwen3-30B-A3B Qwen3 30B A3B
        """,
    ),
    *models(
        "deepseek_r1",
        "auto",
        """
        deepseek_r1_distill_qwen_1_5b deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B DeepSeek-R1 Distill Qwen 1.5B
        deepseek_r1_distill_qwen_7b deepseek-ai/DeepSeek-R1-Distill-Qwen-7B DeepSeek-R1 Distill Qwen 7B
        deepseek_r1_distill_qwen_14b deepseek-ai/DeepSeek-R1-Distill-Qwen-14B DeepSeek-R1 Distill Qwen 14B
        deepseek_r1_distill_qwen_32b deepseek-ai/DeepSeek-R1-Distill-Qwen-32B DeepSeek-R1 Distill Qwen 32B
        deepseek_r1_distill_llama_8b deepseek-ai/DeepSeek-R1-Distill-Llama-8B DeepSeek-R1 Distill Llama 8B
        deepseek_r1_distill_llama_70b deepseek-ai/DeepSeek-R1-Distill-Llama-70B DeepSeek-R1 Distill Llama 70B
        """,
    ),
)
