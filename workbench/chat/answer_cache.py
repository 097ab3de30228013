"""What a model keeps of the tokens that it has read, while it answers: keys and values with room for those to come."""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer
from transformers.generation.utils import ALL_CACHE_NAMES

_ARGUMENT = "cache" if "cache" in ALL_CACHE_NAMES else "past_key_values"
"""What ``generate`` and ``forward`` call it, in newer and in older releases of transformers."""
_LEAST_MORE = 256
"""Tokens that room is made for at least."""


class GrowingLayer(DynamicLayer):  # type: ignore[misc]  # transformers is untyped
    """Keys and values of one layer, as transformers' own gives them, value by value.

    Its own writes all of them anew for each token; here a token is written into room that is there, and the room grows
    by half. So the work for a token does not grow with those before it.
    """

    _room: tuple[torch.Tensor, torch.Tensor] | None = None
    _given: torch.Tensor | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add keys and values ``[batch, heads, new tokens, size]``; all of them, ``[batch, heads, tokens, size]``."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        before = self.get_seq_length()
        length = before + key_states.shape[-2]
        if self._room is None or self.keys is not self._given or length > self._room[0].shape[-2]:
            self._room = _with_room(self.keys, key_states, length), _with_room(self.values, value_states, length)
        shown = []
        for room, new in zip(self._room, (key_states, value_states), strict=True):
            room[..., before:length, :] = new
            shown.append(room[..., :length, :])
        self.keys, self.values = shown
        self._given = self.keys
        return self.keys, self.values


def _with_room(old: torch.Tensor, new: torch.Tensor, length: int) -> torch.Tensor:
    room = new.new_empty((*new.shape[:-2], length + max(length // 2, _LEAST_MORE), new.shape[-1]))
    if old.numel():
        room[..., : old.shape[-2], :] = old
    return room


def answer_cache(model: Any) -> dict[str, Any]:
    """The argument that gives ``generate``, or the model itself, a cache of its own for one answer.

    Empty for models that keep something else than keys and values, and make it themselves.
    """
    if not model._supports_default_dynamic_cache():
        return {}
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return {_ARGUMENT: cache}
