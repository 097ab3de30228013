"""Attention within each of the samples that stand behind each other in one row, on a CPU.

A mask over the whole row lets torch's fused attention compute every pair of tokens, those of different samples too.
Taken sample by sample it computes the pairs that count, and needs no mask.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

SAMPLE_LENGTHS = "sample_lengths"
"""Argument of a model: tokens of each sample of the one row, in order."""
_FUSED = "sdpa"


def takes_sample_lengths(model: Any) -> bool:
    """Whether a model can be given `SAMPLE_LENGTHS`; from then on, its attention knows them.

    It must compute with torch's fused attention on a CPU, pass arguments on to it, and let every token see all those
    before it (no sliding window).
    """
    if torch.cuda.is_available() or getattr(model.config, "_attn_implementation", None) != _FUSED:
        return False
    if not getattr(model, "_supports_attention_backend", False) or _looks_through_a_window(model.config):
        return False
    if ALL_ATTENTION_FUNCTIONS[_FUSED] is not _by_sample:
        ALL_ATTENTION_FUNCTIONS[_FUSED] = _by_sample
    return True


def without_mask() -> torch.Tensor:
    """What keeps a model from making a mask: one of four dimensions is passed on to the attention as it is."""
    return torch.ones(1, 1, 1, 1, dtype=torch.bool)


def _looks_through_a_window(config: Any) -> bool:
    text = config.get_text_config()
    kinds = getattr(text, "layer_types", None)
    if kinds is not None:
        return any(kind != "full_attention" for kind in kinds)
    return bool(getattr(text, "sliding_window", None)) and bool(getattr(text, "use_sliding_window", True))


_whole_row = ALL_ATTENTION_FUNCTIONS[_FUSED]


def _by_sample(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    sample_lengths: list[int] | None = None,
    **options: Any,
) -> tuple[torch.Tensor, Any]:
    """As transformers' own, ``[1, heads, tokens, size]`` to ``[1, tokens, heads, size]``, sample by sample."""
    if sample_lengths is None:
        return _whole_row(module, query, key, value, attention_mask, **options)  # type: ignore[no-any-return]
    parts = zip(*(torch.split(part, sample_lengths, dim=2) for part in (query, key, value)), strict=True)
    return torch.cat([_whole_row(module, *part, None, **options)[0] for part in parts], dim=1), None
