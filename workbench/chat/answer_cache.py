"""What a model keeps of the tokens that it has read, while it answers: keys and values with room for those to come."""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer
from transformers.generation.utils import ALL_CACHE_NAMES

CACHE = "cache" if "cache" in ALL_CACHE_NAMES else "past_key_values"
"""What ``generate`` and ``forward`` call it, in newer and in older releases of transformers."""
_LEAST_MORE = 256
"""Tokens that room is made for at least."""


class GrowingLayer(DynamicLayer):  # type: ignore[misc]  # transformers is untyped
    """Keys and values of one layer, given out as transformers' own gives them, value by value.

    Its own writes all of them anew for each token; here a token is written into room that is there, and the room grows
    by half. So the work for a token does not grow with those before it.
    """

    length = 0
    _keys: torch.Tensor
    _values: torch.Tensor
    """With their room, ``[batch, heads, room, size]``."""

    @property
    def keys(self) -> torch.Tensor:
        """Of all tokens so far, ``[batch, heads, tokens, size]``."""
        return self._keys[..., : self.length, :]

    @keys.setter
    def keys(self, keys: torch.Tensor) -> None:
        self._keys = keys

    @property
    def values(self) -> torch.Tensor:
        """Of all tokens so far, ``[batch, heads, tokens, size]``."""
        return self._values[..., : self.length, :]

    @values.setter
    def values(self, values: torch.Tensor) -> None:
        self._values = values

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Begin with no room at all."""
        self._keys, self._values = key_states[..., :0, :], value_states[..., :0, :]
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add keys and values ``[batch, heads, new tokens, size]``; all of them, ``[batch, heads, tokens, size]``."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        new = key_states.shape[-2]
        self.make_room(new)
        begin, self.length = self.length, self.length + new
        self._keys[..., begin : self.length, :] = key_states
        self._values[..., begin : self.length, :] = value_states
        return self.keys, self.values

    def make_room(self, new: int) -> None:
        """For so many tokens more. It is never filled to its end: what fills it is another shape to compiled code."""
        length = self.length + new
        if length >= self._keys.shape[-2]:
            room = length + max(length // 2, _LEAST_MORE)
            self._keys, self._values = self._moved(self._keys, room), self._moved(self._values, room)

    def get_seq_length(self) -> int:
        """Tokens that are kept."""
        return self.length

    def crop(self, tokens_to_remove: int) -> None:
        """Forget the last tokens, given as a negative number."""
        self.length += tokens_to_remove

    def _moved(self, old: torch.Tensor, room: int) -> torch.Tensor:
        moved = old.new_empty((*old.shape[:-2], room, old.shape[-1]))
        moved[..., : self.length, :] = old[..., : self.length, :]
        return moved


def answer_cache(model: Any) -> dict[str, Any]:
    """The argument that gives ``generate``, or the model itself, a cache of its own for one answer.

    Empty for models that keep something else than keys and values, and make it themselves.
    """
    if not model._supports_default_dynamic_cache():
        return {}
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return {CACHE: cache}
