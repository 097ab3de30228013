"""What the engines of a GGUF file need to know of a network.

Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import math
from typing import Any

import gguf
import torch

from workbench.checkpoints.export.known_models import UNSCALED, rope_of
from workbench.checkpoints.export.source import ExportSource
from workbench.errors import WorkbenchError
from workbench.i18n import _


def head_dim(config: dict[str, Any]) -> int:
    """Values of one attention head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def add_facts(writer: gguf.GGUFWriter, source: ExportSource) -> None:
    """Put the sizes of the network into the file.

    Raises:
        WorkbenchError: the config lacks one.
    """
    config = source.config
    try:
        _add_sizes(writer, config)
        _add_rope(writer, rope_of(config))
    except KeyError as error:
        raise WorkbenchError(
            _("The model's config.json lacks {key}.").format(key=error.args[0]), where=str(source.folder)
        ) from error
    writer.add_context_length(source.context_length)


def _add_sizes(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    heads = config["num_attention_heads"]
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(head_dim(config))
    writer.add_value_length(head_dim(config))
    writer.add_rope_dimension_count(head_dim(config))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])


def _add_rope(writer: gguf.GGUFWriter, rope: dict[str, Any]) -> None:
    """Llama 3.1's scaling is no setting but a weight of the file: `rope_factors`."""
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    if rope["rope_type"] in UNSCALED | {"llama3"}:
        return
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
    else:
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    writer.add_rope_scaling_factor(float(rope["factor"]))


def rope_factors(config: dict[str, Any]) -> torch.Tensor | None:
    """What Llama 3.1's scaling divides each frequency by, ``[head_dim / 2]``; None without such scaling.

    Wavelengths beyond ``original / low_freq_factor`` are stretched, those below ``original / high_freq_factor`` stay,
    and between them one passes into the other.
    """
    rope = rope_of(config)
    if rope["rope_type"] != "llama3":
        return None
    size, factor = head_dim(config), float(rope["factor"])
    low, high = float(rope["low_freq_factor"]), float(rope["high_freq_factor"])
    frequencies = float(rope["rope_theta"]) ** -(torch.arange(0, size, 2, dtype=torch.float32) / size)
    turns = rope["original_max_position_embeddings"] * frequencies / (2 * math.pi)
    kept = ((turns - low) / (high - low)).clamp(0, 1)
    factors: torch.Tensor = 1 / ((1 - kept) / factor + kept)
    return factors
