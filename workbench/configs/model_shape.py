"""The sizes of a decoder model of the Llama kind, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass


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
