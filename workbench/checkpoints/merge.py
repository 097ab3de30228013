"""Merging an adapter into its base, one tensor at a time: memory stays near one shard, whatever the model's size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from workbench.checkpoints.lora import LoraAdapter, read_adapter
from workbench.checkpoints.model_files import ModelFiles, open_model
from workbench.checkpoints.output import complete_or_absent, require_space
from workbench.checkpoints.shard_writer import ShardWriter
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.internlm2 import MODEL_TYPE as INTERNLM2
from workbench.models.internlm2 import RENAMED, fuse_wqkv, split_wqkv

MergedDtype = Literal["auto", "fp32", "fp16", "bf16"]
_DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
_FUSED = ".attention.wqkv."
_PARTS = (".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj.")


@dataclass(frozen=True)
class MergeRequest:
    """What to merge into what. ``dtype`` auto keeps the base's own precision."""

    base: str
    adapter: Path
    target: Path
    dtype: MergedDtype = "auto"
    max_shard_bytes: int = 2 * 10**9
    overwrite: bool = False


def merge(request: MergeRequest, on_progress: Callable[[int, int], None]) -> Path:
    """Write the merged model and return its folder; on_progress gets bytes done and in all.

    The files, names and config are the base's own.

    Raises:
        WorkbenchError: something is missing, does not fit together, or would be overwritten.
    """
    adapter = read_adapter(request.adapter)
    base = open_model(request.base)
    total = base.total_bytes
    require_space(request.target, round(total * _growth(request.dtype)))
    weights = _Weights(base, adapter)
    weights.check_everything_fits(request.adapter)
    sources = [base.folder, request.adapter]
    with complete_or_absent(request.target, overwrite=request.overwrite, sources=sources) as folder:
        writer, done = ShardWriter(folder, request.max_shard_bytes), 0
        for name, tensor in base.tensors():
            done += tensor.numel() * tensor.element_size()
            writer.add(name, weights.merged(name, _cast(tensor, request.dtype)))
            on_progress(min(done, total), total)
        writer.finish()
        base.carry_over(folder)
        _note_dtype(folder, request.dtype)
        _write_origin(folder, request)
    return request.target


def _growth(dtype: MergedDtype) -> float:
    """At most how much larger than the base's files the result can be."""
    return 2.0 if dtype == "fp32" else 1.0


def _cast(tensor: torch.Tensor, dtype: MergedDtype) -> torch.Tensor:
    return tensor.to(_DTYPES[dtype]) if dtype != "auto" and tensor.is_floating_point() else tensor


class _Weights:
    """Where each part of an adapter belongs among the names on disk."""

    def __init__(self, base: ModelFiles, adapter: LoraAdapter) -> None:
        self._adapter = adapter
        config = base.config()
        self._is_internlm2 = config.get("model_type") == INTERNLM2
        self._kv_heads = int(config.get("num_key_value_heads") or config.get("num_attention_heads") or 1)
        self._groups = int(config.get("num_attention_heads") or 1) // self._kv_heads
        self._names = base.names()

    def check_everything_fits(self, adapter: Path) -> None:
        """Raise if a part of the adapter has no place: it would be lost in silence.

        Raises:
            WorkbenchError: names the first parts without a place.
        """
        places = {place for name in self._names for place in self._in_memory(name)}
        wanted = [f"{module}.weight" for module in self._adapter.factors] + list(self._adapter.whole)
        homeless = [name for name in wanted if name not in places]
        if homeless:
            raise WorkbenchError(
                _("The adapter was made for another model: the base has no {names}.").format(
                    names=", ".join(homeless[:3])
                ),
                where=str(adapter),
                fix=_("Name the base model that adapter_config.json names."),
            )

    def merged(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """A weight of the base with everything the adapter adds to it."""
        places = self._in_memory(name)
        if not any(self._touches(place) for place in places):
            return tensor
        if len(places) == 1:
            return self._with_delta(places[0], tensor)
        parts = split_wqkv(tensor, self._kv_heads, self._groups)
        changed = [self._with_delta(place, part) for place, part in zip(places, parts, strict=True)]
        return fuse_wqkv(changed[0], changed[1], changed[2], self._kv_heads, self._groups)

    def _touches(self, place: str) -> bool:
        return place in self._adapter.whole or place.removesuffix(".weight") in self._adapter.factors

    def _with_delta(self, place: str, tensor: torch.Tensor) -> torch.Tensor:
        if place in self._adapter.whole:
            return self._adapter.whole[place].to(tensor.dtype)
        module = place.removesuffix(".weight")
        if module not in self._adapter.factors:
            return tensor
        delta = self._adapter.delta(module)
        if delta.shape != tensor.shape:
            raise WorkbenchError(
                _("The adapter's {name} has the shape {one}, the base's {other}.").format(
                    name=module, one=list(delta.shape), other=list(tensor.shape)
                ),
                fix=_("Name the base model that adapter_config.json names."),
            )
        result = tensor.clone()
        result += delta
        return result

    def _in_memory(self, name: str) -> list[str]:
        """The parameter names, in the loaded model, of a weight on disk."""
        if not self._is_internlm2:
            return [name]
        for on_disk, in_memory in RENAMED:
            name = re.sub(on_disk.replace(".", r"\."), in_memory, name)
        return [name.replace(_FUSED, part) for part in _PARTS] if _FUSED in name else [name]


def _note_dtype(folder: Path, dtype: MergedDtype) -> None:
    """Make ``config.json`` tell the precision of the weights."""
    if dtype == "auto":
        return
    path = folder / "config.json"
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    key = "torch_dtype" if "torch_dtype" in config else "dtype"
    config[key] = str(_DTYPES[dtype]).removeprefix("torch.")
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_origin(folder: Path, request: MergeRequest) -> None:
    known = read_provenance(request.adapter) or Provenance()
    write_provenance(folder, known.model_copy(update={"base_model": request.base}))
