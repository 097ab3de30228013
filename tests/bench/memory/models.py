"""Llama-shaped models of random weights, with the sample model's tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from workbench.models.load import load_tokenizer

SAMPLE = "sample:model"


@dataclass(frozen=True)
class Sizes:
    """What distinguishes them."""

    hidden: int
    layers: int
    heads: int
    key_value_heads: int
    intermediate: int
    vocabulary: int = 32_000


SIZES = {
    "58M": Sizes(512, 8, 8, 8, 1376),
    "200M": Sizes(1024, 12, 16, 4, 2816),
    "1.8B": Sizes(2048, 24, 16, 8, 8192, 92_544),
    "8B": Sizes(4096, 32, 32, 8, 14_336, 128_256),
}


def write_model(folder: Path, name: str) -> str:
    """Write one in bf16, unless it is there; its path."""
    if (folder / name).is_dir():
        return str(folder / name)
    sizes = SIZES[name]
    config = LlamaConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        intermediate_size=sizes.intermediate,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.key_value_heads,
        max_position_embeddings=8192,
        tie_word_embeddings=False,
        dtype="bfloat16",
    )
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        model = LlamaForCausalLM(config)
    finally:
        torch.set_default_dtype(before)
    model.save_pretrained(folder / name)
    load_tokenizer(SAMPLE).save_pretrained(folder / name)
    return str(folder / name)
