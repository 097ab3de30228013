"""What a training needs of its model, looked at before it starts, without loading a weight."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.model_there import require_model
from workbench.configs.layer_rules import require_parts
from workbench.configs.schema import TrainConfig
from workbench.paths import resolve_model
from workbench.weights.layer_names import layer_names


def check_model(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: it is not there, or has not the layers that the config names.
    """
    require_model(config.pretrained_model_name_or_path, "pretrained_model_name_or_path")
    folder = Path(resolve_model(config.pretrained_model_name_or_path))
    if not config.sees and (names := layer_names(folder, scores=config.stage == "reward")) is not None:
        require_parts(config, names)
