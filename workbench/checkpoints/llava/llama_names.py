"""A language model under the names and the config of Llama."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.internlm2 import split_wqkv
from workbench.weights.internlm2_names import INTERNLM2, names_in_memory

_LLAMA = "llama"


def with_llama_names(tensors: Iterable[PlannedTensor], config: dict[str, Any]) -> list[PlannedTensor]:
    """The weights of a Llama or InternLM2 under the names of Llama.

    Raises:
        WorkbenchError: the model is of another kind.
    """
    _require_llama(config)
    if config["model_type"] == _LLAMA:
        return list(tensors)
    return [renamed for tensor in tensors for renamed in _renamed(tensor, config)]


def llama_config(config: dict[str, Any]) -> dict[str, Any]:
    """The config of a Llama that is the same network.

    Raises:
        WorkbenchError: as `with_llama_names`.
    """
    _require_llama(config)
    kept = {name: value for name, value in config.items() if name not in {"auto_map", "torch_dtype", "dtype"}}
    if config["model_type"] == _LLAMA:
        return kept
    bias = bool(kept.pop("bias", kept.get("attention_bias", True)))  # InternLM2 has biases if it does not speak of them
    return kept | {"architectures": ["LlamaForCausalLM"], "model_type": _LLAMA, "attention_bias": bias}


def _require_llama(config: dict[str, Any]) -> None:
    if config.get("model_type") not in {_LLAMA, INTERNLM2}:
        raise WorkbenchError(
            _("This layout takes a Llama or InternLM2 language model, but this one is {kind}.").format(
                kind=config.get("model_type")
            ),
            where="--save-format",
            fix=_("Use --save-format xtuner."),
        )


def _renamed(tensor: PlannedTensor, config: dict[str, Any]) -> list[PlannedTensor]:
    names = names_in_memory(tensor.name)
    return [replace(tensor, name=names[0])] if len(names) == 1 else _split(tensor, names, config)


def _split(fused: PlannedTensor, names: list[str], config: dict[str, Any]) -> list[PlannedTensor]:
    heads = int(config["num_attention_heads"])
    kv_heads = int(config.get("num_key_value_heads") or heads)
    groups = heads // kv_heads
    head_rows = fused.shape[0] // (kv_heads * (groups + 2))
    rows = (kv_heads * groups * head_rows, kv_heads * head_rows, kv_heads * head_rows)
    return [
        PlannedTensor(
            name, (rows[number], *fused.shape[1:]), fused.dtype, partial(_part, fused, kv_heads, groups, number)
        )
        for number, name in enumerate(names)
    ]


def _part(fused: PlannedTensor, kv_heads: int, groups: int, number: int) -> torch.Tensor:
    return split_wqkv(fused.make(), kv_heads, groups)[number]
