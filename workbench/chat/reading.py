"""A long prompt is read in pieces, between which others may compute and the answer may be stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.chat.answer_cache import CACHE

_TOKENS_AT_ONCE = {"cpu": 128}
"""So many take a CPU about a second with a model of a few billion weights; larger pieces are read no faster there."""
_TOKENS_AT_ONCE_ELSEWHERE = 1024
_LOOK_AT_LENGTH = {"dynamic", "longrope"}
"""Position embeddings that depend on how much is read at once."""


def read_ahead(model: Any, inputs: dict[str, Any], goes_on: Callable[[], bool]) -> bool:
    """Read all but the last piece of a prompt into the cache of an answer; ``generate`` reads what is left.

    Nothing is read of prompts with pictures, nor by models that keep something else than keys and values.

    Args:
        inputs: of ``generate``: ``input_ids``, ``[1, tokens]``, and what `answer_cache` gives.
        goes_on: asked after each piece.

    Returns:
        False if it did not go on.
    """
    ids, cache = inputs["input_ids"], inputs.get(CACHE)
    has_pictures = bool(inputs.keys() - {"input_ids", "attention_mask", CACHE})
    if cache is None or has_pictures or _looks_at_length(model):
        return True
    most = _TOKENS_AT_ONCE.get(ids.device.type, _TOKENS_AT_ONCE_ELSEWHERE)
    more = {"logits_to_keep": 1} if model._supports_logits_to_keep() else {}
    for begin in range(0, ids.shape[1] - most, most):
        model(input_ids=ids[:, begin : begin + most], use_cache=True, **{CACHE: cache}, **more)
        if not goes_on():
            return False
    return True


def _looks_at_length(model: Any) -> bool:
    config = model.config.get_text_config(decoder=True)
    scaling = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    return scaling.get("rope_type", scaling.get("type")) in _LOOK_AT_LENGTH
