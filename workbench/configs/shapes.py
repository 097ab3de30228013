"""The sizes of decoder models of the Llama kind, from ``config.json`` or a table of known names."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.configs.known_shapes import KNOWN_SHAPES
from workbench.configs.model_shape import ModelShape
from workbench.paths import resolve_model

__all__ = ["KNOWN_SHAPES", "ModelShape", "shape_of"]


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
