"""Writing weights in shards of bounded size, holding one shard in memory."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file


class ShardWriter:
    """Collects tensors and writes a file whenever the next one would make it too large; call `finish` at the end."""

    def __init__(self, folder: Path, max_shard_bytes: int) -> None:
        self._folder = folder
        self._limit = max_shard_bytes
        self._waiting: dict[str, torch.Tensor] = {}
        self._waiting_bytes = 0
        self._shards: list[list[str]] = []
        self._total_bytes = 0

    def add(self, name: str, tensor: torch.Tensor) -> None:
        """Take the next tensor."""
        size = tensor.numel() * tensor.element_size()
        if self._waiting and self._waiting_bytes + size > self._limit:
            self._write()
        self._waiting[name] = tensor.contiguous()
        self._waiting_bytes += size
        self._total_bytes += size

    def finish(self) -> None:
        """Write what is left, give the files their names, and write the index if there are several."""
        if self._waiting:
            self._write()
        count = len(self._shards)
        if count == 1:
            self._temporary(0).rename(self._folder / "model.safetensors")
            return
        names = [f"model-{number:05d}-of-{count:05d}.safetensors" for number in range(1, count + 1)]
        for number, name in enumerate(names):
            self._temporary(number).rename(self._folder / name)
        weight_map = {tensor: name for name, tensors in zip(names, self._shards, strict=True) for tensor in tensors}
        index = {"metadata": {"total_size": self._total_bytes}, "weight_map": weight_map}
        (self._folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")

    def _write(self) -> None:
        save_file(self._waiting, self._temporary(len(self._shards)), metadata={"format": "pt"})
        self._shards.append(list(self._waiting))
        self._waiting, self._waiting_bytes = {}, 0

    def _temporary(self, number: int) -> Path:
        return self._folder / f"shard-{number:05d}.safetensors"
