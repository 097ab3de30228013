"""The names of a model's layers and weights, from the headers of its files: no weight is read."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.configs.layer_rules import LayerNames
from workbench.weights.folder import listed
from workbench.weights.headers import DamagedError, safetensors_shapes
from workbench.weights.internlm2_names import INTERNLM2, names_in_memory
from workbench.weights.small_json import json_object

_SAME_ON_DISK = {
    "gemma",
    "gemma2",
    "gemma3_text",
    "internlm",
    "internlm3",
    "llama",
    "mistral",
    "phi3",
    "qwen2",
    "qwen3",
    "smollm3",
}
"""Kinds of models (``model_type``) whose weights are called on disk as they are in memory."""
_LAYERS = re.compile(r"model\.layers\.(\d+)\.")
_HEAD, _SCORES = "lm_head", "score"
_NO_ADAPTERS = {"embed_tokens", _HEAD, _SCORES}


def layer_names(folder: Path, *, scores: bool = False) -> LayerNames | None:
    """What a language model's parts will be called in memory; None if the files do not tell.

    Args:
        scores: it is loaded with a head that gives scores instead of its output head.
    """
    kind = json_object(folder / "config.json").get("model_type")
    if kind != INTERNLM2 and kind not in _SAME_ON_DISK:
        return None
    try:
        files = [path for path in listed(folder).weights if path.suffix == ".safetensors"]
        on_disk = {name: shape for path in files for name, shape in safetensors_shapes(path).items()}
    except (OSError, DamagedError):
        return None
    named = names_in_memory if kind == INTERNLM2 else lambda name: [name]
    shapes = {name: shape for old, shape in on_disk.items() for name in named(old)}
    numbers = [int(match[1]) for name in shapes if (match := _LAYERS.match(name))]
    if not numbers:
        return None
    own_head, head = (_HEAD, _SCORES) if scores else (_SCORES, _HEAD)
    shapes = {name: shape for name, shape in shapes.items() if not name.startswith(f"{own_head}.")}
    parameters = [*shapes, f"{head}.weight"]  # which a file may lack: tied to the embeddings, or new
    parts = [name.split(".")[:-1] for name in parameters]
    modules = {".".join(some[:end]) for some in parts for end in range(1, len(some) + 1)}
    matrices = {name.split(".")[-2] for name, shape in shapes.items() if len(shape) == 2 and name.endswith(".weight")}
    return LayerNames(
        parameters=tuple(dict.fromkeys(parameters)),
        modules=tuple(sorted(modules)),
        linear=tuple(sorted(matrices - _NO_ADAPTERS)),
        blocks=max(numbers) + 1,
    )
