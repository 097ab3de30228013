"""The sizes of models by their Hugging Face names, from their own ``config.json``; without mixtures of experts."""

from __future__ import annotations

from workbench.configs.model_shape import ModelShape

_TIED = True
_INTERNLM = (
    (ModelShape(4096, 32, 32, 32, 11008, 103168), "internlm-7b internlm-chat-7b"),
    (
        ModelShape(2048, 24, 16, 8, 8192, 92544),
        "internlm2-1_8b internlm2-chat-1_8b internlm2-chat-1_8b-sft internlm2_5-1_8b-chat",
    ),
    (
        ModelShape(4096, 32, 32, 8, 14336, 92544),
        "internlm2-7b internlm2-chat-7b internlm2-chat-7b-sft internlm2_5-7b-chat",
    ),
    (ModelShape(6144, 48, 48, 8, 16384, 92544), "internlm2-20b internlm2-chat-20b internlm2_5-20b-chat"),
    (ModelShape(5120, 60, 40, 40, 13824, 103168), "internlm-20b internlm-chat-20b"),
    (ModelShape(4096, 48, 32, 2, 10240, 128512), "internlm3-8b-instruct"),
)
_QWEN = (
    (ModelShape(1024, 24, 16, 16, 2816, 151936, _TIED), "Qwen1.5-0.5B Qwen1.5-0.5B-Chat"),
    (ModelShape(2048, 24, 16, 16, 5504, 151936), "Qwen1.5-1.8B Qwen1.5-1.8B-Chat"),
    (ModelShape(2560, 40, 20, 20, 6912, 151936), "Qwen1.5-4B Qwen1.5-4B-Chat"),
    (ModelShape(4096, 32, 32, 32, 11008, 151936), "Qwen1.5-7B Qwen1.5-7B-Chat"),
    (ModelShape(5120, 40, 40, 40, 13696, 152064), "Qwen1.5-14B Qwen1.5-14B-Chat"),
    (ModelShape(8192, 80, 64, 64, 24576, 152064), "Qwen1.5-72B Qwen1.5-72B-Chat"),
    (ModelShape(8192, 80, 64, 8, 49152, 152064), "Qwen1.5-110B Qwen1.5-110B-Chat"),
    (ModelShape(896, 24, 14, 2, 4864, 151936, _TIED), "Qwen2.5-0.5B Qwen2.5-0.5B-Instruct"),
    (ModelShape(1536, 28, 12, 2, 8960, 151936, _TIED), "Qwen2.5-1.5B Qwen2.5-1.5B-Instruct"),
    (ModelShape(2048, 36, 16, 2, 11008, 151936, _TIED), "Qwen2.5-3B Qwen2.5-3B-Instruct"),
    (ModelShape(3584, 28, 28, 4, 18944, 152064), "Qwen2.5-7B Qwen2.5-7B-Instruct Qwen2.5-Coder-7B-Instruct"),
    (ModelShape(5120, 48, 40, 8, 13824, 152064), "Qwen2.5-14B-Instruct"),
    (ModelShape(5120, 64, 40, 8, 27648, 152064), "Qwen2.5-32B-Instruct"),
    (ModelShape(8192, 80, 64, 8, 29568, 152064), "Qwen2.5-72B-Instruct"),
    (ModelShape(1024, 28, 16, 8, 3072, 151936, _TIED, 128), "Qwen3-0.6B Qwen3-0.6B-Base"),
    (ModelShape(2048, 28, 16, 8, 6144, 151936, _TIED, 128), "Qwen3-1.7B Qwen3-1.7B-Base"),
    (ModelShape(2560, 36, 32, 8, 9728, 151936, _TIED, 128), "Qwen3-4B Qwen3-4B-Base Qwen3-4B-Instruct-2507"),
    (ModelShape(4096, 36, 32, 8, 12288, 151936, head_size=128), "Qwen3-8B Qwen3-8B-Base"),
    (ModelShape(5120, 40, 40, 8, 17408, 151936, head_size=128), "Qwen3-14B"),
    (ModelShape(5120, 64, 64, 8, 25600, 151936, head_size=128), "Qwen3-32B"),
)
_DEEPSEEK = (
    (ModelShape(4096, 32, 32, 32, 11008, 32256), "deepseek-coder-6.7b-base deepseek-coder-6.7b-instruct"),
    (ModelShape(1536, 28, 12, 2, 8960, 151936), "DeepSeek-R1-Distill-Qwen-1.5B"),
    (ModelShape(3584, 28, 28, 4, 18944, 152064), "DeepSeek-R1-Distill-Qwen-7B"),
    (ModelShape(5120, 48, 40, 8, 13824, 152064), "DeepSeek-R1-Distill-Qwen-14B"),
    (ModelShape(5120, 64, 40, 8, 27648, 152064), "DeepSeek-R1-Distill-Qwen-32B"),
    (ModelShape(4096, 32, 32, 8, 14336, 128256), "DeepSeek-R1-Distill-Llama-8B"),
    (ModelShape(8192, 80, 64, 8, 28672, 128256), "DeepSeek-R1-Distill-Llama-70B"),
)
_LLAMA = (
    (ModelShape(4096, 32, 32, 32, 11008, 32000), "Llama-2-7b-hf Llama-2-7b-chat-hf"),
    (ModelShape(8192, 80, 64, 8, 28672, 32000), "Llama-2-70b-hf"),
    (
        ModelShape(4096, 32, 32, 8, 14336, 128256),
        "Meta-Llama-3-8B Meta-Llama-3-8B-Instruct Llama-3.1-8B Llama-3.1-8B-Instruct",
    ),
    (
        ModelShape(8192, 80, 64, 8, 28672, 128256),
        "Meta-Llama-3-70B-Instruct Llama-3.1-70B-Instruct Llama-3.3-70B-Instruct",
    ),
    (ModelShape(2048, 16, 32, 8, 8192, 128256, _TIED), "Llama-3.2-1B Llama-3.2-1B-Instruct"),
    (ModelShape(3072, 28, 24, 8, 8192, 128256, _TIED), "Llama-3.2-3B Llama-3.2-3B-Instruct"),
)
_GEMMA = (
    (ModelShape(2048, 18, 8, 1, 16384, 256000, _TIED, 256), "gemma-2b gemma-2b-it"),
    (ModelShape(3072, 28, 16, 16, 24576, 256000, _TIED, 256), "gemma-7b gemma-7b-it"),
    (ModelShape(2304, 26, 8, 4, 9216, 256000, _TIED, 256), "gemma-2-2b-it"),
    (ModelShape(3584, 42, 16, 8, 14336, 256000, _TIED, 256), "gemma-2-9b-it"),
    (ModelShape(4608, 46, 32, 16, 36864, 256000, _TIED, 128), "gemma-2-27b-it"),
    (ModelShape(1152, 26, 4, 1, 6912, 262144, _TIED, 256), "gemma-3-1b-it"),
)
_MISTRAL = (
    (ModelShape(4096, 32, 32, 8, 14336, 32000), "Mistral-7B-v0.1"),
    (ModelShape(4096, 32, 32, 8, 14336, 32768), "Mistral-7B-v0.3 Mistral-7B-Instruct-v0.3"),
    (ModelShape(5120, 40, 32, 8, 14336, 131072, head_size=128), "Mistral-Nemo-Instruct-2407"),
)
_PHI = (
    (
        ModelShape(3072, 32, 32, 32, 8192, 32064),
        "Phi-3-mini-4k-instruct Phi-3-mini-128k-instruct Phi-3.5-mini-instruct",
    ),
    (ModelShape(3072, 32, 24, 8, 8192, 200064, _TIED), "Phi-4-mini-instruct"),
    (ModelShape(5120, 40, 40, 10, 17920, 100352), "phi-4"),
)
_SMOLLM = (
    (ModelShape(576, 30, 9, 3, 1536, 49152, _TIED), "SmolLM2-135M-Instruct"),
    (ModelShape(960, 32, 15, 5, 2560, 49152, _TIED), "SmolLM2-360M-Instruct"),
    (ModelShape(2048, 24, 32, 32, 8192, 49152, _TIED), "SmolLM2-1.7B-Instruct"),
    (ModelShape(2048, 36, 16, 4, 11008, 128256, _TIED), "SmolLM3-3B"),
)
_GLM = (
    (ModelShape(4096, 40, 32, 2, 13696, 151552), "glm-4-9b-chat-hf GLM-4-9B-0414"),
    (ModelShape(6144, 61, 48, 2, 23040, 151552), "GLM-4-32B-0414"),
)
_YI = (
    (ModelShape(4096, 32, 32, 4, 11008, 64000), "Yi-6B"),
    (ModelShape(7168, 60, 56, 8, 20480, 64000), "Yi-34B Yi-34B-200K"),
)
_BY_OWNER = {
    "internlm": _INTERNLM,
    "Qwen": _QWEN,
    "deepseek-ai": _DEEPSEEK,
    "meta-llama": _LLAMA,
    "huggyllama": ((ModelShape(4096, 32, 32, 32, 11008, 32000), "llama-7b"),),
    "lmsys": (
        (ModelShape(4096, 32, 32, 32, 11008, 32000), "vicuna-7b-v1.5"),
        (ModelShape(5120, 40, 40, 40, 13824, 32000), "vicuna-13b-v1.5"),
    ),
    "google": _GEMMA,
    "mistralai": _MISTRAL,
    "HuggingFaceH4": ((ModelShape(4096, 32, 32, 8, 14336, 32000), "zephyr-7b-beta"),),
    "microsoft": _PHI,
    "HuggingFaceTB": _SMOLLM,
    "zai-org": _GLM,
    "01-ai": _YI,
    "CohereForAI": ((ModelShape(12288, 64, 96, 8, 33792, 256000, _TIED), "c4ai-command-r-plus"),),
}
KNOWN_SHAPES = {
    f"{owner}/{name}": shape for owner, rows in _BY_OWNER.items() for shape, names in rows for name in names.split()
}
"""By ``owner/name``."""
