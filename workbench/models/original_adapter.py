"""LoRA adapters that were trained on InternLM2's own modules, put into the words of the model in memory.

A factor B of the fused ``wqkv`` is cut into q's, k's and v's rows, its A serves all three: the sum is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch
from peft import LoraConfig

from workbench.models.internlm2 import split_wqkv
from workbench.weights.internlm2_names import names_in_memory

_PREFIX = "base_model.model."
_NAME = re.compile(r"(.+?)\.(lora_\w+(?:\.weight|\.bias)?|modules_to_save\.\w+|base_layer\.\w+|weight|bias)$")
_SHARED = ("lora_A.weight", "lora_embedding_A", "lora_embedding_B")
_ORIGINAL = re.compile(r"\.attention\.w|\.feed_forward\.w|\.tok_embeddings\.|^base_model\.model\.output\.")
_PLACES = ("attention.wqkv", "attention.wo", "feed_forward.w1", "feed_forward.w2", "feed_forward.w3")


def modules_in_memory(module: str) -> list[str]:
    """The modules in memory of one on disk, by its full name or by the last part of it."""
    found = [name.removesuffix(".weight") for name in names_in_memory(f"{module}.weight")]
    return found if found != [module] else _BY_LAST_PART.get(module, found)


def _last(name: str) -> str:
    return name.removesuffix(".weight").rsplit(".", 1)[-1]


_BY_LAST_PART = {_last(place): [_last(name) for name in names_in_memory(f"{place}.weight")] for place in _PLACES}


def has_original_names(names: Iterable[str]) -> bool:
    """Whether an adapter's weights are named after InternLM2's own modules."""
    return any(_ORIGINAL.search(name) for name in names)


def weights_in_memory(weights: Mapping[str, torch.Tensor], kv_heads: int, groups: int) -> dict[str, torch.Tensor]:
    """An adapter's weights under the names of the modules in memory.

    Args:
        weights: by peft's names on disk, such as ``base_model.model.model.layers.0.attention.wqkv.lora_B.weight``.
        kv_heads: key/value heads of the model.
        groups: query heads for each of them.
    """
    renamed: dict[str, torch.Tensor] = {}
    for name, tensor in weights.items():
        match = _NAME.match(name.removeprefix(_PREFIX))
        if match is None:
            renamed[name] = tensor
            continue
        module, part = match.groups()
        places = modules_in_memory(module)
        whole = len(places) == 1 or part in _SHARED
        parts = [tensor] * len(places) if whole else split_wqkv(tensor, kv_heads, groups)
        renamed |= {f"{_PREFIX}{place}.{part}": piece for place, piece in zip(places, parts, strict=True)}
    return renamed


def config_in_memory(config: LoraConfig, weights: Iterable[str]) -> LoraConfig:
    """The adapter's settings for the modules in memory; ``weights`` are the names `weights_in_memory` gave."""
    matches = (_NAME.match(name.removeprefix(_PREFIX)) for name in weights)
    adapted = {match[1] for match in matches if match and match[2].startswith("lora_")}
    kept = [place for module in config.modules_to_save or [] for place in modules_in_memory(module)]
    return replace(
        config,
        target_modules=sorted(adapted),
        modules_to_save=kept or None,
        rank_pattern=_renamed_keys(config.rank_pattern),
        alpha_pattern=_renamed_keys(config.alpha_pattern),
    )


def _renamed_keys(pattern: Mapping[str, Any]) -> dict[str, Any]:
    return {place: value for module, value in (pattern or {}).items() for place in modules_in_memory(module)}
