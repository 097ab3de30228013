"""Small InternLM2 models that any program can build again: every weight is a formula of its name and place."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

GOLDENS = Path(__file__).with_name("internlm2_goldens.json")
SHOWN = (0, 9, 23)
"""The positions whose logits are compared, besides the last."""
ANSWER_TOKENS = 8
ANSWERED = ("grouped", "linear", "dynamic_beyond", "dynamic_grows")
"""The cases of which an answer is compared, too."""
BASE: dict[str, Any] = {
    "architectures": ["InternLM2ForCausalLM"],
    "attn_implementation": "eager",
    "auto_map": {
        "AutoConfig": "configuration_internlm2.InternLM2Config",
        "AutoModelForCausalLM": "modeling_internlm2.InternLM2ForCausalLM",
        "AutoModel": "modeling_internlm2.InternLM2ForCausalLM",
    },
    "bias": False,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
    "model_type": "internlm2",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "pad_token_id": 2,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "rope_theta": 10000,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "transformers_version": "4.41.0",
    "use_cache": True,
    "vocab_size": 60,
}
"""A ``config.json`` as the published models have it."""


@dataclass(frozen=True)
class Case:
    """A model that differs from `BASE`, and how many tokens it is asked about."""

    changes: dict[str, Any] = field(default_factory=dict)
    length: int = 40

    def config(self) -> dict[str, Any]:
        """Its ``config.json``."""
        return BASE | self.changes

    def tokens(self) -> torch.Tensor:
        """Two texts ``[2, length]`` without special tokens."""
        places = torch.arange(2 * self.length).view(2, self.length)
        return 3 + _mixed(places, "tokens") % (self.config()["vocab_size"] - 3)


CASES = {
    "grouped": Case(),
    "one_group": Case({"num_key_value_heads": 1}),
    "every_head": Case({"num_key_value_heads": 4}),
    "bias": Case({"bias": True}),
    "bias_unsaid": Case({"bias": None}),
    "theta": Case({"rope_theta": 1000000, "num_key_value_heads": 4}),
    "linear": Case({"rope_scaling": {"type": "linear", "factor": 2.0}}),
    "dynamic_within": Case({"rope_scaling": {"type": "dynamic", "factor": 2.0}}),
    "dynamic_beyond": Case({"rope_scaling": {"type": "dynamic", "factor": 2.0}, "max_position_embeddings": 16}),
    "dynamic_grows": Case({"rope_scaling": {"type": "dynamic", "factor": 3.0}, "max_position_embeddings": 42}),
    "tied": Case({"tie_word_embeddings": True}),
}


def _mixed(places: torch.Tensor, name: str) -> torch.Tensor:
    """Whole numbers below 2**31 that look random, from whole-number arithmetic that is the same everywhere."""
    value = (places + zlib.crc32(name.encode())) * 2654435761 & 0xFFFFFFFF
    value = (value ^ (value >> 15)) * 2246822519 & 0xFFFFFFFF
    return (value ^ (value >> 13)) & 0x7FFFFFFF


def made(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The fp32 weight of a name: norms around one, matrices of unit gain, biases of a tenth."""
    count = int(torch.tensor(shape).prod())
    spread = (_mixed(torch.arange(count), name).double() / 2**30 - 1).view(shape)
    if "norm" in name:
        return (1 + 0.3 * spread).float()
    gain = 0.2 if len(shape) == 1 else 1.7 if "tok_embeddings" in name else (6 / shape[-1]) ** 0.5
    return (gain * spread).float()


def weights_of(config: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Every weight of a model under InternLM2's own names."""
    hidden, vocab = config["hidden_size"], config["vocab_size"]
    shapes: dict[str, tuple[int, ...]] = {
        "model.tok_embeddings.weight": (vocab, hidden),
        "model.norm.weight": (hidden,),
    }
    if not config["tie_word_embeddings"]:
        shapes["output.weight"] = (vocab, hidden)
    for layer in range(config["num_hidden_layers"]):
        shapes |= {f"model.layers.{layer}.{name}": shape for name, shape in _layer_shapes(config).items()}
    return {name: made(name, shape) for name, shape in shapes.items()}


def _layer_shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    fused = (
        hidden * (config["num_attention_heads"] + 2 * config["num_key_value_heads"]) // config["num_attention_heads"]
    )
    biases = {} if config["bias"] is False else {"attention.wqkv.bias": (fused,), "attention.wo.bias": (hidden,)}
    return {
        "attention.wqkv.weight": (fused, hidden),
        "attention.wo.weight": (hidden, hidden),
        "feed_forward.w1.weight": (inner, hidden),
        "feed_forward.w2.weight": (hidden, inner),
        "feed_forward.w3.weight": (inner, hidden),
        "attention_norm.weight": (hidden,),
        "ffn_norm.weight": (hidden,),
        **biases,
    }
