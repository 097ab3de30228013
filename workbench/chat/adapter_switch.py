"""Adapters of one model in memory: each is read once, under a name of its own; at most one is in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import AuxiliaryTrainingWrapper

from workbench.weights.small_json import json_object


class AdapterSwitch:
    """
    Args:
        model: what the adapters are put on, in place.
        read: puts the adapter of a folder on it under a name, and gives the peft model; see `load_adapter`.
    """

    def __init__(self, model: Any, read: Callable[[Any, Path, str], Any]) -> None:
        self._bare = model
        self._adapted: Any = None
        self._read = read
        self._names: dict[Path, str] = {}
        self._layers: list[Any] = []
        self._in_use: Path | None = None

    @property
    def model(self) -> Any:
        """What computes with what is in use."""
        return self._bare if self._in_use is None else self._adapted

    @property
    def state(self) -> tuple[Path | None, int]:
        """What the model's layers compute with, and how many adapters there are in them."""
        return self._in_use, len(self._names)

    def has(self, folder: Path) -> bool:
        """Whether this adapter has been read."""
        return folder in self._names

    def use(self, folder: Path | None) -> None:
        """Compute with this adapter from now on; None is the model alone.

        Raises:
            WorkbenchError: it does not fit; what was in use still is.
        """
        if folder is not None and folder not in self._names:
            self._add(folder)
        if folder != self._in_use:
            self._switch_to(folder)

    def _add(self, folder: Path) -> None:
        name = f"adapter_{len(self._names)}"
        try:
            self._adapted = self._read(self._bare if self._adapted is None else self._adapted, folder, name)
            self._names[folder] = name
        finally:
            self._layers = [
                module
                for module in self._bare.modules()
                if isinstance(module, BaseTunerLayer | AuxiliaryTrainingWrapper)
            ]
            in_use, self._in_use = self._in_use, None
            self._switch_to(in_use)  # all of it: reading another one may have changed anything

    def _switch_to(self, folder: Path | None) -> None:
        """peft's own way to switch off takes several times as long as its way from one adapter to another."""
        if folder is None or self._in_use is None:
            for layer in self._layers:
                layer.enable_adapters(folder is not None)
        if folder is not None:
            self._adapted.set_adapter(self._names[folder], inference_mode=True)
        self._in_use = folder


def has_whole_layers(folder: str) -> bool:
    """Whether an adapter replaces layers of the model by its own, such as the embedding (``modules_to_save``)."""
    return bool(json_object(Path(folder) / "adapter_config.json").get("modules_to_save"))
