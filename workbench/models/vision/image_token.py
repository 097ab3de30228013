"""The token id that stands where a picture's features go.

The tokenizer does not know it, so that ``<image>`` in a text stays text. It is an id of the embedding that no token
has, or of a row that is added; the output head never says it.
"""

from __future__ import annotations

import math
from typing import Any

import torch

VOCABULARY_STEP = 64
"""Sizes of an embedding that had to grow are multiples of this; tensor cores want it so."""
ORIGINAL_SIZE = "language_model_vocab_size"
"""Field of the config: rows of the language model's own embedding."""


def make_room_for_image(language_model: Any, tokenizer: Any) -> int:
    """The id for pictures; the embedding grows if each of its rows has a token. New rows are the mean of the others."""
    rows = language_model.get_input_embeddings().weight.shape[0]
    image_id: int = max(tokenizer.get_vocab().values()) + 1
    if image_id >= rows:
        size = math.ceil((image_id + 1) / VOCABULARY_STEP) * VOCABULARY_STEP
        language_model.resize_token_embeddings(size, mean_resizing=False)
        for layer in {language_model.get_input_embeddings(), language_model.get_output_embeddings()}:
            _fill_with_mean(layer, rows)
    return image_id


def _fill_with_mean(layer: Any, rows: int) -> None:
    with torch.no_grad():
        layer.weight[rows:] = layer.weight[:rows].float().mean(dim=0).to(layer.weight.dtype)
        bias = getattr(layer, "bias", None)
        if bias is not None:
            bias[rows:] = bias[:rows].mean()
