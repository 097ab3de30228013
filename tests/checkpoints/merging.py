"""What tests of merging share: tiny models of other kinds, adapters with random weights, and what peft makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import (
    AutoModelForCausalLM,
    CLIPConfig,
    CLIPModel,
    CLIPVisionModel,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.models.load import load_language_model

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def tiny_llama(*, tied: bool = False, biased: bool = False) -> Any:
    """A Llama of a few thousand parameters."""
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=40,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=64,
            tie_word_embeddings=tied,
            attention_bias=biased,
            mlp_bias=biased,
        )
    )


def tiny_gpt2() -> Any:
    """A GPT-2, whose weights are turned round and whose embeddings are tied."""
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(vocab_size=40, n_positions=32, n_embd=32, n_layer=2, n_head=4))


def tiny_clip() -> Any:
    """A CLIP with both its towers."""
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    return CLIPModel(
        CLIPConfig(
            vision_config={**size, "image_size": 12, "patch_size": 4},
            text_config={**size, "vocab_size": 50, "max_position_embeddings": 16},
            projection_dim=16,
        )
    )


def saved_base(model: Any, folder: Path, dtype: str = "fp32") -> Path:
    """Write a base model."""
    model.to(DTYPES[dtype]).save_pretrained(folder)
    return folder


def saved_adapter(model: Any, config: Any, folder: Path) -> Path:
    """Write an adapter of the model whose weights are all random."""
    adapted = get_peft_model(model, config)
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    adapted.save_pretrained(folder)
    return folder


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    """All weights of a model folder."""
    return {name: tensor for path in folder.glob("*.safetensors") for name, tensor in load_file(path).items()}


def by_peft(base: Path, adapter: Path, target: Path, dtype: str = "fp32") -> dict[str, torch.Tensor]:
    """What peft makes of them with the whole model in memory."""
    model = load_language_model(str(base), precision=dtype)  # type: ignore[arg-type]
    PeftModel.from_pretrained(model, str(adapter)).merge_and_unload().save_pretrained(target)
    return weights_of(target)


def clip_by_peft(base: Path, adapter: Path, target: Path) -> dict[str, torch.Tensor]:
    """The same for the vision tower of a CLIP."""
    model = CLIPVisionModel.from_pretrained(base, dtype=torch.float32)
    PeftModel.from_pretrained(model, str(adapter)).merge_and_unload().save_pretrained(target)
    return weights_of(target)


def by_workbench(base: Path, adapter: Path, target: Path, **settings: Any) -> dict[str, torch.Tensor]:
    """What workbench makes of them."""
    return weights_of(merge(MergeRequest(str(base), adapter, target, **settings), lambda done, total: None).folder)


def logits(folder: Path) -> torch.Tensor:
    """What a model answers to a few tokens."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        values: torch.Tensor = model(torch.arange(1, 9)[None]).logits
    return values


def same(merged: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> list[str]:
    """The names whose tensors are not the same to the last bit; empty if all are."""
    names = merged.keys() | expected.keys()
    return sorted(
        name
        for name in names
        if name not in merged
        or name not in expected
        or merged[name].dtype != expected[name].dtype
        or not torch.equal(merged[name], expected[name])
    )
