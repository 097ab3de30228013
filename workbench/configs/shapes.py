"""The sizes of decoder models of the Llama kind, from ``config.json`` or a table of known names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.configs.known_shapes import KNOWN_SHAPES
from workbench.configs.model_shape import ModelShape
from workbench.paths import resolve_model

__all__ = ["KNOWN_SHAPES", "ModelShape", "context_of", "shape_of"]


def shape_of(model: str) -> ModelShape | None:
    """The sizes of a local model folder or a known hub name; None if they cannot be had without loading it."""
    facts = _facts(model)
    if facts is None:
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


def context_of(model: str) -> int | None:
    """The most tokens that a local model folder's ``config.json`` says it reads; None if it says nothing."""
    facts = _facts(model) or {}
    reach = facts.get("max_position_embeddings")
    return reach if isinstance(reach, int) else None


def _facts(model: str) -> dict[str, Any] | None:
    """A local model folder's ``config.json``; None if there is none, or it is damaged."""
    path = Path(resolve_model(model)) / "config.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None
