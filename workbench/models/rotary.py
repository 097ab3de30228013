"""Rotary position embedding: one whose answer depends on the text alone, and how it is stretched to longer texts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from workbench.configs.model_settings import RopeScaling


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


def stretch_context(config: Any, length: int, kind: RopeScaling = "linear") -> None:
    """Let a model's config take texts of ``length`` tokens; one that takes them already stays as it is.

    The factor is ``length / trained length``, rounded up. ``linear`` divides positions by it (arXiv:2306.15595), and
    is multiplied with linear scaling that is there; ``dynamic`` raises the base by it, for texts beyond the trained
    length only; ``yarn`` stretches slow waves more than fast ones (arXiv:2309.00071).
    """
    text = config.get_text_config()
    trained = int(text.max_position_embeddings)
    if length <= trained:
        return
    rope = text.rope_parameters or {}
    factor = float(math.ceil(length / trained))
    if kind == "linear" and rope.get("rope_type") == "linear":
        factor *= rope.get("factor", 1.0)
    kept = {name: rope[name] for name in ("rope_theta", "partial_rotary_factor") if name in rope}
    text.rope_parameters = {**kept, "rope_type": kind, "factor": factor}
    if kind == "yarn":
        text.rope_parameters["original_max_position_embeddings"] = trained
    if kind != "dynamic":  # which tells by this number where the trained length ends
        text.max_position_embeddings = length


def stretched_config(folder: Path, length: int, kind: RopeScaling) -> dict[str, Any]:
    """What ``config.json`` of a model folder says otherwise once its context is stretched; None stands for a key less."""
    before = AutoConfig.from_pretrained(folder)
    after = AutoConfig.from_pretrained(folder)
    stretch_context(after, length, kind)
    old, new = before.to_dict(), after.to_dict()
    changed = {name: new.get(name) for name in old | new if old.get(name) != new.get(name)}
    older_words = {"rope_scaling": None, "rope_theta": None} if "rope_parameters" in changed else {}
    return older_words | changed
