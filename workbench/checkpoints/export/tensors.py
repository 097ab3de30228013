"""The weights of a model under GGUF's names, planned before any is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gguf
import torch

from workbench.checkpoints.export.architectures import rope_factors
from workbench.checkpoints.export.known_models import Architecture
from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.internlm2 import split_wqkv
from workbench.text import printable
from workbench.weights.internlm2_names import INTERNLM2, names_in_memory

_SUFFIXES = (".weight", ".bias")
_NOT_WRITTEN = re.compile(r".*rotary_emb\.inv_freq")
_ROTATED = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}
_OUTER = ("token_embd.weight", "output_norm.weight")
_OF_A_LAYER = ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class GgufTensor:
    """A weight under its name in the file. ``make``: reads it when its turn comes."""

    name: str
    shape: tuple[int, ...]
    make: Callable[[], torch.Tensor]


def plan_tensors(model: ModelFiles, config: dict[str, Any], architecture: Architecture) -> list[GgufTensor]:
    """Every weight of the file, in the order of the model's own files.

    Raises:
        WorkbenchError: a weight has no place in such a file, or one is missing.
    """
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[architecture.name.upper()], int(config["num_hidden_layers"]))
    planned = []
    for name, tensor in model.stored.items():
        if _NOT_WRITTEN.fullmatch(name) or (name == "lm_head.weight" and config.get("tie_word_embeddings")):
            continue
        for ours, shape, make in _parts(name, tensor, config):
            theirs = names.get_name(ours, try_suffixes=_SUFFIXES)
            if theirs is None:
                raise WorkbenchError(
                    _("The weight {name} has no place in a GGUF file of this model type.").format(name=printable(name)),
                    where=str(model.folder),
                )
            rotated = partial(_in_pairs, make, heads) if (heads := _heads(ours, config, architecture)) else make
            planned.append(GgufTensor(theirs, shape, rotated))
    factors = rope_factors(config)
    if factors is not None:
        planned.append(GgufTensor("rope_freqs.weight", tuple(factors.shape), lambda: factors))
    _require_all({tensor.name for tensor in planned}, config, model)
    return planned


def _parts(
    name: str, tensor: LazyTensor, config: dict[str, Any]
) -> Iterator[tuple[str, tuple[int, ...], Callable[[], torch.Tensor]]]:
    """A stored weight under Llama's names: one, or q, k and v of InternLM2's ``wqkv``."""
    names = names_in_memory(name) if config.get("model_type") == INTERNLM2 else [name]
    if len(names) == 1:
        yield names[0], tensor.shape, tensor.load
        return
    kv_heads = int(config.get("num_key_value_heads") or config["num_attention_heads"])
    groups = int(config["num_attention_heads"]) // kv_heads
    head_rows = tensor.shape[0] // (kv_heads * (groups + 2))
    for position, (part, heads) in enumerate(zip(names, (kv_heads * groups, kv_heads, kv_heads), strict=True)):
        yield part, (heads * head_rows, *tensor.shape[1:]), partial(_third, tensor, kv_heads, groups, position)


def _third(tensor: LazyTensor, kv_heads: int, groups: int, position: int) -> torch.Tensor:
    return split_wqkv(tensor.load(), kv_heads, groups)[position]


def _heads(name: str, config: dict[str, Any], architecture: Architecture) -> int | None:
    """Over how many heads the rows of a weight are put in another order; None if they stay."""
    if not architecture.turns_pairs:
        return None
    key = next((key for part, key in _ROTATED.items() if f".{part}." in name), None)
    return int(config.get(key) or config["num_attention_heads"]) if key else None


def _in_pairs(make: Callable[[], torch.Tensor], heads: int) -> torch.Tensor:
    """Rows ``[heads, 2, half]`` as ``[heads, half, 2]``."""
    tensor = make()
    halves = tensor.view(heads, 2, -1, *tensor.shape[1:])
    return halves.transpose(1, 2).reshape(tensor.shape)


def _require_all(planned: set[str], config: dict[str, Any], model: ModelFiles) -> None:
    layers = range(int(config["num_hidden_layers"]))
    needed = [*_OUTER, *(f"blk.{layer}.{name}.weight" for layer in layers for name in _OF_A_LAYER)]
    if not config.get("tie_word_embeddings"):
        needed.append("output.weight")
    missing = [name for name in needed if name not in planned]
    if missing:
        raise WorkbenchError(
            _("Weights are missing: {names}.").format(names=", ".join(missing[:3])),
            where=str(model.folder),
            fix=_("Fetch the model again."),
        )
