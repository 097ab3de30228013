"""The sizes of decoder models of the Llama kind (InternLM2, Llama 3, Vicuna, Phi-3), from ``config.json`` or a table of known names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from workbench.paths import resolve_model


@dataclass(frozen=True)
class ModelShape:
    """A decoder with grouped-query attention and a gated feed-forward layer; ``head_size`` is per attention head."""

    hidden_size: int
    layers: int
    heads: int
    key_value_heads: int
    intermediate_size: int
    vocabulary: int
    tied_embeddings: bool = False
    head_size: int | None = None

    @property
    def attention_width(self) -> int:
        """Columns of the query projection."""
        return self.heads * (self.head_size or self.hidden_size // self.heads)

    @property
    def key_value_width(self) -> int:
        """Columns of the key projection, and of the value projection."""
        return self.key_value_heads * (self.head_size or self.hidden_size // self.heads)

    @property
    def linear_shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of one layer's seven linear maps: q, k, v, o, gate, up, down."""
        hidden, wide = self.hidden_size, self.intermediate_size
        return [
            (hidden, self.attention_width),
            (hidden, self.key_value_width),
            (hidden, self.key_value_width),
            (self.attention_width, hidden),
            (hidden, wide),
            (hidden, wide),
            (wide, hidden),
        ]

    @property
    def linear_parameters(self) -> int:
        """Weights of all linear maps of all layers, which is what 4-bit loading shrinks."""
        return self.layers * sum(inputs * outputs for inputs, outputs in self.linear_shapes)

    @property
    def other_parameters(self) -> int:
        """Embedding, output head and norms."""
        embeddings = self.vocabulary * self.hidden_size * (1 if self.tied_embeddings else 2)
        return embeddings + self.hidden_size * (2 * self.layers + 1)

    @property
    def parameters(self) -> int:
        """All weights."""
        return self.linear_parameters + self.other_parameters

    def adapter_parameters(self, rank: int) -> int:
        """Weights of LoRA adapters of this rank on all seven linear maps."""
        return self.layers * sum(rank * (inputs + outputs) for inputs, outputs in self.linear_shapes)


# From the models' own config.json.
KNOWN_SHAPES = {
    "internlm/internlm2-1_8b": ModelShape(2048, 24, 16, 8, 8192, 92544),
    "internlm/internlm2-chat-1_8b": ModelShape(2048, 24, 16, 8, 8192, 92544),
    "internlm/internlm2-7b": ModelShape(4096, 32, 32, 8, 14336, 92544),
    "internlm/internlm2-chat-7b": ModelShape(4096, 32, 32, 8, 14336, 92544),
    "internlm/internlm2_5-7b-chat": ModelShape(4096, 32, 32, 8, 14336, 92544),
    "internlm/internlm2-chat-20b": ModelShape(6144, 48, 48, 8, 16384, 92544),
    "internlm/internlm-chat-7b": ModelShape(4096, 32, 32, 32, 11008, 103168),
    "lmsys/vicuna-7b-v1.5": ModelShape(4096, 32, 32, 32, 11008, 32000),
    "lmsys/vicuna-13b-v1.5": ModelShape(5120, 40, 40, 40, 13824, 32000),
    "microsoft/Phi-3-mini-4k-instruct": ModelShape(3072, 32, 32, 32, 8192, 32064),
    "meta-llama/Meta-Llama-3-8B": ModelShape(4096, 32, 32, 8, 14336, 128256),
    "meta-llama/Meta-Llama-3-8B-Instruct": ModelShape(4096, 32, 32, 8, 14336, 128256),
    "meta-llama/Meta-Llama-3-70B-Instruct": ModelShape(8192, 80, 64, 8, 28672, 128256),
}


def shape_of(model: str) -> ModelShape | None:
    """The sizes of a local model folder or a known hub name; None if they cannot be had without loading it."""
    path = Path(resolve_model(model)) / "config.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return KNOWN_SHAPES.get(model)
    try:
        return ModelShape(
            hidden_size=int(facts["hidden_size"]),
            layers=int(facts["num_hidden_layers"]),
            heads=int(facts["num_attention_heads"]),
            key_value_heads=int(facts.get("num_key_value_heads") or facts["num_attention_heads"]),
            intermediate_size=int(facts["intermediate_size"]),
            vocabulary=int(facts["vocab_size"]),
            tied_embeddings=bool(facts.get("tie_word_embeddings", False)),
            head_size=int(facts["head_dim"]) if facts.get("head_dim") else None,
        )
    except (KeyError, TypeError, ValueError):
        return None
