"""A random InternLM2 of a few thousand parameters, with sizes that no rank count divides, and adapters on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from workbench.configs.provenance import Provenance, write_provenance
from workbench.models.internlm2 import InternLM2Config, InternLM2ForCausalLM


def tiny_model(seed: int = 0) -> Any:
    """An InternLM2 with grouped query attention: 3 query heads for each of 2 key/value heads."""
    torch.manual_seed(seed)
    config = InternLM2Config(
        vocab_size=37,
        hidden_size=30,
        intermediate_size=41,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=6,
        max_position_embeddings=64,
        tie_word_embeddings=False,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    return InternLM2ForCausalLM(config)


def with_lora(model: Any, seed: int = 1, **settings: Any) -> Any:
    """The model with a LoRA adapter whose weights are all random, so that merging it changes every target."""
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    config = LoraConfig(**{"r": 3, "lora_alpha": 7, "target_modules": targets, "task_type": "CAUSAL_LM", **settings})
    adapted = get_peft_model(model, config)
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(torch.randn_like(parameter) * 0.2)
            assert parameter.requires_grad or "lora" not in name
    return adapted


def save_base(folder: Path, *, max_shard_size: str = "5GB", dtype: torch.dtype = torch.float32) -> Path:
    """Write the tiny model with the files a base model has beside its weights."""
    tiny_model().to(dtype).save_pretrained(folder, max_shard_size=max_shard_size)
    (folder / "tokenizer.json").write_text('{"made": "by the test"}', encoding="utf-8")
    (folder / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    (folder / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    return folder


def save_adapter(folder: Path, **settings: Any) -> Path:
    """Write an adapter of the tiny model, with a note of its training."""
    with_lora(tiny_model(), **settings).save_pretrained(folder)
    write_provenance(folder, Provenance(prompt_template="internlm2_chat", base_model="somewhere/else", step=4))
    return folder
