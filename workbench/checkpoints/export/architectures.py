"""Which models a GGUF file can hold, under which names, and what its engines need to know of them.

Keys and names: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, and the maps in the ``gguf`` package.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import gguf
import torch

from workbench.checkpoints.export.source import ExportSource
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


@dataclass(frozen=True)
class Architecture:
    """A network as GGUF engines know it. ``turns_pairs``: its rotary embedding turns neighbouring values, so that the
    rows of q and k, which Hugging Face keeps in halves, are put in another order.
    """

    arch: gguf.MODEL_ARCH
    turns_pairs: bool


_LLAMA = Architecture(gguf.MODEL_ARCH.LLAMA, turns_pairs=True)
ARCHITECTURES = {
    "llama": _LLAMA,
    "mistral": _LLAMA,
    "internlm2": _LLAMA,
    "internlm3": _LLAMA,
    "qwen2": Architecture(gguf.MODEL_ARCH.QWEN2, turns_pairs=False),
    "qwen3": Architecture(gguf.MODEL_ARCH.QWEN3, turns_pairs=False),
}
"""By ``model_type``. InternLM's networks are Llama's, which more engines read and which may have biases."""
_UNSCALED = {"default", "dynamic"}
"""Dynamic scaling changes nothing up to the trained length, which is the length that is written."""
_YARN_KEYS = {"rope_type", "type", "rope_theta", "factor", "original_max_position_embeddings"}


def architecture_of(config: dict[str, Any]) -> Architecture:
    """How to write a model.

    Raises:
        WorkbenchError: GGUF files of such models cannot be written here, or its weights are quantised.
    """
    kind = str(config.get("model_type"))
    if kind not in ARCHITECTURES:
        raise WorkbenchError(
            _("A GGUF file cannot be written for models of the type {kind}.").format(kind=printable(kind)),
            where="config.json",
            fix=_("Possible are {kinds}; for others use convert_hf_to_gguf.py of llama.cpp.").format(
                kinds=listed(ARCHITECTURES)
            ),
        )
    if config.get("quantization_config"):
        raise WorkbenchError(
            _("The weights are stored in few bits (quantised); a GGUF file is made from the full-precision model."),
            where="config.json",
            fix=_("Name the model that this one was quantised from."),
        )
    return ARCHITECTURES[kind]


def head_dim(config: dict[str, Any]) -> int:
    """Values of one attention head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def add_facts(writer: gguf.GGUFWriter, source: ExportSource) -> None:
    """Put the sizes of the network into the file.

    Raises:
        WorkbenchError: the config lacks one, or scales its rotary embedding in a way that engines do not know.
    """
    config = source.config
    try:
        _add_sizes(writer, config)
    except KeyError as error:
        raise WorkbenchError(
            _("The model's config.json lacks {key}.").format(key=error.args[0]), where=str(source.folder)
        ) from error
    writer.add_context_length(source.context_length)
    _add_rope(writer, config)


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


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    """The settings of the rotary embedding, which older and newer configs keep in two places."""
    rope = {**(config.get("rope_scaling") or {}), **(config.get("rope_parameters") or {})}
    return {"rope_theta": config.get("rope_theta", 10000.0), **rope, "rope_type": _rope_type(rope)}


def _rope_type(rope: dict[str, Any]) -> str:
    return str(rope.get("rope_type") or rope.get("type") or "default")


def _add_rope(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    rope = _rope(config)
    kind = rope["rope_type"]
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    if kind in _UNSCALED or kind == "llama3":
        return
    if kind == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
    elif kind == "yarn" and set(rope) == _YARN_KEYS - ({"type"} - set(rope)):
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    else:
        raise WorkbenchError(
            _("The rotary embedding is scaled in a way that GGUF files cannot hold: {settings}").format(
                settings=printable(json.dumps(rope))
            ),
            where="config.json:rope_scaling",
        )
    writer.add_rope_scaling_factor(float(rope["factor"]))


def rope_factors(config: dict[str, Any]) -> torch.Tensor | None:
    """What Llama 3.1's scaling divides each frequency by, ``[head_dim / 2]``; None without such scaling.

    Wavelengths beyond ``original / low_freq_factor`` are stretched, those below ``original / high_freq_factor`` stay,
    and between them one passes into the other.
    """
    rope = _rope(config)
    if rope["rope_type"] != "llama3":
        return None
    size, factor = head_dim(config), float(rope["factor"])
    low, high = float(rope["low_freq_factor"]), float(rope["high_freq_factor"])
    frequencies = float(rope["rope_theta"]) ** -(torch.arange(0, size, 2, dtype=torch.float32) / size)
    turns = rope["original_max_position_embeddings"] * frequencies / (2 * math.pi)
    kept = ((turns - low) / (high - low)).clamp(0, 1)
    factors: torch.Tensor = 1 / ((1 - kept) / factor + kept)
    return factors
