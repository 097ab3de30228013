"""A training that goes on with an adapter that another one made."""

from __future__ import annotations

from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.models.adapters import load_adapter, ready_for_adapter
from workbench.training.arguments import uses_checkpointing
from workbench.weights.begun_adapter import begun_folder


def begun_adapter(model: Any, config: TrainConfig) -> Any:
    """The model with the adapter of ``adapter_name_or_path`` on it, to be trained on.

    Raises:
        WorkbenchError: there is none, or it was made for another base, or for other new tokens or another context.
    """
    folder = begun_folder(config)
    ready = ready_for_adapter(model, config.method, checkpointing=uses_checkpointing(config))
    return load_adapter(ready, folder, trainable=True)
