"""Models small enough to be drawn anew for every test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    CLIPVisionModel,
    LlamaConfig,
    MistralConfig,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
    SiglipVisionModel,
)

from workbench.models.internlm2 import InternLM2Config
from workbench.models.load import load_tokenizer
from workbench.models.vision.tower import VisionTower

VOCABULARY = 2048
SIDE, PATCH, TOWER_WIDTH = 32, 8, 24
PATCHES = (SIDE // PATCH) ** 2
_SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_TOWER = {
    "hidden_size": TOWER_WIDTH,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "image_size": SIDE,
    "patch_size": PATCH,
}
LANGUAGE_CONFIGS: dict[str, Any] = {
    "internlm2": InternLM2Config(**_SIZES),
    "llama": LlamaConfig(**_SIZES),
    "mistral": MistralConfig(**_SIZES),
    "qwen2": Qwen2Config(**_SIZES, tie_word_embeddings=True),
    "qwen3": Qwen3Config(**_SIZES, head_dim=8),
    "phi3": Phi3Config(**_SIZES),
}


def sample_tokenizer() -> Any:
    return load_tokenizer("sample:model")


def language_model(kind: str, **changes: Any) -> Any:
    torch.manual_seed(1)
    config = type(LANGUAGE_CONFIGS[kind]).from_dict(LANGUAGE_CONFIGS[kind].to_dict() | changes)
    return AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()


def clip_tower(**changes: Any) -> VisionTower:
    torch.manual_seed(2)
    model = CLIPVisionModel(CLIPVisionConfig(**(_TOWER | changes))).eval()
    side = {"height": SIDE, "width": SIDE}
    return VisionTower("tiny-clip", model, CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size=side))


def siglip_tower() -> VisionTower:
    torch.manual_seed(2)
    model = SiglipVisionModel(SiglipVisionConfig(**_TOWER)).eval()
    return VisionTower("tiny-siglip", model, SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE}))


def save_tower(tower: VisionTower, folder: Path) -> Path:
    tower.model.save_pretrained(folder)
    tower.processor.save_pretrained(folder)
    return folder


def picture_pixels(count: int = 1) -> torch.Tensor:
    return torch.randn(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
