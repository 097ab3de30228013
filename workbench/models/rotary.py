"""Rotary position embedding whose answer depends on the text alone."""

from __future__ import annotations

from typing import Any

import torch
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding


class OwnLengthRotaryEmbedding(LlamaRotaryEmbedding):  # type: ignore[misc]  # transformers is untyped
    """Dynamic NTK scaling by the length of the text at hand, as InternLM's code computes it on a fresh model.

    transformers remembers the longest text so far: a shorter one after it, still longer than the trained length, would
    get the longer one's base, and a model would answer by what it was asked before.
    """

    def forward(self, x: torch.Tensor, position_ids: torch.Tensor) -> Any:
        """Cosine and sine ``[batch, length, head_dim]``."""
        if self.rope_type == "dynamic":
            self.max_seq_len_cached = self.original_max_seq_len
            self.inv_freq = self.original_inv_freq.to(x.device)
        return super().forward(x, position_ids)
