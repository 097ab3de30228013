"""Adapters of one model in memory: each is read once, under a name of its own; at most one is in use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from workbench.weights.small_json import json_object


class AdapterSwitch:
    """
    Args:
        model: what the adapters are put on, in place.
        read: puts the adapter of a folder on it under a name, and gives the peft model; see `load_adapter`.
    """

    def __init__(self, model: Any, read: Callable[[Any, Path, str], Any]) -> None:
        self.model = model
        self._read = read
        self._names: dict[Path, str] = {}
        self._in_use: Path | None = None

    def has(self, folder: Path) -> bool:
        """Whether this adapter has been read."""
        return folder in self._names

    def use(self, folder: Path | None) -> None:
        """Answer with this adapter from now on; None is the model alone.

        Raises:
            WorkbenchError: it does not fit; what was in use still is.
        """
        if folder is not None and folder not in self._names:
            name = f"adapter_{len(self._names)}"
            self.model = self._read(self.model, folder, name)
            self._names[folder] = name
        if folder is not None:
            self.model.set_adapter(self._names[folder])
        self._in_use = folder

    def active(self) -> AbstractContextManager[Any]:
        """While it lasts, the model computes with what is in use."""
        switched_off: AbstractContextManager[Any] = nullcontext()
        if self._names and self._in_use is None:
            switched_off = self.model.disable_adapter()
        return switched_off


def has_whole_layers(folder: str) -> bool:
    """Whether an adapter replaces layers of the model by its own, such as the embedding (``modules_to_save``)."""
    return bool(json_object(Path(folder) / "adapter_config.json").get("modules_to_save"))
